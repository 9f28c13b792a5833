"""The documented record format (docs/reference/records.md): one row, one purchase."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice
from operator import attrgetter

import iso18245

from qianbao.replay.adapters.base import Adapter, Options, column, rejected
from qianbao.replay.columns import Bad, amounts, texts, times
from qianbao.replay.lines import Batch
from qianbao.replay.models import Item, Reason, Record
from qianbao.replay.source import Source

NEEDED = ("record_id", "occurred_at", "payer", "merchant")
OPTIONAL = ("amount", "amount_minor", "currency", "store", "mcc", "city", "merchant_name")


@cache
def _codes() -> frozenset[str]:
    return frozenset(code.mcc for code in iso18245.get_all_mccs())


def read(source: Source, options: Options, skip: int) -> Iterator[Item]:
    """The file's rows in the order of its lines."""
    items = (
        item for batch in source.batches((*NEEDED, *OPTIONAL)) for item in _items(batch, options.shift_ns)
    )
    return islice(items, skip, None)


def _items(batch: Batch, shift_ns: int) -> list[Item]:
    bad: Bad = {}
    ids = texts(column(batch, "record_id"), bad, "record_id")
    at = times(column(batch, "occurred_at"), bad, "occurred_at")
    payers = texts(column(batch, "payer"), bad, "payer")
    merchants = texts(column(batch, "merchant"), bad, "merchant")
    if "amount" in batch.columns:
        money = amounts(batch.columns["amount"], bad, "amount")
    else:
        money = amounts(column(batch, "amount_minor"), bad, "amount_minor", minor=True)
    stores, mccs, cities, names, currencies = (
        texts(column(batch, name), bad, name, needed=False)
        for name in ("store", "mcc", "city", "merchant_name", "currency")
    )
    _among(currencies.to_pylist(), frozenset(("", "CNY", "cny")), bad, Reason.CURRENCY_NOT_KEPT, "currency")
    _among(mccs.to_pylist(), _codes() | {""}, bad, Reason.MCC_UNKNOWN, "mcc")
    items: list[Item] = list(rejected(batch, bad, ids))
    together = zip(
        batch.lines, ids.to_pylist(), at.to_pylist(), payers.to_pylist(), merchants.to_pylist(),
        stores.to_pylist(), money.to_pylist(), mccs.to_pylist(), cities.to_pylist(), names.to_pylist(),
        strict=True,
    )  # fmt: skip
    items += [
        Record(
            line=line, id=key, occurred_at=when + shift_ns, payer=payer, merchant=merchant,
            store=store or merchant, amount=amount, mcc=mcc, city=city, name=name,
        )
        for index, (line, key, when, payer, merchant, store, amount, mcc, city, name) in enumerate(together)
        if index not in bad
    ]  # fmt: skip
    if len(items) > len(batch.lines) or bad:
        items.sort(key=attrgetter("line"))
    return items


def _among(values: list[str | None], allowed: frozenset[str], bad: Bad, reason: Reason, name: str) -> None:
    if not allowed.issuperset(values):
        for index, value in enumerate(values):
            if value is not None and value not in allowed:
                bad.setdefault(index, (reason, name))


NATIVE = Adapter(
    name="native",
    about="Qianbao's own record format: one row, one purchase",
    needs=(*(frozenset((name,)) for name in NEEDED), frozenset(("amount", "amount_minor"))),
    read=read,
    count=lambda source, _options: source.count(),
)
