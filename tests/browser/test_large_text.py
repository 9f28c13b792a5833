"""Text at twice its size on the narrowest phone: every page can be read to its end, and nothing is cut."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from uuid import uuid4

import httpx2 as httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from qianbao.api.sessions import COOKIE
from tests.browser.conftest import FLAGS
from tests.browser.friends import PIN, Friend, befriend
from tests.browser.install import found
from tests.browser.looking import SMALL, Language, picture, uncut
from tests.browser.wallet import open_shop, shop_client
from tests.live import Live

TWICE = "--blink-settings=defaultFontSize=32,defaultFixedFontSize=26"
WALLET = [
    "/",
    "/bills",
    "/me",
    "/code",
    "/scan/type",
    "/cards",
    "/cards/new",
    "/cards/topup",
    "/cards/withdraw",
    "/picture",
    "/safety",
    "/safety/pin",
    "/safety/passkeys",
    "/safety/devices",
    "/safety/lost",
    "/safety/password",
    "/wallets/new",
    "/shop",
    "/shop/join",
    "/send",
    "/receive",
    "/packets",
    "/packets/new",
    "/split",
    "/split/new",
]
NOBODYS = ["/join", "/join/new", "/join/in", "/shop/join"]
SHOPS = ["/shop", "/shop/code", "/shop/withdraw", "/cards/new"]
TILL = ["/till", "/till/qr", "/till/takings", "/till/statement", "/till/shift", "/till/staff"]
CONSOLE = [
    "/console",
    "/console/volumes",
    "/console/search",
    "/console/insight",
    "/console/books",
    "/console/webhooks",
]


@pytest.fixture(scope="module")
async def large() -> AsyncGenerator[Browser]:
    """A browser whose owner has set letters of twice the size."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=found(), args=[*FLAGS, TWICE])
        yield chromium
        await chromium.close()


async def phone(large: Browser, live: Live, language: Language, cookie: str | None = None) -> Page:
    """A narrow phone, in which the holder of a cookie is signed in."""
    context: BrowserContext = await large.new_context(
        base_url=live.url,
        viewport=SMALL,
        locale="zh-CN" if language == "zh" else "en-GB",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        has_touch=True,
    )
    if cookie is not None:
        await context.add_cookies([{"name": COOKIE, "value": cookie, "url": live.url, "httpOnly": True}])
    page = await context.new_page()
    page.set_default_timeout(30_000)
    return page


async def read(page: Page, paths: list[str], faults: list[str]) -> None:
    """Open each page, wait until it stands, and note what cannot be read."""
    for path in paths:
        await page.goto(path)
        await page.get_by_role("main").wait_for()
        await page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        await expect(page.locator(".bone, main[aria-busy=true]")).to_have_count(0)
        faults += [f"{path}: {fault}" for fault in await uncut(page)]


@pytest.fixture(scope="module")
async def lived(live: Live) -> tuple[Friend, list[str]]:
    """Somebody with a name of some length, and the pages of what happened to them."""
    mine, other = await befriend(
        live, ("欧阳建国", "欧***", "lanhua"), ("Maximiliane Featherstonehaugh", "M*** F***", "lanhua")
    )
    pages: list[str] = []

    async with (
        live.client(Origin=live.url, Cookie=f"{COOKIE}={mine.cookie}") as me,
        live.client(Origin=live.url, Cookie=f"{COOKIE}={other.cookie}") as them,
        shop_client(live) as client,
    ):

        async def post(http: httpx.AsyncClient, path: str, **body: object) -> str:
            answer = await http.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": uuid4().hex})
            assert answer.status_code in (200, 201), answer.text
            made: str = answer.json()["id"]
            return made

        sums = {"amount": 1_234_56, "pin": PIN}
        there = {"wallet": str(mine.wallet), "payee": str(other.wallet), "note": "晚饭和车费"}
        sent = await post(me, "/personal-payments", **sums, **there)
        back = {"wallet": str(other.wallet), "payee": str(mine.wallet)}
        got = await post(them, "/personal-payments", **sums, **back)
        await post(them, f"/personal-payments/{got}/return-requests", reason="It was meant for my landlord")
        asked = {"wallet": str(mine.wallet), "title": "Rent, water, electricity and the internet"}
        split = await post(me, "/collections", each=333_33, people=3, **asked)
        member = [{"wallet": str(mine.wallet), "amount": 456_78}]
        theirs = await post(
            them, "/collections", wallet=str(other.wallet), title="Mid-autumn dinner", members=member
        )
        gift = {"wallet": str(mine.wallet), "kind": "lucky", "amount": 88_88, "count": 2, "pin": PIN}
        packet = await post(me, "/red-packets", **gift)
        shop = await open_shop(client, "Featherstonehaugh & Sons, Purveyors of Noodles", "North gate")
        code = await shop.counter()
        paid = await post(
            me, "/counter-payments", wallet=str(mine.wallet), code=code["code"], amount=128_00, pin=PIN
        )
        await shop.refund(paid, 28_00, "One bowl was cold")
        pages += [f"/sent/{sent}", f"/sent/{got}", f"/c/{split}", f"/c/{theirs}"]
        pages += [f"/r/{packet}", f"/bills/{paid}"]
        pages += [f"/pay?code={code['code']}", f"/send/{other.wallet}"]
    return mine, pages


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_of_the_wallet_is_read_whole_in_large_letters(
    large: Browser, live: Live, lived: tuple[Friend, list[str]], language: Language
) -> None:
    mine, pages = lived
    faults: list[str] = []
    await read(await phone(large, live, language), NOBODYS, faults)
    page = await phone(large, live, language, mine.cookie)
    await read(page, [*WALLET, *pages], faults)
    await page.goto("/")
    await page.get_by_role("region").first.wait_for()
    await picture(page, "wallet-large", whole=True)
    async with shop_client(live) as client:
        shop = await open_shop(client, "Featherstonehaugh & Sons", "North gate")
        cookie = client.cookies[COOKIE]
        assert shop
        await read(await phone(large, live, language, cookie), SHOPS, faults)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_of_the_till_and_the_console_is_read_whole_in_large_letters(
    large: Browser, live: Live, language: Language
) -> None:
    faults: list[str] = []
    await read(await phone(large, live, language), ["/till", "/console"], faults)
    for who, paths in (("owner", TILL), ("operator", CONSOLE)):
        page = await phone(large, live, language)
        login = live.logins()[who]
        door = "/sessions/owner" if who == "owner" else "/sessions/house"
        answer = await page.context.request.post(
            f"/api/v1{door}",
            data={"login": login["login"], "password": login["password"]},
            headers={"Origin": live.url},
        )
        assert answer.status == 201, await answer.text()
        await read(page, paths, faults)
    assert not faults, "\n".join(faults)


async def test_letters_are_twice_the_size_in_this_browser(large: Browser, live: Live) -> None:
    page = await phone(large, live, "en")
    await page.goto("/join")
    size: str = await page.get_by_role("link", name=re.compile("Sign up")).first.evaluate(
        "one => getComputedStyle(one).fontSize"
    )
    assert size == "30px"
