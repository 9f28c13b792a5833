"""On what, how, by which brand, where by size of city, and who paid for it: of the last 365 days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from qianbao.insight.features.models import Feature, Grain, Kind, Unit
from qianbao.insight.features.relations import YEAR
from qianbao.insight.features.terms import evenness, ibis, share
from qianbao.insight.records.categories import IN_CHINESE, Category
from qianbao.parties.models import CityTier

CATEGORIES: Final = IN_CHINESE
SCENES: Final[Mapping[str, tuple[str, str]]] = {
    "offline_code": ("a till scanned the payer's code", "商家扫码"),
    "static_qr": ("the payer scanned a printed code", "扫静态码"),
    "native": ("the payer scanned a code made for the trade", "扫动态码"),
    "online": ("within an app or a web page", "线上"),
    "account_number": ("the payer typed the merchant's number", "输入商户号"),
}
"""How payer and merchant met, as records name it."""
TIERS: Final[Mapping[CityTier, tuple[str, str]]] = {
    CityTier.FIRST: ("first", "一线"), CityTier.NEW_FIRST: ("new first", "新一线"),
    CityTier.SECOND: ("second", "二线"), CityTier.THIRD: ("third", "三线"),
    CityTier.FOURTH: ("fourth", "四线"), CityTier.FIFTH: ("fifth", "五线"),
}  # fmt: skip


def _by_category(category: Category, zh: str) -> Feature:
    return Feature(
        name=f"spent_{category}_365d", kind=Kind.INTEGER, unit=Unit.FEN, grain=Grain.CATEGORY,
        en=f"Spent on {category} in the last 365 days, refunds taken off.",
        zh=f"近 365 天{zh}类净支出(已扣退款)。",
        of=lambda c: c.spent.sum(where=c.category == category.value),
    )  # fmt: skip


def _habit(category: Category, zh: str) -> tuple[Feature, ...]:
    return (
        Feature(
            name=f"purchases_{category}_365d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=Grain.CATEGORY,
            en=f"Purchases of the last 365 days on {category}.", zh=f"近 365 天{zh}类的消费笔数。",
            of=lambda c: c.purchases.sum(where=c.category == category.value),
        ),
        Feature(
            name=f"recency_{category}_365d", kind=Kind.REAL, unit=Unit.DAYS, grain=Grain.CATEGORY,
            en=f"Days since the last purchase on {category}, of the last 365 days.",
            zh=f"近 365 天里距最近一次{zh}类消费的天数。",
            of=lambda c: c["last"].min(where=c.category == category.value),
        ),
        Feature(
            name=f"first_{category}_365d", kind=Kind.REAL, unit=Unit.DAYS, grain=Grain.CATEGORY,
            en=f"Days since the first purchase on {category} of the last 365 days.",
            zh=f"近 365 天里距首次{zh}类消费的天数。",
            of=lambda c: c["first"].max(where=c.category == category.value),
        ),
    )  # fmt: skip


def _by_scene(scene: str, en: str, zh: str) -> Feature:
    return Feature(
        name=f"purchases_{scene}_365d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=Grain.SCENE,
        en=f"Purchases of the last 365 days where {en}." if scene != "online" else
        f"Purchases of the last 365 days {en}.",
        zh=f"近 365 天{zh}的消费笔数。",
        of=lambda s: s.purchases.sum(where=s.scene == scene),
    )  # fmt: skip


def _by_tier(tier: CityTier, en: str, zh: str) -> Feature:
    return Feature(
        name=f"spent_tier_{tier}_365d", kind=Kind.INTEGER, unit=Unit.FEN, grain=Grain.TIER,
        en=f"Spent in cities of the {en} tier in the last 365 days, refunds taken off.",
        zh=f"近 365 天在{zh}城市的净支出(已扣退款)。",
        of=lambda t: t.spent.sum(where=t.tier == tier.value),
    )  # fmt: skip


def _of(f: Any) -> list[Any]:
    return [f[f"spent_{category}_365d"] for category in CATEGORIES]


MIX: Final = (
    Feature(
        name="categories_365d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=Grain.PERSON,
        en="Kinds of spending in the last 365 days.", zh="近 365 天涉及的消费品类数。",
        of=lambda f: sum((part > 0).cast("int64") for part in _of(f)),
    ),
    Feature(
        name="category_entropy_365d", kind=Kind.REAL, unit=Unit.NATS, grain=Grain.PERSON,
        en="How evenly the last 365 days' spending is spread over kinds: Shannon's entropy.",
        zh="近 365 天支出在各品类间的香农熵。",
        of=lambda f: evenness(_of(f)),
    ),
    Feature(
        name="category_top_share_365d", kind=Kind.REAL, unit=Unit.SHARE, grain=Grain.PERSON,
        en="The share of the largest kind in the last 365 days' spending.",
        zh="近 365 天最大品类的支出占比。",
        of=lambda f: share(ibis.greatest(*_of(f)), f.spent_365d),
    ),
    Feature(
        name="needs_share_365d", kind=Kind.REAL, unit=Unit.SHARE, grain=Grain.PERSON,
        en="The share of groceries, bills, health and transport in the last 365 days' spending.",
        zh="近 365 天食品日杂、缴费、医疗、交通的支出占比。",
        of=lambda f: share(
            f.spent_groceries_365d + f.spent_bills_365d + f.spent_health_365d + f.spent_transport_365d,
            f.spent_365d,
        ),
    ),
    Feature(
        name="brands_365d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=Grain.BRAND,
        en="Brands of wallet paid with in the last 365 days.", zh="近 365 天使用的钱包品牌数。",
        of=lambda b: b.count(),
    ),
    Feature(
        name="brand_top_share_365d", kind=Kind.REAL, unit=Unit.SHARE, grain=Grain.BRAND,
        en="The share of the brand used most in the last 365 days' purchases.",
        zh="近 365 天最常用钱包品牌的笔数占比。",
        of=lambda b: share(b.purchases.max(), b.purchases.sum()),
    ),
)  # fmt: skip

FUNDING: Final = (
    Feature(
        name="subsidised_365d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=Grain.SPAN,
        en="Purchases of the last 365 days of which a subsidy paid a part.",
        zh="近 365 天含补贴的消费笔数。",
        of=lambda s: s.subsidised.sum(where=s.within <= YEAR),
    ),
    Feature(
        name="subsidy_365d", kind=Kind.INTEGER, unit=Unit.FEN, grain=Grain.SPAN,
        en="Subsidy in the purchases of the last 365 days.", zh="近 365 天所得补贴金额。",
        of=lambda s: s.subsidy.sum(where=s.within <= YEAR),
    ),
    Feature(
        name="subsidy_share_365d", kind=Kind.REAL, unit=Unit.SHARE, grain=Grain.PERSON,
        en="The share of subsidy in what the last 365 days' purchases cost, subsidy and person together.",
        zh="近 365 天补贴占消费总额的比例。",
        of=lambda f: share(f.subsidy_365d, f.subsidy_365d + f.spent_365d),
    ),
)  # fmt: skip

FEATURES: Final = (
    *(_by_category(category, zh) for category, zh in CATEGORIES.items()),
    *(_by_scene(scene, en, zh) for scene, (en, zh) in SCENES.items()),
    *(_by_tier(tier, en, zh) for tier, (en, zh) in TIERS.items()),
    *MIX,
    *FUNDING,
    *(one for category, zh in CATEGORIES.items() for one in _habit(category, zh)),
)
