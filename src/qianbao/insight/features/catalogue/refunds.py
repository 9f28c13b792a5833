"""What was given back, as it was known: of purchases of the last 365 days."""

from __future__ import annotations

from typing import Final

from qianbao.insight.features.models import Feature, Grain, Kind, Unit
from qianbao.insight.features.terms import share

FEATURES: Final = (
    Feature(
        name="refunds_365d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=Grain.REFUND,
        en="Purchases of the last 365 days of which something was given back.",
        zh="近 365 天发生退款的消费笔数。",
        of=lambda r: r.count(),
    ),
    Feature(
        name="refunds_whole_365d", kind=Kind.INTEGER, unit=Unit.COUNT, grain=Grain.REFUND,
        en="Purchases of the last 365 days that were given back whole; they count as none elsewhere.",
        zh="近 365 天全额退款的笔数(其他特征不计入)。",
        of=lambda r: r.count(where=~r.kept),
    ),
    Feature(
        name="refunded_365d", kind=Kind.INTEGER, unit=Unit.FEN, grain=Grain.REFUND,
        en="What was given back of purchases of the last 365 days.", zh="近 365 天的退款金额。",
        of=lambda r: r.refunded.sum(),
    ),
    Feature(
        name="refund_share_365d", kind=Kind.REAL, unit=Unit.SHARE, grain=Grain.PERSON,
        en="The share of purchases of the last 365 days of which something was given back.",
        zh="近 365 天发生退款的笔数占比。",
        of=lambda f: share(f.refunds_365d, f.purchases_365d + f.refunds_whole_365d),
    ),
)  # fmt: skip
