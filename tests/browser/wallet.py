"""What people do on the wallet page, as the tests do it: by the names that they read, in either language."""

from __future__ import annotations

import itertools
import os
import re
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx2 as httpx
from playwright.async_api import Page

from qianbao.channels.card.models import draw_number
from tests.browser.looking import Language, axe, picture
from tests.live import Live

PASSWORD: Final = "correct horse battery"
PIN: Final = "802931"
_numbers = itertools.count(int.from_bytes(os.urandom(3), "big"))

WORDS: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "sign_up": "注册",
        "sign_in": "登录",
        "name": "姓名",
        "phone": "手机号",
        "login": "手机号、账号或用户名",
        "password": "密码",
        "handle": "用户名",
        "make": "注册并开通钱包",
        "again": "请重新登录",
        "done": "完成",
        "pin": "6 位数字",
        "available": "可用余额",
        "code": "付款码",
        "digits": "看数字",
        "link": "绑定银行卡",
        "test_number": "给我一个测试卡号",
        "top_up": "充值",
        "simulated": "模拟",
        "amount": "金额",
        "pay": "付款",
        "field": "收款号、付款链接或二维码内容",
        "next": "下一步",
        "bills": "账单",
        "paid_to": "已付给",
        "refunds": "退款进度",
        "search": "搜商家、内容或金额",
        "export": "导出表格",
        "lost": "冻结并退出其他设备",
        "frozen": "钱包已冻结",
        "set_pin": "设置支付密码",
        "proof": "登录密码",
        "reopen": "打开我的钱包",
        "reopened": "钱包已打开",
        "no": "不付",
    },
    "en": {
        "sign_up": "Sign up",
        "sign_in": "Sign in",
        "name": "Name",
        "phone": "Phone",
        "login": "Phone, account number or handle",
        "password": "Password",
        "handle": "Handle",
        "make": "Sign up and open the wallet",
        "again": "Sign in again",
        "done": "Done",
        "pin": "6 digits",
        "available": "Available",
        "code": "Pay code",
        "digits": "Show digits",
        "link": "Link a card",
        "test_number": "Give me a test number",
        "top_up": "Top up",
        "simulated": "Simulated",
        "amount": "Amount",
        "pay": "Pay",
        "field": "A shop’s number, a link, or what a code says",
        "next": "Next",
        "bills": "Bills",
        "paid_to": "Paid to",
        "refunds": "Refunds",
        "search": "Shop, item or amount",
        "export": "Export",
        "lost": "Freeze and sign out the others",
        "frozen": "Your wallets are frozen",
        "set_pin": "Set a payment PIN",
        "proof": "Your password",
        "reopen": "Open my wallets",
        "reopened": "Your wallets are open",
        "no": "Don’t pay",
    },
}


def phone() -> str:
    """A phone number that nobody has."""
    return f"+86138{next(_numbers):08}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A person with the wallet in their hand."""

    page: Page
    language: Language
    phone: str

    def says(self, word: str) -> str:
        """What the page calls it."""
        return WORDS[self.language][word]

    async def tap(self, word: str, *, exact: bool = True) -> None:
        """Tap a button or a link."""
        name = self.says(word)
        either = self.page.get_by_role("button", name=name, exact=exact)
        await either.or_(self.page.get_by_role("link", name=name, exact=exact)).first.click()

    async def fill(self, word: str, text: str) -> None:
        """Type into a field."""
        await self.page.get_by_label(self.says(word), exact=True).fill(text)

    async def type_pin(self, pin: str = PIN) -> None:
        """Tap the six digits."""
        pad = self.page.locator(".keys:visible")
        for digit in pin:
            await pad.get_by_role("button", name=digit, exact=True).click()

    async def look(self, name: str) -> None:
        """Keep pictures in light and dark, and ask axe."""
        for theme in ("light", "dark"):
            await self.page.emulate_media(color_scheme=theme)
            await self.page.wait_for_function(
                "theme => document.documentElement.dataset.theme === theme", arg=theme
            )
            await picture(self.page, f"wallet-{name}")
            await axe(self.page)
        await self.page.emulate_media(color_scheme="light")

    async def top_up(self, amount: str) -> None:
        """Link a test card and bring money in."""
        await self.page.goto("/cards/new")
        await self.tap("test_number")
        await self.tap("link")
        await self.page.goto("/cards/topup")
        await self.fill("amount", amount)
        await self.tap("top_up", exact=False)
        await self.tap("done")

    async def receipt(self) -> str:
        """Wait for the receipt; its trade."""
        await self.page.wait_for_url(re.compile("/bills/.*fresh=1"))
        await self.page.get_by_text(self.says("paid_to")).first.wait_for()
        return self.page.url.rpartition("/")[2].partition("?")[0]

    async def bills(self) -> list[dict[str, Any]]:
        """What the API says moved, newest first."""
        answer = await self.page.request.get("/api/v1/bills?limit=50")
        told: dict[str, Any] = await answer.json()
        return told["items"]


async def join(page: Page, language: Language, *, name: str = "林月", brand: str = "") -> Somebody:
    """Sign up from the first page on: name, phone, password, brand, handle, PIN."""
    one = Somebody(page=page, language=language, phone=phone())
    await one.tap("sign_up")
    await one.fill("name", name)
    await one.fill("phone", one.phone)
    await one.fill("password", PASSWORD)
    if brand:
        await page.get_by_text(brand).click()
    handle = page.get_by_label(one.says("handle"), exact=True)
    if await handle.is_visible():
        await handle.fill(f"h{next(_numbers)}x")
    await one.tap("make")
    await page.wait_for_url(re.compile("/safety/pin"))
    await one.type_pin()
    await page.get_by_role(
        "heading", name="再输一遍" if language == "zh" else "Enter it once more"
    ).wait_for()
    await one.type_pin()
    await one.tap("done")
    await page.get_by_text(one.says("available")).wait_for()
    return one


async def ready(page: Page, language: Language, *, name: str = "林月", amount: int = 1_000_00) -> Somebody:
    """Somebody who has signed up before, with a PIN and money, and is signed in on this page."""
    one = Somebody(page=page, language=language, phone=phone())

    origin: str = await page.evaluate("location.origin")

    async def post(path: str, **body: Any) -> dict[str, Any]:
        headers = {"Origin": origin, "Idempotency-Key": str(uuid4())}
        answer = await page.request.post(f"{origin}/api/v1{path}", data=body, headers=headers)
        assert answer.ok, await answer.text()
        told: dict[str, Any] = {} if answer.status == 204 else await answer.json()
        return told

    handle = f"h{next(_numbers)}x"
    asked = {"name": name, "phone": one.phone, "password": PASSWORD, "brand": "lanhua", "handle": handle}
    joined = await post("/people", **asked)
    await post("/me/pin", pin=PIN)
    number = draw_number(lambda size: uuid4().bytes[:size])
    card = await post("/cards", bank="lotus", number=number)
    await post("/topups", wallet=joined["wallet"]["id"], card=card["id"], amount=amount)
    await page.goto(f"{origin}/")
    await page.get_by_text(one.says("available")).wait_for()
    return one


class Shop:
    """A merchant's own program, by its API."""

    def __init__(self, client: httpx.AsyncClient, told: dict[str, Any]) -> None:
        self.client = client
        self.merchant: str = told["merchant"]["id"]
        self.name: str = told["merchant"]["name"]
        self.store: str = told["store"]["id"]

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        """A POST that must succeed."""
        key = {"Idempotency-Key": str(uuid4())}
        answer = await self.client.post(f"/api/v1{path}", json=body, headers=key)
        assert answer.status_code in (200, 201), answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def charge(self, code: str, amount: int, subject: str = "") -> dict[str, Any]:
        """Charge a payer's code."""
        number = uuid4().hex
        return await self.post(
            "/code-payments", code=code, out_trade_no=number, amount=amount, subject=subject
        )

    async def counter(self, kind: str = "static_qr", **more: Any) -> dict[str, Any]:
        """A code to scan, or a number to type."""
        return await self.post("/counter-codes", kind=kind, store=self.store, **more)

    async def refund(self, trade: str, amount: int, reason: str = "") -> dict[str, Any]:
        """Give something back."""
        number = uuid4().hex
        return await self.post(f"/trades/{trade}/refunds", amount=amount, out_refund_no=number, reason=reason)

    async def paid(self) -> list[dict[str, Any]]:
        """What was paid here."""
        answer = await self.client.get("/api/v1/trades", params={"limit": 50})
        return [one for one in answer.json()["items"] if one.get("paid_at")]


async def open_shop(client: httpx.AsyncClient, name: str = "兰州拉面", store: str = "北门店") -> Shop:
    """A shop signs up alone."""
    asked = {
        "name": name,
        "mcc": "5812",
        "store": {"name": store, "city": "成都", "city_tier": "new1"},
        "login": f"owner{next(_numbers)}",
        "password": PASSWORD,
    }
    answer = await client.post("/api/v1/merchants", json=asked)
    assert answer.status_code == 201, answer.text
    return Shop(client, answer.json())


def shop_client(live: Live) -> httpx.AsyncClient:
    """A client for a shop's program, with a session of its own."""
    return live.client(Origin=live.url)
