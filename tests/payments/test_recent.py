"""Facts kept for a moment, and the house's rules for payments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qianbao.clock import ManualClock
from qianbao.config import SettingMalformed, Settings
from qianbao.errors import NotFound
from qianbao.payments.recent import Recent
from qianbao.payments.rules import Rules, rules


async def test_a_fact_is_read_again_when_its_moment_is_over_or_the_clock_was_set_back() -> None:
    reads: list[str] = []

    async def read(key: str) -> int:
        reads.append(key)
        return len(reads)

    clock = ManualClock(1_000 * 10**9)
    recent = Recent(read, clock=clock, keep_s=30)
    assert [await recent.get("a") for _ in range(3)] == [1, 1, 1]
    clock.advance(31)
    assert await recent.get("a") == 2
    clock.advance(-100)
    assert await recent.get("a") == 3


async def test_only_so_many_facts_are_kept_and_a_failure_is_not() -> None:
    reads: list[int] = []

    async def read(key: int) -> int:
        reads.append(key)
        if key < 0:
            raise NotFound()
        return key

    recent = Recent(read, clock=ManualClock(0), size_max=2)
    for key in (1, 2, 3, 3, 1):
        assert await recent.get(key) == key
    assert reads == [1, 2, 3, 1]
    for _ in range(2):
        with pytest.raises(NotFound):
            await recent.get(-1)
    assert reads[-2:] == [-1, -1]


def test_the_houses_rules_are_read_from_the_settings() -> None:
    assert rules(Settings(home=Path("/x"), tables={})) == Rules()
    read = rules(Settings(home=Path("/x"), tables={"payments": {"amount_max": 5}}))
    assert read.amount_max == 5


@pytest.mark.parametrize("table", [{"amount_max": "much"}, {"amount_maximum": 5}, {"code_s": 0}])
def test_a_rule_that_cannot_be_used_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(SettingMalformed):
        rules(Settings(home=Path("/x"), tables={"payments": table}))
