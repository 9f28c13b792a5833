"""When in the week and in the day: of the last 365 days, by the network's business time."""

from __future__ import annotations

from typing import Any, Final

from qianbao.insight.features.models import Feature, Grain, Kind, Unit
from qianbao.insight.features.relations import YEAR
from qianbao.insight.features.terms import evenness, share

PARTS: Final = {
    "night": (0, 6, "between midnight and six", "凌晨(0–6 点)"),
    "morning": (6, 11, "from six to eleven", "上午(6–11 点)"),
    "noon": (11, 14, "from eleven to two", "中午(11–14 点)"),
    "afternoon": (14, 18, "from two to six", "下午(14–18 点)"),
    "evening": (18, 24, "from six to midnight", "晚上(18–24 点)"),
}
"""Parts of the day: from, to (hours), and how they are called."""


def _part(name: str, since: int, until: int, en: str, zh: str) -> tuple[Feature, Feature]:
    return (
        Feature(
            name=f"{name}_365d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=Grain.HOUR,
            en=f"Purchases {en} in the last 365 days.", zh=f"近 365 天{zh}的消费笔数。",
            of=lambda h: h.purchases.sum(where=(h.hour >= since) & (h.hour < until)),
        ),
        Feature(
            name=f"{name}_share_365d", kind=Kind.REAL, unit=Unit.SHARE, grain=Grain.PERSON,
            en=f"The share of purchases {en} in the last 365 days.", zh=f"近 365 天{zh}的笔数占比。",
            of=lambda f: share(f[f"{name}_365d"], f.purchases_365d),
        ),
    )  # fmt: skip


def _parts(f: Any) -> list[Any]:
    return [f[f"{name}_365d"] for name in PARTS]


FEATURES: Final = (
    *(one for name, part in PARTS.items() for one in _part(name, *part)),
    Feature(
        name="hours_entropy_365d", kind=Kind.REAL, unit=Unit.NATS, grain=Grain.PERSON,
        en="How evenly the last 365 days' purchases are spread over the parts of the day: Shannon's entropy.",
        zh="近 365 天消费时段分布的香农熵。",
        of=lambda f: evenness(_parts(f)),
    ),
    Feature(
        name="weekend_365d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=Grain.SPAN,
        en="Purchases on Saturdays and Sundays in the last 365 days.", zh="近 365 天周末的消费笔数。",
        of=lambda s: s.weekend.sum(where=s.within <= YEAR),
    ),
    Feature(
        name="weekend_share_365d", kind=Kind.REAL, unit=Unit.SHARE, grain=Grain.PERSON,
        en="The share of purchases on Saturdays and Sundays in the last 365 days.",
        zh="近 365 天周末的笔数占比。",
        of=lambda f: share(f.weekend_365d, f.purchases_365d),
    ),
    Feature(
        name="weekend_spent_365d", kind=Kind.INTEGER, unit=Unit.FEN, grain=Grain.SPAN,
        en="Spent on Saturdays and Sundays in the last 365 days, refunds taken off.",
        zh="近 365 天周末的净支出(已扣退款)。",
        of=lambda s: s.weekend_spent.sum(where=s.within <= YEAR),
    ),
)  # fmt: skip
