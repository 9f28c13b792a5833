"""At whose shops and where: of the last 365 days. A cell is about 0.7 square kilometres (H3)."""

from __future__ import annotations

from typing import Final

from qianbao.insight.features.models import Feature, Grain, Kind, Unit
from qianbao.insight.features.terms import entropy, share

WORDS: Final = {
    Grain.MERCHANT: ("merchant", "merchants", "Merchants", "商户"),
    Grain.CELL: ("cell", "cells", "Places (H3 cells)", "地点(H3 网格)"),
    Grain.CITY: ("city", "cities", "Cities", "城市"),
}


def _of(grain: Grain) -> tuple[Feature, ...]:
    one, many, told, zh = WORDS[grain]
    return (
        Feature(
            name=f"{many}_365d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=grain,
            en=f"{told} bought at in the last 365 days.", zh=f"近 365 天消费过的{zh}数。",
            of=lambda g: g.count(),
        ),
        Feature(
            name=f"{many}_30d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=grain,
            en=f"{told} bought at in the last 30 days.", zh=f"近 30 天消费过的{zh}数。",
            of=lambda g: g.count(where=g.last < 30),
        ),
        Feature(
            name=f"{many}_new_30d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=grain,
            en=f"{told} bought at in the last 30 days, and not in the 335 before.",
            zh=f"近 30 天首次消费、此前 335 天未去过的{zh}数。",
            of=lambda g: g.count(where=g["first"] < 30),
        ),
        Feature(
            name=f"{one}_top_share_365d", kind=Kind.REAL, unit=Unit.SHARE, grain=grain,
            en=f"The share of the {one} bought at most in the last 365 days' purchases.",
            zh=f"近 365 天最常去{zh}的笔数占比。",
            of=lambda g: share(g.purchases.max(), g.purchases.sum()),
        ),
        Feature(
            name=f"{one}_entropy_365d", kind=Kind.REAL, unit=Unit.NATS, grain=grain,
            en=f"How evenly the last 365 days' purchases are spread over {many}: Shannon's entropy.",
            zh=f"近 365 天消费在各{zh}间的香农熵。",
            of=lambda g: entropy(g.purchases, g.count()),
        ),
    )  # fmt: skip


FEATURES: Final = (
    *(feature for grain in WORDS for feature in _of(grain)),
    Feature(
        name="merchants_once_365d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=Grain.MERCHANT,
        en="Merchants bought at once only in the last 365 days.", zh="近 365 天仅消费一次的商户数。",
        of=lambda m: m.count(where=m.purchases == 1),
    ),
    Feature(
        name="away_share_365d", kind=Kind.REAL, unit=Unit.SHARE, grain=Grain.CITY,
        en="The share of purchases outside the city bought in most, in the last 365 days: travel.",
        zh="近 365 天在常驻城市以外的笔数占比(出行)。",
        of=lambda c: share(c.purchases.sum() - c.purchases.max(), c.purchases.sum()),
    ),
)  # fmt: skip
