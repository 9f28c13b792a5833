"""Each bill's category, and what named it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from qianbao.insight.bills.categories import labels, rules
from qianbao.insight.bills.models import Bill, By, Flow

OTHER: Final = "other"
UNSAID: Final = ("", By.NOTHING)


def decided(bills: Sequence[Bill], corrections: Mapping[str, str]) -> tuple[Bill, ...]:
    """The same bills, each with its category.

    First what the person said of the merchant, then the export's label, then words, then the model (loaded
    only where something is left for it). Income and one's own money moved have none.
    """
    first = [_first(bill, corrections) for bill in bills]
    unknown = [place for place, (kind, _) in enumerate(first) if not kind and _asked(bills[place])]
    if unknown:
        from qianbao.insight.bills.categories.model import SURE, fit

        labelled = [
            (_name(bill), kind)
            for bill, (kind, by) in zip(bills, first, strict=True)
            if by is By.LABEL and kind
        ]
        model = fit(labelled, list(corrections.items()))
        told = model.kinds([_name(bills[place]) for place in unknown])
        for place, (kind, likely) in zip(unknown, told, strict=True):
            bill = bills[place]
            by_kind = rules.of_kind(bill.kind)
            if by_kind is not None:
                first[place] = by_kind, By.RULE
            elif likely >= SURE:
                first[place] = kind, By.MODEL
            else:
                first[place] = OTHER, By.NOTHING
    named = [
        replace(bill, category=kind, category_by=by) for bill, (kind, by) in zip(bills, first, strict=True)
    ]
    return _as_bought(named)


def _as_bought(bills: Sequence[Bill]) -> tuple[Bill, ...]:
    """A refund is of the kind that its purchase was."""
    bought = {bill.key: bill for bill in bills if bill.flow is Flow.SPENDING and bill.refunded}
    return tuple(
        replace(bill, category=of.category, category_by=of.category_by)
        if bill.refund_of and (of := bought.get(bill.refund_of)) is not None
        else bill
        for bill in bills
    )


def _asked(bill: Bill) -> bool:
    return bill.flow in (Flow.SPENDING, Flow.REFUND, Flow.CLOSED) and bool(_name(bill))


def _first(bill: Bill, corrections: Mapping[str, str]) -> tuple[str, By]:
    if bill.flow in (Flow.INCOME, Flow.INTERNAL):
        return UNSAID
    if bill.merchant in corrections:
        return corrections[bill.merchant], By.CORRECTION
    for label in (bill.label, *(one.label for one in bill.also)):
        kind = labels.of_label(label)
        if kind is not None:
            return kind, By.LABEL
    told = "people" if rules.between_people(bill.kind) else rules.of_words(_name(bill))
    if told is not None:
        return told, By.RULE
    return UNSAID if _name(bill) else (rules.of_kind(bill.kind) or OTHER, By.RULE)


def _name(bill: Bill) -> str:
    parts = (bill.merchant, bill.description, *(one.description for one in bill.also))
    return " ".join(dict.fromkeys(part for part in parts if part))
