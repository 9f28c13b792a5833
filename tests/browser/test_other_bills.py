"""Bills of other wallets on the wallet page: read in the browser, without an account, and sent nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Request

from tests.browser.looking import PHONE, Language, OpenPage, axe
from tests.insight.bills import exports, lives
from tests.insight.bills.test_files import NAME, zipped

WORDS: dict[Language, tuple[str, str, str]] = {
    "zh": ("花了", "解压密码", "打开"),
    "en": ("Spent", "Its password", "Open"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_files_are_read_in_the_browser_and_nothing_is_sent(
    open_page: OpenPage, tmp_path: Path, language: Language
) -> None:
    above = exports.wechat_preamble(lives.WECHAT_ROWS)
    files = {
        "w.xlsx": exports.workbook(exports.WECHAT, lives.WECHAT_ROWS, above),
        "a.csv": exports.alipay(lives.ALIPAY_ROWS),
        "j.csv": exports.jd(lives.JD_ROWS),
        "m.csv": exports.meituan(lives.MEITUAN_ROWS),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    locked = zipped(tmp_path / "w.zip", {NAME: exports.wechat(lives.WECHAT_ROWS)}, password="123456")

    spent, password, unlock = WORDS[language]
    page = await open_page("/other-bills", language=language, size=PHONE)
    chooser = page.locator("input[type=file]")
    await chooser.wait_for(state="attached")
    asked: list[Request] = []

    def note(request: Request) -> None:
        asked.append(request)

    page.on("request", note)
    await chooser.set_input_files([tmp_path / name for name in files])
    await page.get_by_role("heading", name=f"{spent} ¥{lives.TOGETHER['spent'] / 100:,.2f}").wait_for()
    await axe(page)

    await chooser.set_input_files(locked)
    await page.get_by_label(password).fill("123456")
    await page.get_by_role("button", name=unlock, exact=True).click()
    await page.get_by_role("heading", name=spent).wait_for()
    sent = [one.url for one in asked if one.method != "GET" or one.post_data]
    assert sent == [], "files stay here"
