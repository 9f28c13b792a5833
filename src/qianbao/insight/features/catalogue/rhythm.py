"""How lately, how often, for how much; the time between purchases; and whether it is more than it was."""

from __future__ import annotations

from typing import Final

from qianbao.insight.features.models import Feature, Grain, Kind, Unit
from qianbao.insight.features.relations import SPANS, YEAR
from qianbao.insight.features.terms import share


def _within(days: int) -> tuple[Feature, ...]:
    return (
        Feature(
            name=f"purchases_{days}d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=Grain.SPAN,
            en=f"Purchases of the last {_days(days)}.", zh=f"近 {days} 天的消费笔数。",
            of=lambda s: s.purchases.sum(where=s.within <= days),
        ),
        Feature(
            name=f"spent_{days}d", kind=Kind.INTEGER, unit=Unit.FEN, grain=Grain.SPAN,
            en=f"What the last {_days(days)} cost the person, refunds taken off.",
            zh=f"近 {days} 天的净支出(已扣退款)。",
            of=lambda s: s.spent.sum(where=s.within <= days),
        ),
    )  # fmt: skip


def _active(days: int) -> Feature:
    return Feature(
        name=f"days_{days}d", kind=Kind.INTEGER, unit=Unit.DAYS, grain=Grain.DAY,
        en=f"Days with a purchase among the last {days}.", zh=f"近 {days} 天里有消费的天数。",
        of=lambda d: d.count(where=d.age < days),
    )  # fmt: skip


def _days(days: int) -> str:
    return "day" if days == 1 else f"{days} days"


RECENCY: Final = (
    Feature(
        name="purchases", kind=Kind.INTEGER, unit=Unit.COUNT, grain=Grain.SPAN,
        en="All purchases that are kept.", zh="留存期内的全部消费笔数。", of=lambda s: s.purchases.sum(),
    ),
    Feature(
        name="spent", kind=Kind.INTEGER, unit=Unit.FEN, grain=Grain.SPAN,
        en="What all of them cost the person, refunds taken off.", zh="全部净支出(已扣退款)。",
        of=lambda s: s.spent.sum(),
    ),
    Feature(
        name="days", kind=Kind.INTEGER, unit=Unit.DAYS, grain=Grain.DAY,
        en="Days with a purchase.", zh="有消费的总天数。", of=lambda d: d.count(),
    ),
    Feature(
        name="recency_days", kind=Kind.INTEGER, unit=Unit.DAYS, grain=Grain.SPAN,
        en="Days since the last purchase.", zh="距最近一次消费的天数。", of=lambda s: s.last.min(),
    ),
    Feature(
        name="tenure_days", kind=Kind.INTEGER, unit=Unit.DAYS, grain=Grain.SPAN,
        en="Days since the first purchase.", zh="距首次消费的天数。", of=lambda s: s["first"].max(),
    ),
    Feature(
        name="spent_first_day", kind=Kind.INTEGER, unit=Unit.FEN, grain=Grain.DAY,
        en="What the first day with a purchase cost.", zh="首个消费日的净支出。",
        of=lambda d: d.spent.sum(where=d["first"]),
    ),
    Feature(
        name="spent_max_365d", kind=Kind.INTEGER, unit=Unit.FEN, grain=Grain.SPAN,
        en="The dearest purchase of the last 365 days.", zh="近 365 天最大一笔净支出。",
        of=lambda s: s.most.max(where=s.within <= YEAR),
    ),
    Feature(
        name="spent_mean_365d", kind=Kind.REAL, unit=Unit.FEN, grain=Grain.PERSON,
        en="What a purchase of the last 365 days cost on average.", zh="近 365 天平均每笔净支出。",
        of=lambda f: share(f.spent_365d, f.purchases_365d),
    ),
    Feature(
        name="spent_mean_90d", kind=Kind.REAL, unit=Unit.FEN, grain=Grain.PERSON,
        en="What a purchase of the last 90 days cost on average.", zh="近 90 天平均每笔净支出。",
        of=lambda f: share(f.spent_90d, f.purchases_90d),
    ),
    Feature(
        name="small_365d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=Grain.SPAN,
        en="Purchases under ¥20 in the last 365 days.", zh="近 365 天 20 元以下的消费笔数。",
        of=lambda s: s.small.sum(where=s.within <= YEAR),
    ),
    Feature(
        name="large_365d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=Grain.SPAN,
        en="Purchases of ¥500 and more in the last 365 days.", zh="近 365 天 500 元及以上的消费笔数。",
        of=lambda s: s.large.sum(where=s.within <= YEAR),
    ),
)  # fmt: skip

GAPS: Final = (
    Feature(
        name="gap_mean_days", kind=Kind.REAL, unit=Unit.DAYS, grain=Grain.PERSON,
        en="From a day with a purchase to the next, on average.", zh="相邻消费日的平均间隔天数。",
        of=lambda f: share(f.tenure_days - f.recency_days, f.days - 1),
    ),
    Feature(
        name="gap_cv", kind=Kind.REAL, unit=Unit.RATIO, grain=Grain.DAY,
        en="How uneven these gaps are: their standard deviation over their mean.",
        zh="消费间隔的变异系数(标准差与均值之比)。",
        # Of whole numbers, so that nothing is lost by cancelling.
        of=lambda d: (d.gap.count() * (d.gap * d.gap).sum() - d.gap.sum() * d.gap.sum()).sqrt()
        / d.gap.sum().nullif(0),
    ),
    Feature(
        name="gap_max_days", kind=Kind.INTEGER, unit=Unit.DAYS, grain=Grain.DAY,
        en="The longest time without a purchase, between two.", zh="两次消费之间的最长间隔天数。",
        of=lambda d: d.gap.max(),
    ),
    Feature(
        name="overdue", kind=Kind.REAL, unit=Unit.RATIO, grain=Grain.PERSON,
        en="Days since the last purchase over the usual gap: above 1, later than usual.",
        zh="距上次消费天数与平均间隔之比,大于 1 表示比平常晚。",
        of=lambda f: f.recency_days * (f.days - 1) / (f.tenure_days - f.recency_days).nullif(0),
    ),
)  # fmt: skip


def _trend(what: str, days: int, longer: int) -> Feature:
    named, zh = {"spent": ("spending", "支出"), "purchases": ("purchases", "笔数")}[what]
    steady, steady_zh = ("a third", "三分之一") if days == 30 else ("a half", "一半")
    return Feature(
        name=f"{what}_trend_{days}d", kind=Kind.REAL, unit=Unit.SHARE, grain=Grain.PERSON,
        en=f"Of the last {longer} days' {named}, the share of the last {days}: {steady} is steady.",
        zh=f"近 {longer} 天{zh}中近 {days} 天所占比例,{steady_zh}为平稳。",
        of=lambda f: share(f[f"{what}_{days}d"], f[f"{what}_{longer}d"]),
    )  # fmt: skip


TRENDS: Final = (
    *(_trend("spent", days, longer) for days, longer in ((30, 90), (90, 180), (180, YEAR))),
    *(_trend("purchases", days, longer) for days, longer in ((30, 90), (90, 180))),
)

FEATURES: Final = (
    *RECENCY,
    *(one for days in SPANS for one in _within(days)),
    *(_active(days) for days in SPANS if days >= 30),
    *GAPS,
    *TRENDS,
)
