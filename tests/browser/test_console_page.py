"""The console, as an operator lives with it: is all well, what happened to this payment, freeze, back up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.browser.looking import DESK, Language, OpenPage, Theme, axe, picture
from tests.live import Live, started

PAGES = ("/", "/volumes", "/books", "/search?q=28", "/webhooks", "/audit")
NAMES = {"/": "overview", "/search?q=28": "search"}
WORDS: dict[Language, dict[str, str]] = {
    "en": {"login": "Login", "password": "Password", "in": "Sign in", "well": "Balanced"},
    "zh": {"login": "用户名", "password": "密码", "in": "登录", "well": "账平"},
}


@asynccontextmanager
async def console(
    open_page: OpenPage, live: Live, *, language: Language = "en", theme: Theme = "light"
) -> AsyncGenerator[Page]:
    """The console with the operator signed in."""
    page = await open_page("/console", language=language, theme=theme, size=DESK)
    page.set_default_timeout(30_000)
    words, login = WORDS[language], live.logins()["operator"]
    await page.get_by_label(words["login"]).fill(login["login"])
    await page.get_by_label(words["password"], exact=True).fill(login["password"])
    await page.get_by_role("button", name=words["in"], exact=True).click()
    await page.get_by_role("navigation").wait_for()
    page.set_default_timeout(30_000)
    yield page


async def paid(live: Live, amount: int) -> str:
    """A trade that the ready person has paid."""
    login = live.logins()["person"]
    async with live.signed_in("person") as person, live.shop() as shop:
        key = {"Idempotency-Key": uuid4().hex}
        asked: dict[str, Any] = {"out_trade_no": uuid4().hex, "amount": amount, "subject": "牛肉面 noodles"}
        trade: str = (await shop.post("/api/v1/trades", json=asked, headers=key)).json()["id"]
        body = {"wallet": login["wallet"], "pin": login["pin"]}
        answer = await person.post(f"/api/v1/trades/{trade}/pay", json=body, headers=key)
        assert answer.status_code == 201, answer.text
    return trade


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    """An installation of its own with the starter city, whose payments go on while it is looked at."""
    with started(config="[api]\naddress_per_s = 500\nsession_per_s = 500\n", QIANBAO_DEMO="1") as running:
        yield running


@pytest.fixture(scope="module")
async def lived_in(live: Live) -> Live:
    """The city, and a few payments of the ready person."""
    for amount in (28_00, 28_16, 128_00):
        await paid(live, amount)
    return live


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_of_the_console_is_whole_in_both_languages_and_themes(
    open_page: OpenPage, lived_in: Live, language: Language, theme: Theme
) -> None:
    async with console(open_page, lived_in, language=language, theme=theme) as page:
        for path in PAGES:
            await page.goto(f"/console{path}")
            if path == "/":
                await page.get_by_text(WORDS[language]["well"], exact=True).wait_for()
            await page.get_by_role("main").locator(".card").first.wait_for()
            await expect(page.get_by_role("status").filter(has_text="Loading")).to_have_count(0)
            if path in ("/", "/volumes"):
                await page.locator("canvas").first.wait_for()
                await asyncio.sleep(1.2)
            await axe(page)
            await picture(page, f"console-{NAMES.get(path, path.strip('/'))}", whole=True)


async def test_the_first_row_says_whether_all_is_well(open_page: OpenPage, lived_in: Live) -> None:
    async with console(open_page, lived_in) as page:
        await page.get_by_text("Balanced", exact=True).wait_for()
        for title in ("Payments a second", "Success", "Slowest step"):
            await expect(page.get_by_role("heading", name=title)).to_be_visible()


async def test_what_happened_to_a_payment_is_two_clicks_away(open_page: OpenPage, lived_in: Live) -> None:
    trade = await paid(lived_in, 77_31)
    async with console(open_page, lived_in) as page:
        await page.keyboard.press("/")
        await page.keyboard.type("77.31")
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="¥77.31").first.click()
        await page.wait_for_url(f"**/trades/{trade}")
        transfers = page.get_by_role("region", name="Ledger transfers").last
        await expect(transfers.get_by_role("row")).to_have_count(3)  # the heading, the payment, the fee
        await expect(transfers).to_contain_text("王记面馆")
        await expect(transfers).to_contain_text("Fees earned")
        await page.get_by_text("trade.paid").click()
        await expect(page.locator("details[open] pre").filter(has_text=trade)).to_be_visible()
        await axe(page)
        await picture(page, "console-trade", whole=True)


async def test_an_account_is_frozen_with_a_reason_and_the_log_says_so(
    open_page: OpenPage, lived_in: Live
) -> None:
    async with lived_in.client() as nobody:
        name = f"Stall {uuid4().hex[:6]}"
        made = await nobody.post(
            "/api/v1/merchants",
            json={
                "name": name,
                "mcc": "5812",
                "login": f"s{uuid4().hex[:9]}",
                "password": "quiet-river-stone-41",
                "store": {"name": "Corner", "city": "杭州", "city_tier": "new1"},
            },
        )
        assert made.status_code == 201, made.text
    async with console(open_page, lived_in) as page:
        await page.goto(f"/console/search?q={name.replace(' ', '%20')}")
        await page.get_by_role("link", name=name).click()
        await page.get_by_role("button", name="Freeze", exact=True).click()
        await page.get_by_label("Reason").fill("chargebacks, case 77")
        await axe(page)
        await page.get_by_role("dialog").get_by_role("button", name="Freeze").dblclick()
        await page.get_by_text("Frozen", exact=True).wait_for()
        await page.get_by_role("link", name="Audit log").click()
        await page.get_by_text("Froze an account: chargebacks, case 77").click()
        await expect(page.locator("details[open] pre")).to_contain_text('"before"')
        await page.get_by_text("The log is whole").wait_for()


async def test_a_backup_is_made_and_the_books_are_checked(open_page: OpenPage, lived_in: Live) -> None:
    async with console(open_page, lived_in) as page:
        await page.get_by_role("link", name="Books", exact=True).click()
        await page.get_by_role("button", name="Check now").click()
        whole = page.get_by_role("region", name="Everything checked")
        await expect(whole.get_by_text("Sound").first).to_be_visible(timeout=240_000)
        await page.get_by_role("button", name="Back up now").click()
        backups = page.get_by_role("region", name="Backups")
        await expect(backups.get_by_text("Done").first).to_be_visible(timeout=240_000)
        await expect(backups).to_contain_text("Books’ hash")


async def test_a_wrong_password_says_so_and_what_was_typed_stays(open_page: OpenPage) -> None:
    page = await open_page("/console", size=DESK)
    await page.get_by_label("Login").fill("operator")
    await page.get_by_label("Password", exact=True).fill("not this one")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("alert").wait_for()
    assert await page.get_by_label("Login").input_value() == "operator"
    await axe(page)


async def test_an_auditor_sees_everything_and_no_button_that_changes(
    open_page: OpenPage, lived_in: Live
) -> None:
    login, password = f"auditor-{uuid4().hex[:8]}", "quiet-river-stone-lamp-41"
    async with lived_in.signed_in("operator") as operator:
        body = {"role": "auditor", "login": login, "name": "Audit", "password": password}
        assert (await operator.post("/api/v1/operators", json=body)).status_code == 201
    page = await open_page("/console", size=DESK)
    await page.get_by_label("Login").fill(login)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("link", name="Books", exact=True).click()
    await page.get_by_role("region", name="Backups").wait_for()
    await expect(page.get_by_role("button", name="Back up now")).to_have_count(0)
    await expect(page.get_by_role("button", name="Check now")).to_have_count(0)


async def test_a_lost_line_shows_and_comes_back(open_page: OpenPage, lived_in: Live) -> None:
    async with console(open_page, lived_in) as page:
        await page.get_by_text("Live", exact=True).wait_for()
        lived_in.kill(*lived_in.running.servers)
        await page.get_by_text("The line is down").wait_for()
        await page.get_by_text("Live", exact=True).wait_for(timeout=60_000)


async def test_the_ready_persons_first_picture_has_a_households_year_of_purchases(
    open_page: OpenPage, lived_in: Live
) -> None:
    page = await open_page("/join")
    login = lived_in.logins()["person"]
    answer = await page.context.request.post(
        "/api/v1/sessions",
        data={"login": login["login"], "password": login["password"]},
        headers={"Origin": lived_in.url},
    )
    assert answer.status == 201, await answer.text()
    await page.goto("/picture")
    await page.get_by_role("button", name="Switch it on").click()
    # The month before: today may be its first day.
    await page.get_by_role("button", name="Month before").click()
    await page.get_by_text("Spent that month").wait_for()
    await page.get_by_role("heading", name="What it goes on").wait_for()
    await page.get_by_text("Groceries").first.wait_for()
    await picture(page, "picture-first", whole=True)
