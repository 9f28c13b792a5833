"""Trouble in the middle of a payment: one intention is at most one payment, and the page tells of it."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Route

from tests.browser.looking import OpenPage
from tests.browser.wallet import PASSWORD, Shop, Somebody, open_shop, ready, shop_client
from tests.live import Live

PAYS = re.compile(r"/api/v1/counter-payments$")


@pytest.fixture
async def shop(live: Live) -> AsyncGenerator[Shop]:
    """A stall."""
    async with shop_client(live) as client:
        yield await open_shop(client)


async def about_to_pay(open_page: OpenPage, shop: Shop) -> Somebody:
    """Somebody at the stall's counter, with the PIN pad before them."""
    page = await open_page("/join")
    one = await ready(page, "en")
    number = (await shop.counter("number"))["code"]
    await page.goto(f"/p/{number}")
    await one.fill("amount", "28.16")
    await one.tap("pay", exact=False)
    await page.locator(".keys:visible").wait_for()
    return one


async def paid_once(one: Somebody, shop: Shop) -> None:
    """The shop and the payer both see exactly one payment."""
    assert [trade["amount"] for trade in await shop.paid()] == [28_16]
    assert [bill["amount"] for bill in await one.bills() if bill["kind"] == "payment"] == [-28_16]


async def test_a_double_tap_pays_once(open_page: OpenPage, shop: Shop) -> None:
    one = await about_to_pay(open_page, shop)
    await one.type_pin("80293")
    last = one.page.locator(".keys:visible").get_by_role("button", name="1", exact=True)
    await last.dblclick()
    await one.receipt()
    await paid_once(one, shop)


async def test_an_answer_that_is_lost_and_a_reload_while_it_is_asked_for_end_in_one_receipt(
    open_page: OpenPage, shop: Shop
) -> None:
    one = await about_to_pay(open_page, shop)

    async def lose(route: Route) -> None:
        await route.fetch()  # it arrives and is paid; the answer is lost
        await route.abort()

    await one.page.route(PAYS, lose)
    await one.type_pin()
    await one.page.get_by_text("Checking what happened").first.wait_for()
    await one.page.unroute(PAYS)
    await one.page.reload()
    await one.receipt()
    await paid_once(one, shop)


async def test_what_never_went_out_is_told_after_a_reload_and_can_be_paid_then(
    open_page: OpenPage, shop: Shop
) -> None:
    one = await about_to_pay(open_page, shop)
    await one.page.route(PAYS, lambda route: route.abort())
    await one.type_pin()
    await one.page.get_by_text("Checking what happened").first.wait_for()
    await one.page.unroute(PAYS)
    await one.page.reload()
    await one.page.get_by_text("It had not gone out, and nothing was paid").wait_for()
    assert await shop.paid() == []
    await one.tap("pay", exact=False)
    await one.type_pin()
    await one.receipt()
    await paid_once(one, shop)


async def test_a_line_that_drops_in_the_middle_resolves_itself(open_page: OpenPage, shop: Shop) -> None:
    one = await about_to_pay(open_page, shop)
    await one.page.context.set_offline(True)
    await one.type_pin()
    await one.page.get_by_text("Checking what happened").first.wait_for()
    await one.page.get_by_text("No network.").wait_for()
    await one.page.context.set_offline(False)
    await one.receipt()
    await paid_once(one, shop)


async def test_a_session_that_ends_in_the_middle_goes_on_after_signing_in_and_pays_once(
    open_page: OpenPage, shop: Shop, live: Live
) -> None:
    one = await about_to_pay(open_page, shop)
    async with live.client(Origin=live.url) as elsewhere:
        await live.sign_in(elsewhere, login=one.phone, password=PASSWORD)
        ended = await elsewhere.delete("/api/v1/sessions/others")
        assert ended.json()["ended"] == 1
    await one.type_pin()
    await one.page.get_by_role("heading", name=one.says("again")).wait_for()
    assert await shop.paid() == []
    await one.fill("login", one.phone)
    await one.fill("password", PASSWORD)
    await one.tap("sign_in")
    await one.receipt()
    await paid_once(one, shop)


async def test_an_order_in_two_tabs_is_paid_once_and_the_other_says_so(
    open_page: OpenPage, shop: Shop
) -> None:
    page = await open_page("/join")
    one = await ready(page, "en")
    trade = await shop.post("/trades", out_trade_no="order-1", amount=28_16, subject="Noodles")
    await page.goto(f"/pay?trade={trade['id']}")
    other = await open_page(f"/pay?trade={trade['id']}", context=page.context)
    second = Somebody(page=other, language="en", phone=one.phone)
    for tab in (one, second):
        await tab.tap("pay", exact=False)
        await tab.page.locator(".keys:visible").wait_for()
    await one.type_pin()
    await one.receipt()
    await second.type_pin()
    await (
        other.get_by_text("This was paid already")
        .or_(other.get_by_text("This order was paid already"))
        .first.wait_for()
    )
    await paid_once(one, shop)
