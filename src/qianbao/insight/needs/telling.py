"""From what a batch keeps of a person to needs with reasons in words. Pure."""

from __future__ import annotations

import math
from typing import Final

from qianbao.insight.needs.models import (
    AHEAD_DAYS,
    GROUPS,
    KINDS,
    PRODUCTS,
    Batch,
    Group,
    Need,
    Row,
    State,
    Told,
)
from qianbao.insight.purposes import Words
from qianbao.insight.records.categories import IN_CHINESE, Category

REASONS: Final = 3
EFFECT_MIN: Final = 0.1
"""Of ln odds: a tenth more or less likely. What moves less is no reason."""


def told(row: Row, batch: Batch) -> Told:
    """Every kind, the likeliest first, those that cannot be told last; and every product."""
    kinds = [_kind(at, row, batch) for at in range(len(KINDS))]
    kinds.sort(key=lambda need: (need.chance is None, -(need.chance or 0.0)))
    products = tuple(_product(at, row, batch) for at in range(len(PRODUCTS)))
    return Told(batch=batch, kinds=tuple(kinds), products=products)


def _kind(at: int, row: Row, batch: Batch) -> Need:
    name, chance = KINDS[at], row.chance[at]
    if math.isnan(chance):
        return Need(name=name, state=State.NOT_ENOUGH_USE)
    effects = dict(zip(GROUPS, row.effect[at * len(GROUPS) : (at + 1) * len(GROUPS)], strict=True))
    strong = sorted(effects, key=lambda group: -abs(effects[group]))[:REASONS]
    return Need(
        name=name,
        state=State.SCORED,
        chance=chance,
        usual=batch.usual[at],
        because=tuple(
            _because(group, effects[group], name, row.purchases[at], row.recency[at], row.lately)
            for group in strong
            if abs(effects[group]) >= EFFECT_MIN
        ),
        change=(
            Words(
                "再付一次这类钱，它就升高；越久不付，它越低。",
                "With the next payment of this kind it rises; the longer there is none, the more it falls.",
            ),
        ),
    )


def _product(at: int, row: Row, batch: Batch) -> Need:
    name, chance = PRODUCTS[at], row.propensity[at]
    if row.used[at]:
        return Need(name=name, state=State.IN_USE)
    if math.isnan(chance):
        return Need(name=name, state=State.NOT_ENOUGH_USE)
    because = Words(
        f"依据：你一共多常付款（近 30 天 {row.lately} 笔）、都付在哪些类别；"
        f"付法相近的人里，有 {chance:.0%} 在 {AHEAD_DAYS} 天内第一次用它。",
        f"From how much you pay at all ({row.lately} payments in the last 30 days) and for what: of people "
        f"who pay much as you do, {chance:.0%} used it for the first time within {AHEAD_DAYS} days.",
    )
    return Need(
        name=name,
        state=State.SCORED,
        chance=chance,
        usual=batch.usual[len(KINDS) + at],
        because=(because,),
    )


def _because(group: Group, effect: float, name: str, purchases: int, recency: int, lately: int) -> Words:
    zh, en = IN_CHINESE[Category(name)], name
    up_zh, up = ("比一般人更可能", "more likely") if effect > 0 else ("比一般人更不可能", "less likely")
    match group:
        case Group.OFTEN:
            return Words(
                f"一年里你为{zh}付过 {purchases} 次：这让它{up_zh}。",
                f"You paid for {en} {purchases} times in a year: that makes it {up} than for most.",
            )
        case Group.LATELY if recency < 0:
            return Words(
                f"一年里你没有为{zh}付过钱：这让它{up_zh}。",
                f"You have not paid for {en} in a year: that makes it {up} than for most.",
            )
        case Group.LATELY:
            return Words(
                f"上一次为{zh}付钱是 {recency} 天前：这让它{up_zh}。",
                f"You last paid for {en} {recency} days before: that makes it {up} than for most.",
            )
        case Group.AMOUNT:
            return Words(
                f"你每次为{zh}花多少、占你支出的多少：这让它{up_zh}。",
                f"What you pay for {en} each time, and its share of what you spend: "
                f"that makes it {up} than for most.",
            )
        case Group.ACTIVE:
            return Words(
                f"你近 30 天一共付了 {lately} 笔，以及你平时付多少：这让它{up_zh}。",
                f"You paid {lately} times in all in the last 30 days, and what you pay at other times: "
                f"that makes it {up} than for most.",
            )
        case Group.OTHERS:
            return Words(
                f"你还为别的什么付钱：这让它{up_zh}。",
                f"What else you pay for: that makes it {up} than for most.",
            )
