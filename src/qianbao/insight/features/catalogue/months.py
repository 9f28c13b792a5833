"""Spending by calendar month: what the model of monthly capacity is fitted on."""

from __future__ import annotations

from typing import Final

from qianbao.insight.features.models import Feature, Grain, Kind, Unit

MONTHS: Final = 24
"""Whole months that are looked back on."""


def _month(back: int) -> Feature:
    return Feature(
        name=f"spent_month_{back}", kind=Kind.INTEGER, unit=Unit.FEN, grain=Grain.MONTH,
        en=f"What the calendar month {back} before that of the day cost the person, refunds taken off.",
        zh=f"往前第 {back} 个自然月的净支出(已扣退款)。",
        of=lambda m: m.spent.sum(where=m.month == back),
    )  # fmt: skip


FEATURES: Final = tuple(_month(back) for back in range(1, MONTHS + 1))
