"""My data: a person sees what is kept, corrects it, objects, sees who read it, and has it erased."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.browser.looking import SMALL, Language, OpenPage, Theme, axe
from tests.browser.test_picture_page import consented, signed
from tests.live import Live

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "My data",
        "kept": "What is kept",
        "records": "Records of payments",
        "all": "Export everything",
        "correct": "Correct",
        "travel": "It is “Travel” now",
        "log": "Who read it",
        "you": "You",
        "erase": "Erase my data",
        "ask": "Erase",
        "pin": "Your payment PIN, to erase it",
        "erased": "are erased",
        "none": "Nothing of what you spend is kept",
    },
    "zh": {
        "title": "我的数据",
        "kept": "我们存着什么",
        "records": "消费记录",
        "all": "全部导出",
        "correct": "更正",
        "travel": "已改为「旅行」",
        "log": "谁读过",
        "you": "你",
        "erase": "删除我的数据",
        "ask": "删除",
        "pin": "输入支付密码，确认删除",
        "erased": "已删除",
        "none": "没有存你的消费数据",
    },
}


async def bought(live: Live, amount: int) -> None:
    """A payment of the ready person that has its record."""
    async with live.signed_in("person") as person, live.shop() as shop:
        key = {"Idempotency-Key": uuid4().hex}
        asked = {"out_trade_no": uuid4().hex, "amount": amount, "subject": "Noodles"}
        trade = (await shop.post("/api/v1/trades", json=asked, headers=key)).json()["id"]
        login = live.logins()["person"]
        body = {"wallet": login["wallet"], "pin": login["pin"]}
        paid = await person.post(f"/api/v1/trades/{trade}/pay", json=body, headers=key)
        assert paid.status_code == 201, paid.text
        for _ in range(200):
            if trade in (await person.get("/api/v1/insight/my-data.ndjson")).text:
                return
    raise AssertionError("no record came of the payment")


@pytest.mark.parametrize(
    ("language", "theme"), [("zh", "light"), ("en", "light"), ("zh", "dark"), ("en", "dark")]
)
async def test_my_data_as_people_see_it(
    open_page: OpenPage, live: Live, language: Language, theme: Theme
) -> None:
    words = WORDS[language]
    await consented(live, granted=True)
    await bought(live, 41_00)
    page = await signed(open_page, live, "/me", language=language, theme=theme)
    await page.get_by_role("link", name=words["title"]).click()
    kept = page.get_by_role("region", name=words["kept"], exact=True)
    await expect(kept.get_by_text(words["records"], exact=True)).to_be_visible()
    log = page.get_by_role("region", name=words["log"], exact=True)
    await expect(log.get_by_text(re.compile(words["you"])).first).to_be_visible()
    await axe(page)
    async with page.expect_download() as download:
        await kept.get_by_role("link", name=re.compile(words["all"])).click()
    assert (await download.value).suggested_filename == "qianbao-my-data.ndjson"


async def test_a_kind_is_corrected_with_one_choice(open_page: OpenPage, live: Live) -> None:
    words = WORDS["en"]
    await consented(live, granted=True)
    await bought(live, 41_00)
    page = await signed(open_page, live, "/my-data", size=SMALL)
    part = page.get_by_role("region", name=words["correct"], exact=True)
    await part.get_by_role("combobox").first.select_option("travel")
    await expect(part.get_by_text(words["travel"])).to_be_visible()
    async with live.signed_in("person") as person:
        kinds = {one["category"] for one in (await person.get("/api/v1/insight/me")).json()["categories"]}
    assert "travel" in kinds
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await axe(page)


async def test_it_is_erased_with_the_pin_and_the_page_keeps_nothing_of_it(
    open_page: OpenPage, live: Live
) -> None:
    words = WORDS["en"]
    await consented(live, granted=True)
    await bought(live, 41_00)
    page = await signed(open_page, live, "/my-data")
    part = page.get_by_role("region", name=words["erase"], exact=True)
    await part.get_by_role("button", name=words["ask"], exact=True).click()
    sheet = page.get_by_role("dialog")
    await expect(sheet.get_by_text(words["pin"]).first).to_be_visible()
    await axe(page)
    await sheet.get_by_label(words["pin"]).press_sequentially(live.logins()["person"]["pin"])
    await expect(part.get_by_text(re.compile(words["erased"]))).to_be_visible()
    await expect(page.get_by_text(re.compile(words["none"]))).to_be_visible()
    async with live.signed_in("person") as person:
        assert (await person.get("/api/v1/insight/my-data")).json()["since"] is None
