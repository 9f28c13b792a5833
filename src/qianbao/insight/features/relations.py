"""The rows that features are gathered from, as Ibis expressions: what was known by the end of a day, no more.

Nothing here runs anything. Ibis carries no types: it is `Any` to the type checker.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

import ibis as _ibis

from qianbao.clock import BUSINESS_ZONE, SECOND, nanoseconds
from qianbao.insight.features.models import Grain

ibis: Any = _ibis

CURRENCY: Final = "CNY"
YEAR: Final = 365
SPANS: Final = (1, 7, 30, 90, 180, YEAR)
"""Days that features look back on, the day of asking among them."""
EARLIER: Final = 100_000
SMALL: Final = 20_00
LARGE: Final = 500_00
"""Minor units: what counts as a small purchase (under it) and as a large one."""
HOUR: Final = 3_600 * SECOND
ZONE: Final = 8 * HOUR
"""How far the business day is ahead of UTC."""

FACT: Final = ibis.schema(
    {
        "record": "uuid", "person": "uuid", "kind": "string", "happened": "int64", "known": "int64",
        "day": "date", "amount": "int64", "own": "int64", "refunded": "int64", "merchant": "uuid",
        "currency": "string", "category": "string", "scene": "string", "brand": "string", "city": "string",
        "tier": "string", "cell": "int64",
    }
)  # fmt: skip
"""What is read of a fact."""

PURCHASE: Final = ibis.schema(
    {
        "person": "uuid", "age": "int32", "month": "int32", "sunday": "int32", "hour": "int32",
        "spent": "int64", "subsidy": "int64", "refunded": "int64", "kept": "boolean", "merchant": "uuid",
        "category": "string", "scene": "string", "brand": "string", "city": "string", "tier": "string",
        "cell": "int64",
    }
)  # fmt: skip
"""A purchase as it was known. `age`: days before the day of asking; `month`: calendar months before its own;
`sunday`: days before a Sunday, so 0 is one and 1 a Saturday; `spent`: what it cost the person; `kept`: not
given back whole."""


def known_until(day: date) -> int:
    """The end of a business day, nanoseconds: what is known later is not read."""
    return nanoseconds(datetime(day.year, day.month, day.day, tzinfo=BUSINESS_ZONE) + timedelta(days=1))


def purchases(day: date) -> Any:
    """Every purchase up to a day, amended by refunds, as known at its end: from the table `fact`."""
    fact = ibis.table(FACT, name="fact")
    fact = fact.filter(fact.known < known_until(day))
    paid = fact.filter(fact.kind == "paid", fact.currency == CURRENCY, fact.day <= day)
    back = fact.filter(fact.kind != "paid").select("record", "refunded")
    back = back.group_by("record").aggregate(given_back=back.refunded.max())
    joined = paid.left_join(back, "record")
    given_back = joined.given_back.fill_null(0)
    # Of a date in the database, so that the month is that of the business day.
    month = (day.year * 12 + day.month) - (joined.day.year() * 12 + joined.day.month())
    age = ibis.literal(day).delta(joined.day, unit="day").cast("int32")
    # Remainders first: a quotient of nanoseconds is not exact in floating point.
    hour = ((joined.happened + ZONE) % (24 * HOUR) // HOUR).cast("int32")
    return joined.select(
        person=joined.person,
        age=age,
        month=month.cast("int32"),
        sunday=((age + (6 - day.weekday())) % 7).cast("int32"),
        hour=hour,
        spent=ibis.greatest(joined.own - given_back, 0),
        subsidy=joined.amount - joined.own,
        refunded=given_back,
        kept=given_back < joined.amount,
        merchant=joined.merchant,
        category=joined.category,
        scene=joined.scene,
        brand=joined.brand,
        city=joined.city,
        tier=joined.tier,
        cell=joined.cell,
    )


def rows(purchase: Any, grain: Grain) -> Any:
    """The rows of a grain, from a table of purchases: few a person, so that what follows is cheap."""
    kept = purchase.filter(purchase.kept)
    lately = kept.filter(kept.age < YEAR)
    match grain:
        case Grain.SPAN:
            return _spans(kept)
        case Grain.DAY:
            return _days(kept)
        case Grain.MONTH:
            return _by(kept, "month")
        case Grain.CELL:
            return _by(lately.filter(lately.cell.notnull()), "cell")
        case Grain.CITY:
            return _by(lately.filter(lately.city != ""), "city")
        case Grain.CATEGORY | Grain.SCENE | Grain.BRAND | Grain.TIER | Grain.HOUR | Grain.MERCHANT:
            return _by(lately, grain.value)
        case Grain.REFUND:
            return purchase.filter(purchase.refunded > 0, purchase.age < YEAR)
        case Grain.PERSON:
            raise ValueError("features of features have no rows of their own")


def _spans(kept: Any) -> Any:
    within = ibis.cases(*((kept.age < days, days) for days in SPANS), else_=EARLIER)
    return kept.group_by("person", within=within.cast("int32")).aggregate(
        purchases=kept.count(),
        spent=kept.spent.sum(),
        most=kept.spent.max(),
        small=kept.count(where=kept.spent < SMALL),
        large=kept.count(where=kept.spent >= LARGE),
        subsidised=kept.count(where=kept.subsidy > 0),
        subsidy=kept.subsidy.sum(),
        weekend=kept.count(where=kept.sunday < 2),
        weekend_spent=kept.spent.sum(where=kept.sunday < 2),
        first=kept.age.max(),
        last=kept.age.min(),
    )


def _days(kept: Any) -> Any:
    days = kept.group_by("person", "age").aggregate(spent=kept.spent.sum())
    before = days.age.lag().over(group_by=days.person, order_by=days.age.desc())
    return days.mutate(gap=before - days.age, first=before.isnull())


def _by(kept: Any, what: str) -> Any:
    """One row a person and merchant (or another key): purchases, spending, and how long ago they were."""
    return kept.group_by("person", what).aggregate(
        purchases=kept.count(), spent=kept.spent.sum(), first=kept.age.max(), last=kept.age.min()
    )
