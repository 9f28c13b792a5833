"""Cells as they are written, and written again: `cells.json`, which the page's tests read too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from qianbao.insight.bills import values
from qianbao.insight.bills.merchants import merchant
from qianbao.money import AmountMalformed

TABLE: Final[dict[str, list[Any]]] = json.loads(Path(__file__).with_name("cells.json").read_text("utf-8"))


@pytest.mark.parametrize(("cell", "units", "refunded"), TABLE["amounts"])
def test_an_amount_is_read_as_it_is_written(cell: values.Cell, units: int, refunded: int) -> None:
    assert values.amount(cell) == (units, refunded, False)


@pytest.mark.parametrize("cell", TABLE["noAmounts"])
def test_what_is_no_amount_is_refused(cell: values.Cell) -> None:
    with pytest.raises(AmountMalformed):
        values.amount(cell)


@pytest.mark.parametrize("cell", TABLE["negative"])
def test_a_minus_is_told(cell: values.Cell) -> None:
    assert values.amount(cell) == (28_16, 0, True)


@pytest.mark.parametrize(("cell", "at"), TABLE["times"])
def test_a_time_is_read_as_it_is_written(cell: values.Cell, at: str) -> None:
    assert f"{values.moment(cell):%Y-%m-%d %H:%M:%S}" == at


@pytest.mark.parametrize("cell", TABLE["noTimes"])
def test_what_is_no_time_is_refused(cell: values.Cell) -> None:
    with pytest.raises((values.TimeMalformed, values.TimeOutOfRange)):
        values.moment(cell)


@pytest.mark.parametrize(("cell", "number"), TABLE["numbers"])
def test_a_number_is_kept_unless_it_was_rounded(cell: values.Cell, number: str) -> None:
    assert values.number(cell) == number


@pytest.mark.parametrize(("cell", "side"), TABLE["directions"])
def test_a_direction_is_known_or_it_is_not(cell: values.Cell, side: str | None) -> None:
    assert values.direction(cell) == side


@pytest.mark.parametrize(("written", "name"), TABLE["merchants"])
def test_a_merchant_has_one_name(written: str, name: str) -> None:
    assert merchant(written) == name
