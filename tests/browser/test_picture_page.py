"""My spending: switched on by its person, compared with themselves, every number leading to its payments."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.browser.looking import DESK, SMALL, Language, OpenPage, Theme, axe, picture
from tests.browser.spenders import GYM, OTHERS, look_again, spend
from tests.live import Live

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "My spending",
        "ask": "See where your money goes",
        "on": "Switch it on",
        "spent": "Spent this month",
        "kinds": "What it goes on",
        "dining": "Eating out",
        "why": "Spent this month: why?",
        "sum": "The sum of these",
        "days": "Day by day",
        "table": "Show as table",
        "earlier": "Month before",
        "later": "Month after",
        "switch": "Draw this picture from my payments",
        "usual": "Usual month",
        "likely": "This month, likely",
        "likely_why": "This month, likely: why?",
        "model": "Estimated from these",
        "close": "Close",
        "habit": "Your habit",
        "then": "Spent that month",
        "again": "Comes again",
        "weekly": "weekly",
        "odd": "Unlike you",
        "usual_here": "4× your usual here",
    },
    "zh": {
        "title": "账单画像",
        "ask": "看看钱花到哪里去了",
        "on": "打开画像",
        "spent": "本月已花",
        "kinds": "花在哪里",
        "dining": "餐饮",
        "why": "本月已花：为什么？",
        "sum": "就是这",
        "days": "每天",
        "table": "查看表格",
        "earlier": "前一个月",
        "later": "后一个月",
        "switch": "用我的付款记录画这张图",
        "usual": "平时整月",
        "likely": "整月大概",
        "likely_why": "整月大概：为什么？",
        "model": "由模型从这",
        "close": "关闭",
        "habit": "你的习惯",
        "then": "当月花了",
        "again": "常付的账",
        "weekly": "每周",
        "odd": "不像你平时的",
        "usual_here": "这家平时的 4 倍",
    },
}


@pytest.fixture(scope="module")
async def lived(live: Live) -> Live:
    """The installation, with a year of purchases."""
    await spend(live)
    return live


async def consented(live: Live, *, granted: bool) -> None:
    """The ready person says yes or no to their picture."""
    async with live.signed_in("person") as person:
        answer = await person.put("/api/v1/insight/consents/picture", json={"granted": granted})
        assert answer.status_code == 200, answer.text


async def signed(open_page: OpenPage, live: Live, path: str, **look: Any) -> Page:
    """A page of the wallet in which the ready person is signed in."""
    page = await open_page("/join", **look)
    async with live.signed_in("person") as person:
        cookies = [
            {"name": one.name, "value": one.value or "", "url": live.url} for one in person.cookies.jar
        ]
        # The session goes over to the browser, so it must not end with this client.
        await page.context.add_cookies(cookies)  # pyright: ignore[reportArgumentType] - a cookie by its address
    await page.goto(path)
    return page


async def test_nothing_is_read_before_its_person_switches_it_on_and_nothing_after_they_switch_it_off(
    open_page: OpenPage, lived: Live
) -> None:
    words = WORDS["en"]
    await consented(lived, granted=False)
    page = await signed(open_page, lived, "/picture")
    await expect(page.get_by_role("heading", name=words["ask"])).to_be_visible()
    await axe(page)
    await picture(page, "picture-ask")
    await page.get_by_role("button", name=words["on"]).click()
    await expect(page.get_by_role("region", name=words["spent"])).to_be_visible()
    await page.get_by_role("switch", name=re.compile(words["switch"])).click()
    await expect(page.get_by_role("heading", name=words["ask"])).to_be_visible()
    async with lived.signed_in("person") as person:
        answer = await person.get("/api/v1/insight/me")
        assert (answer.status_code, answer.json()["code"]) == (409, "consent_missing")


@pytest.mark.parametrize(
    ("language", "theme"), [("zh", "light"), ("en", "light"), ("zh", "dark"), ("en", "dark")]
)
async def test_the_picture_as_people_see_it(
    open_page: OpenPage, lived: Live, language: Language, theme: Theme
) -> None:
    words = WORDS[language]
    await consented(lived, granted=True)
    page = await signed(open_page, lived, "/picture", language=language, theme=theme)
    await expect(page.get_by_role("region", name=words["spent"])).to_be_visible()
    await expect(page.get_by_text(words["likely"], exact=True)).to_be_visible()
    await axe(page)
    await picture(page, "picture", whole=True)
    await page.get_by_role("button", name=words["likely_why"]).click()
    sheet = page.get_by_role("dialog")
    await expect(sheet.get_by_text(re.compile(words["model"]))).to_be_visible()
    await expect(sheet.get_by_role("link").first).to_be_visible()
    await axe(page)
    await picture(page, "picture-why")


async def test_every_number_leads_to_the_payments_that_make_it(open_page: OpenPage, lived: Live) -> None:
    words = WORDS["en"]
    await consented(lived, granted=True)
    async with lived.signed_in("person") as person, lived.shop() as shop:
        key = {"Idempotency-Key": uuid4().hex}
        asked = {"out_trade_no": uuid4().hex, "amount": 41_00, "subject": "Noodles"}
        trade = (await shop.post("/api/v1/trades", json=asked, headers=key)).json()["id"]
        login = lived.logins()["person"]
        body = {"wallet": login["wallet"], "pin": login["pin"]}
        paid = await person.post(f"/api/v1/trades/{trade}/pay", json=body, headers=key)
        assert paid.status_code == 201, paid.text
        told: dict[str, Any] = {}
        for _ in range(50):
            told = (await person.get("/api/v1/insight/me")).json()
            page_of = (await person.get(told["why"]["href"] + "&limit=100")).json()
            if any(one["trade"] == trade for one in page_of["items"]):
                told = (await person.get("/api/v1/insight/me")).json()  # all of it after the record came
                break
        sums: list[dict[str, Any]] = [told, *told["categories"], *told["days"], *told["months"]]
        for one in sums:
            items: list[dict[str, Any]] = []
            href: str | None = one["why"]["href"] + "&limit=100"
            cursor = ""
            while href:
                found = (await person.get(href + cursor)).json()
                items += found["items"]
                cursor = f"&cursor={found['next_cursor']}"
                href = href if found["next_cursor"] else None
            assert sum(item["spent"] for item in items) == one["spent"]
            assert len(items) == one["records"] == one["why"]["records"]
    page = await signed(open_page, lived, "/picture")
    await page.get_by_role("button", name=words["why"]).click()
    sheet = page.get_by_role("dialog")
    await expect(sheet.get_by_text(re.compile(words["sum"]))).to_be_visible()
    await sheet.get_by_role("link", name=re.compile("¥41.00")).click()
    await expect(page).to_have_url(re.compile(f"/bills/{trade}"))


async def test_a_kind_and_a_day_open_their_own_payments_and_tables_stand_behind(
    open_page: OpenPage, lived: Live
) -> None:
    words = WORDS["en"]
    await consented(lived, granted=True)
    page = await signed(open_page, lived, "/picture", size=SMALL)
    await page.get_by_role("button", name=re.compile(words["dining"])).click()
    sheet = page.get_by_role("dialog")
    await expect(sheet.get_by_role("link").first).to_be_visible()
    await sheet.get_by_role("button", name=words["close"]).click()
    days = page.get_by_role("region", name=words["days"])
    await days.get_by_role("button", name=words["table"]).click()
    await expect(days.get_by_role("table")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await axe(page)


@pytest.mark.parametrize(("language", "theme"), [("zh", "light"), ("en", "dark")])
async def test_what_comes_again_and_what_is_unlike_the_person_lead_to_their_payments(
    open_page: OpenPage, lived: Live, language: Language, theme: Theme
) -> None:
    words = WORDS[language]
    await consented(lived, granted=True)
    await look_again(lived)
    page = await signed(open_page, lived, "/picture", language=language, theme=theme, size=SMALL)
    again = page.get_by_role("region", name=words["again"])
    gym = again.get_by_role("link", name=GYM.name)
    await expect(gym).to_contain_text(words["weekly"])
    await expect(gym).to_contain_text("49")
    odd = page.get_by_role("region", name=words["odd"])
    await expect(odd.get_by_role("link", name=GYM.name)).to_contain_text(words["usual_here"])
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await axe(page)
    await again.scroll_into_view_if_needed()
    await picture(page, "picture-again")
    assert re.fullmatch(r"/bills/[0-9a-f-]{36}", await gym.get_attribute("href") or "")


async def test_an_earlier_month_is_shown_and_none_that_is_to_come(open_page: OpenPage, lived: Live) -> None:
    words = WORDS["en"]
    await consented(lived, granted=True)
    page = await signed(open_page, lived, "/picture")
    await expect(page.get_by_role("button", name=words["later"])).to_be_disabled()
    await page.get_by_role("button", name=words["earlier"]).click()
    await expect(page.get_by_role("region", name=words["then"])).to_be_visible()
    await page.get_by_role("button", name=words["later"]).click()
    await expect(page.get_by_role("region", name=words["spent"])).to_be_visible()


async def test_without_a_line_it_says_so_and_goes_on_when_it_is_back(
    open_page: OpenPage, lived: Live
) -> None:
    words = WORDS["en"]
    await consented(lived, granted=True)
    page = await signed(open_page, lived, "/picture")
    await expect(page.get_by_role("region", name=words["spent"])).to_be_visible()
    await page.route("**/api/v1/insight/**", lambda route: route.abort())
    await page.get_by_role("button", name=words["why"]).click()
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible(timeout=30_000)
    await page.unroute("**/api/v1/insight/**")
    await page.get_by_role("dialog").get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("dialog").get_by_role("link").first).to_be_visible()


@pytest.mark.parametrize(
    ("language", "theme"), [("zh", "light"), ("en", "light"), ("zh", "dark"), ("en", "dark")]
)
async def test_the_operator_sees_groups_and_never_a_few_people(
    open_page: OpenPage, lived: Live, language: Language, theme: Theme
) -> None:
    page = await open_page("/join", language=language, theme=theme, size=DESK)
    async with lived.signed_in("operator") as operator:
        told = (await operator.get("/api/v1/insight/aggregates")).json()
        assert told["people"] > OTHERS
        assert all(group["people"] >= told["group_min"] for group in told["groups"])
        jar = operator.cookies.jar
        cookies = [{"name": one.name, "value": one.value or "", "url": lived.url} for one in jar]
        await page.context.add_cookies(cookies)  # pyright: ignore[reportArgumentType] - a cookie by its address
    await page.goto("/console/insight")
    title = {"en": "By monthly capacity (people)", "zh": "按月消费能力（人数）"}[language]
    await expect(page.get_by_role("region", name=title)).to_be_visible()
    await expect(page.get_by_role("img", name=title)).to_be_visible()
    cards = await page.locator("article dd").all_inner_texts()
    assert len(cards) > 6
    foreign = [text for text in cards if bool(re.search("[一-鿿]", text)) is not (language == "zh")]
    assert not foreign, foreign
    await axe(page)
    await picture(page, "console-people", whole=True)
