"""A stall owner, alone on the phone; and a passkey instead of a password."""

from __future__ import annotations

import io
import re
from uuid import uuid4

import pypdf
from playwright.async_api import Page

from tests.browser.looking import OpenPage, axe
from tests.browser.wallet import PASSWORD, Somebody, ready
from tests.live import Live


async def test_a_stall_owner_signs_up_shows_a_code_sees_takings_and_withdraws_them(
    open_page: OpenPage, live: Live
) -> None:
    page = await open_page("/join", language="zh")
    await page.get_by_role("link", name="我是商家，只收款").click()
    await page.get_by_label("店名").fill("老王煎饼")
    await page.get_by_label("所在城市").fill("成都")
    await page.get_by_label("商家登录名").fill(f"laowang{uuid4().hex[:8]}")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="开店").click()
    # The code and the number are there from the first moment, on the page and on paper.
    number = (await page.get_by_test_id("number").inner_text()).replace(" ", "")
    owner = Somebody(page=page, language="zh", phone="")
    await owner.look("shop-code")
    address = await page.get_by_role("link", name="A6 海报").get_attribute("href")
    paper = await (await page.request.get(f"{live.url}{address}")).body()
    assert f"{number[:4]} {number[4:]}" in pypdf.PdfReader(io.BytesIO(paper)).pages[0].extract_text()
    await page.goto("/shop")
    await page.get_by_text(f"收款号 {number[:4]} {number[4:]}").wait_for()
    await page.get_by_text("还没有人付款").wait_for()

    # Somebody pays the number that is told, and sees whose it is before they do.
    payer_page = await open_page("/join", language="zh")
    payer = await ready(payer_page, "zh")
    await payer_page.goto("/scan/type")
    await payer.fill("field", number)
    await payer.tap("next")
    await payer_page.get_by_role("heading", name="老王煎饼").wait_for()
    await payer.fill("amount", "8元")
    await payer.tap("pay", exact=False)
    await payer.type_pin()
    await payer.receipt()

    await page.get_by_text("¥8.00").first.wait_for()  # live
    await owner.look("shop")
    await page.goto("/cards/new")
    await owner.tap("test_number")
    await owner.tap("link")
    await page.goto("/shop/withdraw")
    await page.get_by_role("button", name="全部提出").click()
    await page.get_by_role("button", name=re.compile("^提现")).click()
    await page.get_by_text("提现已到银行").wait_for()
    await axe(page)


async def test_an_owner_goes_into_the_shop_and_back_to_the_wallet_by_the_pin(open_page: OpenPage) -> None:
    page = await open_page("/join", language="en")
    one = await ready(page, "en")
    await page.goto("/shop/join")
    await page.get_by_label("Shop name").fill("Night market skewers")
    await page.get_by_label("City").fill("Chengdu")
    await page.get_by_role("button", name="Open the shop").click()
    await page.get_by_test_id("number").wait_for()
    await page.goto("/shop")
    await page.get_by_role("button", name="Back to my wallet").click()
    await one.type_pin("000000")
    await page.get_by_role("alert").get_by_text("that PIN is wrong").wait_for()
    await axe(page)
    await one.type_pin()
    await page.get_by_text(one.says("available")).wait_for()
    session = await (await page.request.get("/api/v1/sessions")).json()
    assert [there["role"] for there in session["items"]] == ["person"]


async def virtual_authenticator(page: Page) -> None:
    """A phone's own authenticator, as Chromium simulates one."""
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def test_a_passkey_signs_in_without_a_password(open_page: OpenPage, live: Live) -> None:
    # A passkey belongs to a name, not to an address of numbers.
    page = await open_page(f"http://localhost:{live.port}/join")
    one = await ready(page, "en")
    await virtual_authenticator(page)
    await page.goto(f"http://localhost:{live.port}/safety/passkeys")
    await page.get_by_role("button", name="Add one on this device").click()
    await page.get_by_role("button", name=re.compile("^Remove")).wait_for()
    await axe(page)
    await page.goto(f"http://localhost:{live.port}/me")
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url(re.compile("/join"))
    await one.tap("sign_in")
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await page.get_by_text(one.says("available")).wait_for()
