"""The page of the record format names what the code reads and why it rejects."""

from __future__ import annotations

import re
from pathlib import Path

from qianbao.replay.adapters import ADAPTERS
from qianbao.replay.models import Reason
from tests.live import Live
from tests.tidy.test_tutorial import page, shell


def test_every_reason_is_documented() -> None:
    _, reasons = page("reference/records.md").text.split("## Reasons")
    assert re.findall(r"^\| `(\w+)`", reasons, re.MULTILINE) == [reason.value for reason in Reason]


def test_every_kind_of_file_is_documented() -> None:
    text = page("reference/records.md").text
    assert not [name for name in ADAPTERS if f"`{name}`" not in text]


def test_a_file_is_replayed_as_it_is_written(house: Live, tmp_path: Path) -> None:
    [replay] = page("how-to/replay-records.md").blocks("bash")
    records, summary, _, rejects = page("how-to/replay-records.md").blocks("text")
    (tmp_path / "may.csv").write_text(records, encoding="utf-8")
    told = shell(house, tmp_path, replay)
    assert [line for line in summary.splitlines() if line not in told.splitlines()] == []
    assert (tmp_path / "may.csv.rejects.csv").read_text(encoding="utf-8") == rejects
    assert "nothing was paid again" in shell(house, tmp_path, replay)
