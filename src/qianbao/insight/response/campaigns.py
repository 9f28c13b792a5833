"""Who received which campaign, what was known of them before, and when they first used a coupon of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from qianbao.db import queries
from qianbao.insight.models.arrays import Floats

SQL: Final = queries(__package__ or "", "campaigns.sql")
TABLES: Final = (
    "transactions", "products", "campaigns", "campaign_descriptions", "coupons", "coupon_redemptions",
    "demographics",
)  # fmt: skip
STEPS: Final = (
    "campaign_given", "campaign_used", "campaign_bought", "campaign_basket", "campaign_asked",
    "campaign_baskets", "campaign_earlier", "campaign_own", "campaign_offers", "campaign_types",
)  # fmt: skip
"""Tables, each made of those before it."""
NEVER_DAYS: Final = 400.0
"""Days since something that never was."""


class Source(StrEnum):
    """Where a sign comes from; each is joined to those before it."""

    BASKETS = "baskets"
    COUPONS = "coupons"
    """Coupons taken off baskets, whosesoever they were."""
    CAMPAIGNS = "campaigns"
    """Earlier campaigns: received, used."""
    OFFER = "offer"
    """What this campaign offers, beside what the household buys."""
    DEMOGRAPHICS = "demographics"


SIGNS: Final[Mapping[Source, tuple[str, ...]]] = {
    Source.BASKETS: (
        "baskets", "spend", "lines", "baskets_28", "spend_28", "spend_84", "private", "recency", "age",
        "retail", "retail_28",
    ),
    Source.COUPONS: (
        "coupon", "coupon_28", "coupon_84", "matched", "coupons", "coupons_84", "coupon_baskets",
        "coupon_recency",
    ),
    Source.CAMPAIGNS: (
        "earlier", "finished", "running", "earlier_kind", "redemptions", "redeemed", "redemptions_90",
        "redemptions_kind", "redemption_days", "redemption_recency",
    ),
    Source.OFFER: (
        "own_spend", "own_lines", "own_products", "own_baskets", "own_lines_84", "own_baskets_84",
        "own_couponed", "own_recency", "own_offers", "type_spend", "type_lines", "type_lines_84",
        "type_couponed",
    ),
}  # fmt: skip
"""Counts, amounts and days, taken as logarithms."""
SHARES: Final[Mapping[Source, tuple[tuple[str, str, float], ...]]] = {
    Source.BASKETS: (("retail", "spend", 20.0), ("private", "spend", 20.0)),
    Source.COUPONS: (
        ("coupon", "spend", 20.0), ("coupon_84", "spend_84", 10.0), ("coupon_baskets", "baskets", 3.0),
    ),
    Source.CAMPAIGNS: (("redeemed", "finished", 1.0),),
    Source.OFFER: (
        ("own_spend", "spend", 20.0), ("type_spend", "spend", 20.0), ("own_offers", "offers", 0.0),
    ),
}  # fmt: skip
"""One of them in another, which is held up by so much where it is small."""
BESIDE_OTHERS: Final[Mapping[Source, tuple[str, ...]]] = {
    Source.BASKETS: ("spend", "spend_84"),
    Source.COUPONS: ("coupon", "coupon_84"),
    Source.CAMPAIGNS: ("redemptions", "redemption_recency"),
}
"""Also compared with the others who received the campaign."""
BANDS: Final = (
    "age_band", "income", "home_ownership", "marital_status", "household_size", "household_comp",
    "kids_count",
)  # fmt: skip
BAND_PAIRS_MIN: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Household and campaign, a row a pair, in the order of starts. Days count from 1970."""

    campaign: NDArray[np.int64]
    household: NDArray[np.int64]
    kind: NDArray[np.str_]
    start: Floats
    ends: Floats
    first: Floats
    """The first day on which a coupon was used; NaN where none was."""
    signs: Mapping[Source, Floats]
    """(pairs, columns), by where they come from."""

    @property
    def used(self) -> Floats:
        """1 where a coupon was used."""
        return (~np.isnan(self.first)).astype(np.float64)


def pairs(folder: Path, *, since: date, until: date, seen: date) -> Pairs:
    """The pairs of the campaigns that start in these days (both included), by redemptions up to `seen`.

    Raises `duckdb.Error` where a file has not the columns it should have.
    """
    with duckdb.connect(config={"threads": 2}) as plain:
        connection: Any = plain
        for table in TABLES:
            connection.read_parquet(str(folder / f"{table}.parquet")).create_view(table)
        connection.execute(
            "CREATE TABLE asked AS SELECT $1::DATE AS since, $2::DATE AS until, $3::DATE AS seen",
            [since, until, seen],
        )
        for step in STEPS:
            connection.execute(SQL[step])
        rows: dict[str, Any] = connection.execute(SQL["campaign_pairs"]).fetchnumpy()
    return _read(rows)


def _read(rows: Mapping[str, Any]) -> Pairs:
    campaign = np.asarray(rows["campaign"], np.int64)
    number = {
        name: _number(rows[name], NEVER_DAYS if name.endswith("recency") else 0.0)
        for names in SIGNS.values()
        for name in names
    } | {"offers": np.maximum(_number(rows["offers"], 1.0), 1.0)}
    signs: dict[Source, Floats] = {}
    for source, names in SIGNS.items():
        columns = [np.log1p(np.maximum(number[name], 0.0)) for name in names]
        if source is Source.OFFER:
            # Campaigns offer from one product to thousands: what counts is who of their households buys more.
            columns = [_beside(column, campaign) for column in columns]
        columns += [_share(number, source, *share, campaign) for share in SHARES[source]]
        columns += [
            _beside(np.log1p(np.maximum(number[name], 0.0)), campaign)
            for name in BESIDE_OTHERS.get(source, ())
        ]
        signs[source] = np.column_stack(columns)
    signs[Source.DEMOGRAPHICS] = _bands(rows)
    return Pairs(
        campaign=campaign,
        household=np.asarray(rows["household"], np.int64),
        kind=np.asarray(rows["kind"], dtype=str),
        start=_number(rows["start"], 0.0),
        ends=_number(rows["ends"], 0.0),
        first=_number(rows["first"], np.nan),
        signs=signs,
    )


def _share(
    number: Mapping[str, Floats],
    source: Source,
    part: str,
    whole: str,
    held: float,
    campaign: NDArray[np.int64],
) -> Floats:
    share = number[part] / (number[whole] + held)
    return _beside(share, campaign) if source is Source.OFFER else share


def _beside(column: Floats, campaign: NDArray[np.int64]) -> Floats:
    """How far each lies from the mean of those who received the same campaign, in standard deviations."""
    _, place, count = np.unique(campaign, return_inverse=True, return_counts=True)
    mean = np.bincount(place, weights=column) / count
    apart = column - mean[place]
    spread = np.sqrt(np.bincount(place, weights=apart**2) / count)
    return apart / np.maximum(spread[place], 1e-9)


def _bands(rows: Mapping[str, Any]) -> Floats:
    columns: list[Floats] = []
    for name in BANDS:
        values = np.asarray(np.ma.filled(np.ma.asarray(rows[name]).astype(object), "")).astype(str)
        values = np.where(values == "None", "", values)
        columns += [
            (values == value).astype(np.float64)
            for value, count in zip(*np.unique(values, return_counts=True), strict=True)
            if count >= BAND_PAIRS_MIN
        ]
    return np.column_stack(columns) if columns else np.zeros((len(rows["campaign"]), 0))


def _number(column: Any, unknown: float) -> Floats:
    filled = np.ma.filled(np.ma.asarray(column).astype(np.float64), unknown)
    return np.where(np.isnan(filled), unknown, filled)
