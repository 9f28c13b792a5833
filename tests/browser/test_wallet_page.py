"""The wallet in the hand: a stranger joins, pays by code and QR, gets something back, finds it all again."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.async_api import Page, expect

from qianbao.payments.qr import payload as qr
from tests.browser.looking import PHONE, SMALL, Language, OpenPage, axe
from tests.browser.wallet import PASSWORD, join, open_shop, ready, shop_client
from tests.live import Live

NOODLES = {"zh": ("兰州拉面", "牛肉面", "林月"), "en": ("Lanzhou Noodles", "Beef noodles", "Lin Yue")}


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_stranger_joins_tops_up_pays_by_code_and_by_qr_and_finds_all_of_it(
    open_page: OpenPage, live: Live, language: Language
) -> None:
    name, item, who = NOODLES[language]
    page = await open_page("/", language=language)
    async with shop_client(live) as client:
        shop = await open_shop(client, name, "北门店" if language == "zh" else "North gate")
        await page.wait_for_url(re.compile("/join"))
        one = await join(page, language, name=who)
        await page.goto("/join")
        await one.look("join")
        await page.goto("/cards/new")
        await page.get_by_text(one.says("simulated")).first.wait_for()
        await one.top_up("3,000")

        # By my code, at the till: what comes of it shows by itself.
        await page.goto("/code")
        await one.tap("digits", exact=False)
        await one.look("code")
        code = (await page.get_by_test_id("digits").inner_text()).replace(" ", "")
        trade = await shop.charge(code, 28_16, item)
        assert await one.receipt() == trade["id"]
        await page.get_by_text("28.16").first.wait_for()
        await one.look("receipt")

        # By the shop's QR: what it says, an amount in full width, the PIN.
        counter = await shop.counter()
        await page.goto("/scan/type")
        await one.fill("field", counter["payload"])
        await one.tap("next")
        await page.get_by_role("heading", name=name).wait_for()
        await one.fill("amount", "１２.50")
        await one.look("pay")
        await one.tap("pay", exact=False)
        await one.type_pin()
        second = await one.receipt()

        # A refund shows on the open receipt, as a timeline.
        await shop.refund(second, 5_00, "少放了一个蛋" if language == "zh" else "One egg short")
        await page.get_by_text(one.says("refunds")).wait_for()
        await one.look("refund")

        await page.goto("/bills")
        await page.get_by_text("28.16").first.wait_for()
        await one.look("bills")
        await page.get_by_label(one.says("search")).fill(item)
        await expect(page.locator(".bill")).to_have_count(1)
        async with page.expect_download() as downloading:
            await one.tap("export")
        assert kept(await (await downloading.value).path()) == ["28.16"]

        await page.goto("/")
        await page.get_by_text("2,964.34").wait_for()
        await one.look("home")
    kinds = [(bill["kind"], bill["amount"]) for bill in await one.bills()]
    assert kinds == [("refund", 5_00), ("payment", -12_50), ("payment", -28_16), ("topup", 3_000_00)]


async def test_a_large_charge_asks_for_the_pin_and_a_wrong_one_or_a_no_pays_nothing(
    open_page: OpenPage, live: Live
) -> None:
    page = await open_page("/join")
    one = await ready(page, "en")
    async with shop_client(live) as client:
        shop = await open_shop(client)
        await page.goto("/code")
        await one.tap("digits", exact=False)
        digits = page.get_by_test_id("digits")
        first = (await digits.inner_text()).replace(" ", "")
        await shop.charge(first, 400_00)
        await page.get_by_role("heading", name="Confirm payment").wait_for()
        await one.type_pin("135790")
        await page.get_by_text("Not paid: that PIN is wrong.").wait_for()
        await one.tap("no")
        await page.get_by_role("heading", name="Confirm payment").wait_for(state="detached")
        # The code was charged: another one is shown.
        await page.wait_for_function(
            "was => document.querySelector('[data-testid=digits]')?.textContent.replaceAll(' ', '') !== was"
            " && document.querySelector('[data-testid=digits]')",
            arg=first,
        )
        await shop.charge((await digits.inner_text()).replace(" ", ""), 401_00)
        await page.get_by_role("heading", name="Confirm payment").wait_for()
        await page.reload()  # in the middle of it
        await page.get_by_role("heading", name="Confirm payment").wait_for()
        await one.type_pin()
        await one.receipt()
        assert [trade["amount"] for trade in await shop.paid()] == [401_00]


async def test_a_phone_whose_clock_is_wrong_shows_the_right_seconds(open_page: OpenPage) -> None:
    page = await open_page("/join")
    one = await ready(page, "en")
    await page.add_init_script("const real = Date.now; Date.now = () => real() + 3 * 3600 * 1000")
    await page.goto("/code")
    await page.get_by_role("img", name="Payment QR code").wait_for()
    told = await page.locator(".ring").inner_text()
    assert 40 <= int(told) <= 60
    assert one.phone


async def test_the_code_of_another_network_a_torn_one_and_a_payers_own_are_told_apart(
    open_page: OpenPage, live: Live
) -> None:
    page = await open_page("/join")
    one = await ready(page, "en")
    async with shop_client(live) as client:
        printed = await (await open_shop(client)).counter("amount_qr", amount=28_16)
    payload: str = printed["payload"]
    forged = qr.encode(replace(qr.decode(payload, guid="org.qianbao"), amount=1))
    for text, told in (
        ("wxp://f2f0abcdefgh", "another network"),
        (payload[:-12], "damaged or was changed"),
        (payload[:-1] + ("0" if payload[-1] != "0" else "1"), "damaged or was changed"),
        (forged, "may be forged"),
        ("131234567890123456", "somebody’s pay code"),
        ("hello there", "not a code we know"),
    ):
        await page.goto("/scan/type")
        await one.fill("field", text)
        await one.tap("next")
        await page.get_by_role("alert").filter(has_text=re.compile(told)).wait_for()
    await axe(page)


async def test_a_lost_phone_freezes_and_a_new_pin_opens_again(open_page: OpenPage, live: Live) -> None:
    old = await open_page("/join")
    one = await ready(old, "en")
    page = await open_page("/join/in")
    new = type(one)(page=page, language="en", phone=one.phone)
    await new.fill("login", one.phone)
    await new.fill("password", PASSWORD)
    await new.tap("sign_in")
    await page.get_by_text(one.says("available")).wait_for()
    await page.goto("/safety/lost")
    await new.tap("lost")
    await page.get_by_text(one.says("frozen")).wait_for()
    await axe(page)
    # The lost phone is signed out, and asks who is there.
    await old.goto("/")
    await old.wait_for_url(re.compile("/join"))

    await page.goto("/code")
    await page.get_by_text("This wallet is frozen").wait_for()
    await page.goto("/safety/lost")
    await new.tap("set_pin")
    await new.fill("proof", PASSWORD)
    await new.type_pin("471029")
    await page.get_by_role("heading", name="Enter it once more").wait_for()
    await new.type_pin("471029")
    await new.tap("done")
    await new.tap("reopen")
    await page.get_by_text(one.says("reopened")).wait_for()
    await page.goto("/code")
    await page.get_by_role("img", name="Payment QR code").wait_for()
    assert live.url in page.url


LONG = "🧧🐉" + "长" * 30 + " مطعم النور " + "x" * 18


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_names_of_any_script_and_length_break_nothing_on_the_smallest_phone(
    open_page: OpenPage, live: Live, language: Language
) -> None:
    page = await open_page("/join", language=language, size=SMALL)
    one = await ready(page, language, name=LONG)
    async with shop_client(live) as client:
        shop = await open_shop(client, LONG)
        number = await shop.counter("number", subject="=1+1 " + "很长的内容" * 20)
        await page.goto("/scan/type")
        await one.fill("field", f" {number['code'][:4]} {number['code'][4:]} ")
        await one.tap("next")
        await one.fill("amount", "1,00.5")
        await fits(page)
        await one.tap("pay", exact=False)
        await one.type_pin()
        await one.receipt()
    for path in (
        "",
        "/bills",
        "/me",
        "/cards",
        "/cards/topup",
        "/safety",
        "/code",
        "/shop",
        "/shop/join",
        "/join",
    ):
        await page.goto(path or "/")
        await page.get_by_role("main").wait_for()
        await fits(page)
        await axe(page)
    assert PHONE["width"] > SMALL["width"]


def kept(path: Path) -> list[str]:
    """What went out, by the exported table."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    return [row[6] for row in rows[1:]]


async def fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    await page.wait_for_load_state("networkidle")
    wide: int = await page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url}: {wide} px too wide"


async def test_a_second_brands_wallet_wears_its_own_colour_and_the_first_is_a_tap_away(
    open_page: OpenPage,
) -> None:
    page = await open_page("/join")
    one = await ready(page, "en")
    colour = "getComputedStyle(document.documentElement).getPropertyValue('--brand').trim()"
    first: str = await page.evaluate(colour)
    await page.goto("/wallets/new")
    await page.get_by_role("button", name="Open it").click()
    await page.get_by_text(one.says("available")).wait_for()
    await page.wait_for_function(f"was => {colour} !== was", arg=first)
    await axe(page)
    await page.get_by_role("button", name="switch wallet").click()
    await page.get_by_role("button", name=re.compile("^Lanhua Wallet @")).click()
    await page.wait_for_function(f"was => {colour} === was", arg=first)


async def test_a_shop_is_paid_by_keyboard_alone(open_page: OpenPage, live: Live) -> None:
    page = await open_page("/join")
    one = await ready(page, "en")
    async with shop_client(live) as client:
        number = (await (await open_shop(client)).counter("number"))["code"]
        await page.goto("/scan/type")
        await page.get_by_label(one.says("field")).focus()
        await page.keyboard.type(number)
        await page.keyboard.press("Enter")
        await page.get_by_label(one.says("amount"), exact=True).focus()
        await page.keyboard.type("9.90")
        await page.keyboard.press("Enter")
        await page.locator(".keys:visible").wait_for()
        await page.keyboard.type("802931")  # the pad has the focus
        await one.receipt()
