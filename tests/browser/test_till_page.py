"""The till as a cashier uses it: type, scan, done; codes, refunds, reloads, and a line that is down."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

import httpx2 as httpx
import pytest
from playwright.async_api import Locator, Page, Request, Route, expect

from qianbao.channels.card.models import draw_number
from tests.browser.looking import COUNTER, PHONE, OpenPage, axe, picture
from tests.live import Live

expect.set_options(timeout=15_000)

SPOKEN = """
window.said = [];
const heard = {speak: (one) => window.said.push(one.text), cancel() {}};
Object.defineProperty(window, 'speechSynthesis', {value: heard});
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } };
"""


class Payer:
    """A person, paying over the API as their wallet would."""

    def __init__(self, http: httpx.AsyncClient, wallet: str, pin: str) -> None:
        self.http, self.wallet, self.pin = http, wallet, pin

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        """The answer to a command that must be done."""
        header = {"Idempotency-Key": str(uuid4())}
        answer = await self.http.post(f"/api/v1{path}", json=body, headers=header)
        assert answer.status_code in (200, 201), answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def code(self) -> str:
        """A fresh pay code."""
        return str((await self.post("/codes", wallet=self.wallet))["code"])


PIN = "730915"


@pytest.fixture
async def payer(live: Live) -> AsyncGenerator[Payer]:
    """Somebody new, with a wallet and money, whose day is unspent."""
    async with live.client(Origin=live.url) as http:
        who = {
            "name": "李雷",
            "phone": f"+86139{secrets.randbelow(10**8):08}",
            "password": "salt and vinegar 7",
            "brand": "zhuque",
        }
        joined = await http.post("/api/v1/people", json=who)
        assert joined.status_code == 201, joined.text
        one = Payer(http, joined.json()["wallet"]["id"], PIN)
        await http.post("/api/v1/me/pin", json={"pin": PIN})
        number = draw_number(lambda size: uuid4().bytes[:size])
        card = await one.post("/cards", bank="lotus", number=number)
        await one.post("/topups", wallet=one.wallet, card=card["id"], amount=500_00)
        yield one


async def signed_in(
    page: Page, live: Live, who: str = "cashier", *, till: str = "1", language: str = "zh"
) -> None:
    """Sign in as a cashier does, by keyboard, and come to the sale."""
    login, number = live.logins()[who], live.logins()["cashier"]["store_number"]
    zh = language == "zh"
    await page.get_by_label("门店号" if zh else "Store number").fill(number)
    await page.get_by_label("账号" if zh else "Login").fill(login["login"])
    await page.get_by_label("收银台号" if zh else "Till", exact=True).fill(till)
    await page.get_by_label("PIN").fill(login["pin"])
    await page.keyboard.press("Enter")
    await page.get_by_label("收款金额" if zh else "Amount to charge").wait_for()


async def scan(page: Page, text: str) -> None:
    """What a keyboard wedge does, a moment after the hand: all keys at once, then Enter."""
    await page.wait_for_timeout(150)
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")


def outcome(page: Page, phase: str) -> Any:
    """The panel that tells what became of the sale."""
    return page.locator(f"[data-phase={phase}]")


async def said(page: Page) -> list[str]:
    """What was spoken."""
    found: list[str] = await page.evaluate("window.said")
    return found


async def till(open_page: OpenPage, live: Live, **how: Any) -> Page:
    """A till at which the cashier is signed in."""
    asked: dict[str, Any] = {"language": "zh", "size": COUNTER} | how
    who = asked.pop("who", "cashier")
    page = await open_page("/till", **asked)
    await page.add_init_script(SPOKEN)
    await page.reload()
    # What happens from now on is heard live: the line is open before anything is paid.
    async with page.expect_response(lambda answer: "/events/stream" in answer.url):
        await signed_in(page, live, who, language=asked["language"])
    return page


async def test_a_sale_by_code_needs_the_keyboard_only_and_is_seen_and_heard(
    open_page: OpenPage, live: Live, payer: Payer
) -> None:
    page = await till(open_page, live)
    await axe(page)
    await page.keyboard.type("28.16", delay=90)
    await picture(page, "till-amount")
    await scan(page, await payer.code())
    await expect(outcome(page, "paid")).to_contain_text("¥28.16")
    assert "收到 28.16 元" in await said(page)
    await axe(page)
    await picture(page, "till-paid")
    await expect(page.get_by_role("complementary")).to_contain_text("¥28.16")

    await page.keyboard.type("1", delay=90)  # the next sale starts by typing
    await expect(page.get_by_label("收款金额")).to_have_value("1")


async def test_a_scan_before_the_amount_waits_for_it_and_the_code_is_never_the_amount(
    open_page: OpenPage, live: Live, payer: Payer
) -> None:
    page = await till(open_page, live)
    await scan(page, await payer.code())
    await expect(page.get_by_text("已扫到付款码")).to_be_visible()
    await expect(page.get_by_label("收款金额")).to_have_value("")
    await page.keyboard.type("3.5", delay=90)
    await page.keyboard.press("Enter")
    await expect(outcome(page, "paid")).to_contain_text("¥3.50")


async def test_a_scanner_is_heard_wherever_the_focus_is(
    open_page: OpenPage, live: Live, payer: Payer
) -> None:
    page = await till(open_page, live)
    await page.get_by_label("收款金额").fill("２，０００．５")
    await page.get_by_label("商品").fill("牛肉面")
    await scan(page, "https://qr.alipay.com/fkx1234567890")
    await expect(outcome(page, "refused")).to_contain_text("Alipay")
    await picture(page, "till-other-network")
    await page.keyboard.press("Enter")
    await page.get_by_label("收款金额").fill("6")
    await page.get_by_label("商品").fill("牛肉面")
    await scan(page, await payer.code())
    await expect(outcome(page, "paid")).to_contain_text("¥6.00")
    await expect(page.get_by_role("complementary")).to_contain_text("牛肉面")


@pytest.mark.parametrize(
    ("typed", "told"), [("1.234", "最多两位小数"), ("一百", "请输入数字金额"), ("99999999", "最多")]
)
async def test_an_amount_that_is_none_is_refused_clearly(
    open_page: OpenPage, live: Live, typed: str, told: str
) -> None:
    page = await till(open_page, live)
    await page.get_by_label("收款金额").fill(typed)
    await expect(page.locator("#amount-note")).to_contain_text(told)
    await expect(page.get_by_role("button", name="出示二维码")).to_be_disabled()


async def test_money_for_the_printed_code_comes_in_live_and_is_spoken(
    open_page: OpenPage, live: Live, payer: Payer
) -> None:
    page = await till(open_page, live, size=PHONE)
    await page.get_by_role("link", name="收款码").click()
    await page.get_by_role("img", name="王记面馆").wait_for()
    await axe(page)
    codes = await page.evaluate("fetch('/api/v1/counter-codes').then((told) => told.json())")
    printed = next(one for one in codes["items"] if one["kind"] == "static_qr" and one["store"])
    await payer.post("/counter-payments", wallet=payer.wallet, code=printed["code"], amount=7_30)
    await expect(page.get_by_role("complementary")).to_contain_text("¥7.30")
    assert "收到 7.3 元" in await said(page)
    await picture(page, "till-stall")
    async with page.expect_download() as paper:
        await page.get_by_role("link", name="A6").click()
    assert (await paper.value).suggested_filename == "poster-a6.pdf"


async def test_a_qr_for_one_amount_is_shown_and_turns_green_when_it_is_paid(
    open_page: OpenPage, live: Live, payer: Payer
) -> None:
    page = await till(open_page, live)
    await page.keyboard.type("12", delay=90)
    await page.get_by_role("button", name="出示二维码").click()
    shown = page.get_by_role("img", name="请顾客扫码付款")
    await expect(shown).to_be_visible()
    await page.wait_for_function("document.querySelector('img.qr').naturalWidth > 0")
    await picture(page, "till-qr")
    trade = str(await shown.get_attribute("src")).split("/")[-2]
    await page.reload()  # the trade is still waited for
    await expect(shown).to_be_visible()
    await payer.post(f"/trades/{trade}/pay", wallet=payer.wallet, pin=payer.pin)
    await expect(outcome(page, "paid")).to_contain_text("¥12.00")


async def test_a_large_charge_waits_for_the_payers_pin(open_page: OpenPage, live: Live, payer: Payer) -> None:
    page = await till(open_page, live)
    await page.keyboard.type("250", delay=90)
    code = await payer.code()
    await scan(page, code)
    await expect(outcome(page, "waits")).to_contain_text("请顾客在手机上输入密码")
    status = (await payer.http.get(f"/api/v1/codes/{code}/status")).json()
    trade = status["trade"]["id"]
    await payer.post(f"/trades/{trade}/pay", wallet=payer.wallet, pin=payer.pin)
    await expect(outcome(page, "paid")).to_contain_text("¥250.00")


async def test_a_refund_needs_the_supervisors_pin(open_page: OpenPage, live: Live, payer: Payer) -> None:
    page = await till(open_page, live)
    await page.keyboard.type("9.90", delay=90)
    await scan(page, await payer.code())
    await expect(outcome(page, "paid")).to_be_visible()
    await page.get_by_role("button", name="退款 ¥9.90 这笔").first.click()
    dialog = page.get_by_role("dialog")
    await axe(page)
    await picture(page, "till-refund")
    await dialog.get_by_label("主管账号").fill(live.logins()["supervisor"]["login"])
    await dialog.get_by_label("主管 PIN").fill("000000")
    await expect(dialog).to_contain_text("主管账号或 PIN 不对")
    await dialog.get_by_label("主管 PIN").fill(live.logins()["supervisor"]["pin"])
    await expect(dialog).to_contain_text("已退 ¥9.90")
    await dialog.get_by_role("button", name="完成").click()
    await expect(page.get_by_role("complementary")).to_contain_text("已全退")


async def test_a_refund_that_is_asked_again_after_a_reload_keeps_its_number_and_its_key(
    open_page: OpenPage, live: Live, payer: Payer
) -> None:
    page = await till(open_page, live)
    await page.keyboard.type("6.60", delay=90)
    await scan(page, await payer.code())
    await expect(outcome(page, "paid")).to_be_visible()
    sent: list[tuple[str, str]] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/refunds"):
            body = json.loads(request.post_data or "")
            sent.append((request.headers["idempotency-key"], body["out_refund_no"]))

    async def ask() -> Locator:
        await page.get_by_role("button", name="退款 ¥6.60 这笔").first.click()
        return page.get_by_role("dialog")

    page.on("request", note)
    await page.route("**/refunds", lambda route: route.abort())
    dialog = await ask()
    await dialog.get_by_label("退多少").fill("2.20")
    await dialog.get_by_label("主管账号").fill(live.logins()["supervisor"]["login"])
    await dialog.get_by_label("主管 PIN").fill(live.logins()["supervisor"]["pin"])
    await expect(dialog).to_contain_text("结果还不知道")
    await page.unroute_all(behavior="ignoreErrors")
    await page.reload()
    dialog = await ask()
    await expect(dialog.get_by_label("退多少")).to_have_value("2.20")
    await dialog.get_by_label("主管 PIN").fill(live.logins()["supervisor"]["pin"])
    await expect(dialog).to_contain_text("已退 ¥2.20")
    assert len(sent) > 1
    assert len(set(sent)) == 1


async def test_a_reload_in_the_middle_finds_the_outcome_and_charges_once(
    open_page: OpenPage, live: Live, payer: Payer
) -> None:
    page = await till(open_page, live)
    before = await _count(page)
    held = asyncio.Event()

    async def lost(route: Route) -> None:
        await route.fetch()  # it arrives, and the answer is lost
        held.set()
        await asyncio.sleep(30)

    await page.route("**/api/v1/code-payments", lost)
    await page.keyboard.type("4.40", delay=90)
    await scan(page, await payer.code())
    await expect(outcome(page, "sending")).to_be_visible()
    await held.wait()
    await page.unroute_all(behavior="ignoreErrors")
    await page.reload()
    await expect(outcome(page, "paid")).to_contain_text("¥4.40")
    assert await _count(page) == before + 1


async def _count(page: Page) -> int:
    told: dict[str, Any] = await page.evaluate("fetch('/api/v1/takings').then((told) => told.json())")
    return int(told["total"]["count"])


async def test_a_charge_that_never_arrived_is_called_off_and_said_so(
    open_page: OpenPage, live: Live, payer: Payer
) -> None:
    page = await till(open_page, live)
    before = await _count(page)
    await page.route("**/api/v1/code-payments", lambda route: route.abort())
    await page.keyboard.type("5", delay=90)
    await scan(page, await payer.code())
    await expect(outcome(page, "asking")).to_be_visible()
    await page.unroute_all(behavior="ignoreErrors")
    await page.reload()
    await expect(page.get_by_text("上一笔没有送达")).to_be_visible(timeout=20_000)
    await expect(page.get_by_label("收款金额")).to_have_value("5.00")
    assert await _count(page) == before


async def test_a_line_that_is_down_is_said_and_the_charge_resolves_itself(
    open_page: OpenPage, live: Live, payer: Payer
) -> None:
    page = await till(open_page, live)
    before = await _count(page)
    code = await payer.code()
    await page.keyboard.type("8.80", delay=90)
    await page.context.set_offline(True)
    await scan(page, code)
    await expect(outcome(page, "asking")).to_contain_text("不要重复收款")
    await expect(page.get_by_text("没有网络。恢复后自动继续")).to_be_visible()
    await picture(page, "till-line-down")
    await page.context.set_offline(False)
    await expect(outcome(page, "paid")).to_contain_text("¥8.80", timeout=20_000)
    assert await _count(page) == before + 1


async def test_a_shift_is_opened_and_counted(open_page: OpenPage, live: Live, payer: Payer) -> None:
    page = await till(open_page, live, language="en")
    await page.get_by_role("link", name="Shift").click()
    await page.get_by_label("Change in the drawer").fill("300")
    await page.get_by_role("button", name="Open a shift").click()
    await page.get_by_text("Open since").wait_for()
    await page.get_by_role("link", name="Sell").click()
    await page.keyboard.type("20", delay=90)
    await scan(page, await payer.code())
    await expect(outcome(page, "paid")).to_contain_text("¥20.00")
    await page.get_by_role("link", name="Shift").click()
    await page.get_by_label("Net takings as you counted them").fill("19")
    await axe(page)
    await picture(page, "till-shift")
    await page.get_by_role("button", name="Close the shift").click()
    await expect(page.get_by_text("¥1.00 less counted than the ledger says")).to_be_visible()


async def test_takings_and_statement_are_shown_and_exported(
    open_page: OpenPage, live: Live, payer: Payer
) -> None:
    page = await till(open_page, live, who="supervisor", language="en")
    await page.keyboard.type("18", delay=90)
    await page.get_by_label("Item").fill("Beef noodles")
    await scan(page, await payer.code())
    await expect(outcome(page, "paid")).to_be_visible()
    await page.get_by_role("link", name="Takings").click()
    await expect(page.get_by_role("table")).to_contain_text("Beef noodles")
    for by in ("By cashier", "By hour"):
        await page.get_by_role("button", name=by).click()
        await axe(page)
    await page.get_by_role("button", name="By item").click()
    await picture(page, "till-takings")
    async with page.expect_download() as table:
        await page.get_by_role("link", name="Export a table").click()
    assert (await table.value).suggested_filename.endswith(".csv")
    await page.get_by_role("link", name="Statement").click()
    await page.get_by_text("Closing balance").first.wait_for()
    await axe(page)
    await picture(page, "till-statement")
    async with page.expect_download() as paper:
        await page.get_by_role("link", name="Export a PDF").click()
    assert (await paper.value).suggested_filename.endswith(".pdf")


@pytest.mark.parametrize("size", [COUNTER, PHONE], ids=["counter", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_till_looks_right_everywhere(
    open_page: OpenPage, live: Live, language: str, theme: str, size: Any
) -> None:
    place = "counter" if size == COUNTER else "phone"
    page = await open_page("/till", language=language, theme=theme, size=size)  # pyright: ignore[reportArgumentType]
    await page.get_by_role("heading", level=1).first.wait_for()
    await picture(page, f"till-{place}-sign-in")
    await signed_in(page, live, "supervisor", language=language)
    for path, name in (("/till", "sale"), ("/till/qr", "qr"), ("/till/takings", "takings")):
        await page.goto(path)
        await page.get_by_role("complementary").or_(page.get_by_role("table")).first.wait_for()
        await axe(page)
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        await picture(page, f"till-{place}-{name}")


async def test_an_owner_adds_a_cashier_who_then_signs_in(open_page: OpenPage, live: Live) -> None:
    login = f"owner{uuid4().hex[:8]}"
    shop = {
        "name": "老李煎饼",
        "mcc": "5814",
        "store": {"name": "桥头", "city": "Hangzhou", "city_tier": "new1"},
        "login": login,
        "password": "salt and vinegar 7",
    }
    async with live.client(Origin=live.url) as nobody:
        assert (await nobody.post("/api/v1/merchants", json=shop)).status_code == 201
    page = await open_page("/till", language="zh", size=PHONE)
    await page.get_by_role("button", name="店主").click()
    await page.get_by_label("账号").fill(login)
    await page.get_by_label("密码").fill("salt and vinegar 7")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="收款码").click()
    told = await page.get_by_text("收款号").inner_text()
    await page.get_by_role("link", name="员工").click()
    await page.get_by_role("button", name="加一位员工").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("姓名").fill("小王")
    await dialog.get_by_label("账号").fill("xiaowang")
    await dialog.get_by_label("PIN").fill("730915")
    await axe(page)
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="小王").wait_for()
    await axe(page)
    await picture(page, "till-staff")
    await page.get_by_role("button", name="下班退出").click()
    await page.get_by_label("门店号").fill("".join(sign for sign in told if sign.isdigit()))
    await page.get_by_label("账号").fill("xiaowang")
    await page.get_by_label("PIN").fill("730915")
    await page.keyboard.press("Enter")
    await page.get_by_label("收款金额").wait_for()
    await expect(page.get_by_role("banner")).to_contain_text("老李煎饼")
