"""The card of the demand model, made by the batch that fits it."""

from __future__ import annotations

from qianbao.insight.demand.boosted import Boosted
from qianbao.insight.demand.stores.models import DAYS, LEVEL, Card, Measure


def card(model: Boosted | None, *, stores: int, days: int) -> Card:
    """Of a fitted model; None: too little is known yet, and the same weekday serves."""
    limits = (
        "It knows payments through this network alone: cash and other wallets are not in it.",
        "Holidays are those of mainland China, as far as they are published; the weather is not read.",
        f"An interval is to hold {LEVEL:.0%} of days among all stores, not at each of them.",
        "A sale or an event that was never seen before is not foreseen.",
    )
    common = {
        "purpose": "a merchant's view of their own stores; nothing of it is shown to others",
        "data": "Payments by store and day, no person among them; a payment given back whole is left out.",
    }
    if model is None:
        return Card(
            name="weekday",
            about="The mean of the same weekday of three weeks; bounds from twelve weeks.",
            split="None: too little is known yet to fit a model.",
            stores=stores,
            days=days,
            examples=0,
            measures=(),
            limits=limits,
            **common,
        )
    check = model.check
    return Card(
        name="boosted",
        about="Gradient boosted trees on logarithms apart from each store's level; conformal bounds.",
        split=f"By time: measured on the last {2 * DAYS} days by smaller trees fitted before them.",
        stores=stores,
        days=days,
        examples=model.examples,
        measures=()
        if check is None
        else (
            Measure(metric="relative_error", value=check.error, weekday=check.weekday),
            Measure(metric="coverage_90.before_widening", value=check.held),
            Measure(metric="bounds_widened_by", value=check.wider),
        ),
        limits=limits,
        **common,
    )
