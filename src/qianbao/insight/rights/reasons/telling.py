"""From a score, its model's weights and the months behind it to reasons in words. Pure; minor units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from qianbao.insight.purposes import Words
from qianbao.insight.scores.models import Score
from qianbao.money import show

LATELY, LONGER = 1.0, 4.0
"""Half-lives in months of the capacity model's means (`models/capacity.py`)."""
MORE: Final = 100_00
"""By how much more spending last month it is told what would change."""
MARKS_DAYS: Final = 364


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why one score of a person is as it is."""

    name: str
    """`capacity`, `recency`, `frequency`, `monetary`, `still_comes`."""
    value: float
    because: tuple[Words, ...]
    change: tuple[Words, ...]
    """What would change it."""
    since: date
    until: date
    """The days of the records it was made of, both included."""


def reasons(
    score: Score, months: Mapping[date, int], weights: Mapping[str, float] | None, *, scored: date
) -> tuple[Reason, ...]:
    """Of everything that a score says. `months`: spending by month before `score.month`, first to last.

    `weights`: the capacity model's parameters as its card has them; `scored`: the day of the batch.
    """
    found: list[Reason] = []
    if score.point is not None and weights is not None and months:
        found.append(_capacity(score.point, score.month, months, weights))
    since = scored - timedelta(days=MARKS_DAYS)
    for name, value, because, change in _marks(score):
        found.append(
            Reason(name=name, value=value, because=(because,), change=(change,), since=since, until=scored)
        )
    return tuple(found)


def parts(spent: Sequence[int], weights: Mapping[str, float]) -> tuple[float, float, float, float]:
    """What lately, longer, last month and the fixed part add to a forecast; `spent` by month."""
    return (
        weights["lately"] * _mean(spent, LATELY),
        weights["longer"] * _mean(spent, LONGER),
        weights["last_month"] * spent[-1],
        weights["fixed_fen"],
    )


def more(spent: Sequence[int], weights: Mapping[str, float]) -> float:
    """By how much a forecast would rise if `MORE` had been spent beside in the last month."""
    return sum(parts([*spent[:-1], spent[-1] + MORE], weights)) - sum(parts(spent, weights))


def _mean(spent: Sequence[int], half_life: float) -> float:
    """The mean of the months, the later the heavier."""
    weight = [0.5 ** (age / half_life) for age in reversed(range(len(spent)))]
    return sum(w * s for w, s in zip(weight, spent, strict=True)) / sum(weight)


def _capacity(point: int, month: date, months: Mapping[date, int], weights: Mapping[str, float]) -> Reason:
    first = min(one for one, spent in months.items() if spent > 0) if any(months.values()) else min(months)
    spent = [amount for one, amount in sorted(months.items()) if one >= first]
    lately, longer, last, fixed = parts(spent, weights)
    rise = more(spent, weights)
    return Reason(
        name="capacity",
        value=point,
        because=(
            Words(
                f"最近几个月（越近越重）平均 ¥{_yuan(_mean(spent, LATELY))}：这一项{_adds_zh(lately)}。",
                f"Lately, the nearer month the heavier, you spent ¥{_yuan(_mean(spent, LATELY))} a month: "
                f"that {_adds_en(lately)}.",
            ),
            Words(
                f"更长时间平均 ¥{_yuan(_mean(spent, LONGER))}：这一项{_adds_zh(longer)}。",
                f"Over a longer time you spent ¥{_yuan(_mean(spent, LONGER))} a month: "
                f"that {_adds_en(longer)}.",
            ),
            Words(
                f"上个月花了 ¥{_yuan(spent[-1])}：这一项{_adds_zh(last)}。",
                f"Last month you spent ¥{_yuan(spent[-1])}: that {_adds_en(last)}.",
            ),
            Words(f"人人相同的一项{_adds_zh(fixed)}。", f"What is the same for everybody {_adds_en(fixed)}."),
        ),
        change=(
            Words(
                f"如果上个月多花 ¥{_yuan(MORE)}，这个数会{_moves_zh(rise)} ¥{_yuan(abs(rise))}。",
                f"Had you spent ¥{_yuan(MORE)} more last month, it would be ¥{_yuan(abs(rise))} "
                f"{'higher' if rise >= 0 else 'lower'}.",
            ),
            Words(
                "退款会减少它所属那个月的支出；退出「人群数字」后不再为别人拟合模型，只为你自己算。",
                "A refund takes off from its month. If you object to figures of groups, the models learn "
                "nothing from you; yours is still computed for you.",
            ),
        ),
        since=first,
        until=month - timedelta(days=1),
    )


def _marks(score: Score) -> list[tuple[str, float, Words, Words]]:
    found: list[tuple[str, float, Words, Words]] = []
    days, visits, spent = score.recency_days, score.visits, show(score.spent)
    if score.recency is not None:
        because = Words(
            f"上一次消费在 {days} 天前；与所有人相比排在第 {score.recency} 档（共 5 档，5 最近）。",
            f"Your last purchase was {days} days before; among all people that is mark {score.recency} of 5, "
            "5 being the latest.",
        )
        change = Words("再消费一次，这个天数就归零。", "With the next purchase the days begin again at 0.")
        found.append(("recency", score.recency, because, change))
    if score.frequency is not None:
        because = Words(
            f"一年里消费 {visits} 次；与所有人相比排在第 {score.frequency} 档（5 最多）。",
            f"You bought {visits} times in a year; among all people that is mark {score.frequency} of 5, "
            "5 being the most.",
        )
        change = Words(
            "更多或更少的消费次数会改变它；365 天前的不再计入。",
            "More or fewer purchases change it; those of more than 365 days ago no longer count.",
        )
        found.append(("frequency", score.frequency, because, change))
    if score.monetary is not None:
        because = Words(
            f"一年里自己花了 ¥{spent}（已扣退款和补贴）；与所有人相比排在第 {score.monetary} 档（5 最多）。",
            f"You spent ¥{spent} of your own in a year, refunds and subsidies taken off; among all people "
            f"that is mark {score.monetary} of 5, 5 being the most.",
        )
        change = Words(
            "花得更多或更少会改变它；退款会减少它。", "Spending more or less changes it; a refund takes off."
        )
        found.append(("monetary", score.monetary, because, change))
    if score.alive is not None:
        because = Words(
            f"按你消费的节奏（一年 {visits} 次）和上一次在 {days} 天前，模型估计你还会继续用的可能性是 "
            f"{score.alive:.0%}。",
            f"From your rhythm, {visits} purchases in a year, and the {days} days since the last, the model "
            f"takes it as {score.alive:.0%} likely that you still come.",
        )
        change = Words(
            "停得比平时久，它就下降；再消费一次，它就回升。",
            "It falls while you stay away longer than usual, and rises with the next purchase.",
        )
        found.append(("still_comes", score.alive, because, change))
    return found


def _yuan(amount: float) -> str:
    return show(round(amount))


def _adds_en(amount: float) -> str:
    return f"{'adds' if amount >= 0 else 'takes off'} ¥{_yuan(abs(amount))}"


def _adds_zh(amount: float) -> str:
    return f"{'加' if amount >= 0 else '减'} ¥{_yuan(abs(amount))}"


def _moves_zh(amount: float) -> str:
    return "高" if amount >= 0 else "低"
