"""`qianbao insight bills`: as a person runs it."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from qianbao.cli.commands import app
from qianbao.insight.bills.errors import BillsPasswordMissing
from tests.insight.bills import exports, lives
from tests.insight.bills.test_files import NAME, zipped
from tests.insight.bills.test_picture import life


def run(home: Path, *words: str) -> Result:
    """The command's answer; nobody is at the terminal."""
    environment = {"QIANBAO_HOME": str(home), "COLUMNS": "120", "LANG": "C"}
    return CliRunner().invoke(app, ["insight", "bills", *words], env=environment)


def told(answer: Result) -> dict[str, Any]:
    """What `--json` says."""
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def test_the_terminal_shows_files_sums_and_picture_in_both_languages(tmp_path: Path) -> None:
    folder = life(tmp_path / "bills")
    chinese = run(tmp_path / "home", str(folder), "--language", "zh")
    assert chinese.exit_code == 0
    for words in (
        "28 行 = 26 笔 + 2 笔重复 + 0 行未读懂",
        "与文件自述一致",
        "餐饮",
        "老街牛肉面馆",
        "不是账单",
    ):
        assert words in chinese.output
    english = run(tmp_path / "home", str(folder), "--language", "en").output
    assert "nothing lost" in english
    assert "Eating out" in english
    assert not (tmp_path / "home").exists(), "reading leaves nothing behind"


def test_a_correction_is_kept_for_its_person_alone_and_holds_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    path.write_bytes(exports.wechat(lives.WECHAT_ROWS))
    first = told(run(tmp_path, str(path), "--json", "--correct", "老街牛肉面馆=居家"))
    again = told(run(tmp_path, str(path), "--json"))
    for answer in (first, again):
        noodles = next(bill for bill in answer["bills"] if bill["merchant"] == "老街牛肉面馆")
        assert (noodles["category"], noodles["category_by"]) == ("home", "correction")
    kept = tmp_path / "bills-corrections.csv"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_json_holds_every_row_and_what_the_files_say_of_themselves(tmp_path: Path) -> None:
    answer = told(run(tmp_path, str(life(tmp_path / "bills")), "--json"))
    assert answer["adds_up"]
    assert answer["rows"] == len(answer["bills"]) + len(answer["doubles"]) + answer["foot"]
    assert {one["source"] for one in answer["statements"]} == {"wechat", "alipay", "jd", "meituan"}
    assert all(check["agrees"] for one in answer["statements"] for check in one["checks"])


def test_a_locked_zip_with_nobody_to_ask_is_refused_and_opens_by_its_password(tmp_path: Path) -> None:
    path = zipped(tmp_path / "w.zip", {NAME: exports.wechat(lives.WECHAT_ROWS)}, password="123456")
    assert isinstance(run(tmp_path, str(path)).exception, BillsPasswordMissing)
    assert told(run(tmp_path, str(path), "--password", "123456", "--json"))["rows"] == len(lives.WECHAT_ROWS)


@pytest.mark.parametrize("to", ["beancount", "csv"])
def test_bills_are_handed_on_to_a_file_of_its_persons_own(tmp_path: Path, to: str) -> None:
    path, out, page = tmp_path / "w.csv", tmp_path / "out", tmp_path / "picture.html"
    path.write_bytes(exports.wechat(lives.WECHAT_ROWS))
    answer = run(tmp_path, str(path), "--to", to, "--out", str(out), "--html", str(page))
    assert answer.exit_code == 0, answer.output
    assert "老街牛肉面馆" in out.read_text("utf-8-sig")
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert {stat.S_IMODE(one.stat().st_mode) for one in (out, page)} == {0o600}
