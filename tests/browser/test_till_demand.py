"""The owner's demand page: two weeks ahead with a table behind, hours, and words where nothing is known."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.looking import COUNTER, PHONE, Language, OpenPage, axe, picture
from tests.insight.demand.facts import history
from tests.live import Live

WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "title": "客流预测",
        "chart": "每天的顾客",
        "table": "查看表格",
        "hours": "什么时候来",
        "none": "还没有预测",
    },
    "en": {
        "title": "Demand",
        "chart": "Customers a day",
        "table": "Show as table",
        "hours": "When they come",
        "none": "No forecast yet",
    },
}


async def opened(open_page: OpenPage, live: Live, language: Language) -> Page:
    """The page, for the ready shop's owner."""
    page = await open_page("/till", language=language, size=COUNTER)
    owner = live.logins()["owner"]
    answer = await page.request.post(
        "/api/v1/sessions/owner",
        data={"login": owner["login"], "password": owner["password"]},
        headers={"Origin": live.url},
    )
    assert answer.ok, await answer.text()
    await page.goto("/till/demand")
    return page


@pytest.fixture(scope="module")
async def shop(live: Live) -> Live:
    """The ready shop, with months of customers and a forecast."""
    await history(live)
    live.command("insight", "score", "--json")
    return live


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_owner_looks_two_weeks_ahead(open_page: OpenPage, shop: Live, language: Language) -> None:
    words = WORDS[language]
    page = await opened(open_page, shop, language)
    await expect(page.get_by_role("heading", name=words["title"], exact=True)).to_be_visible()
    chart = page.get_by_role("region", name=words["chart"])
    await expect(chart).to_be_visible()
    await expect(page.get_by_role("region", name=words["hours"])).to_be_visible()
    await axe(page)
    await picture(page, "till-demand")
    await chart.get_by_role("button", name=words["table"]).click()
    await expect(chart.get_by_role("row")).to_have_count(15)
    await page.set_viewport_size(PHONE)
    await axe(page)
