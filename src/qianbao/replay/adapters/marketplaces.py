"""Two well-known public sets of real payments. Their currencies are taken for yuan one to one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from operator import attrgetter

from qianbao.replay.adapters.base import Adapter, Options, rejected
from qianbao.replay.columns import Bad, amounts, texts, times
from qianbao.replay.lines import Batch
from qianbao.replay.models import Item, Reason, Record
from qianbao.replay.source import Source

_OLIST = ("order_id", "payment_sequential", "payment_value")
_RETAIL = ("customer_id", "invoiced_at", "kind", "amount_gbp")


def _olist(source: Source, _options: Options, skip: int) -> Iterator[Item]:
    """The payments table of Olist. It has neither time nor customer: an order is its payer."""
    batches = source.batches((*_OLIST, "payment_type"))
    return islice((item for batch in batches for item in _olist_items(batch)), skip, None)


def _olist_items(batch: Batch) -> list[Item]:
    bad: Bad = {}
    orders = texts(batch.columns["order_id"], bad, "order_id")
    parts = texts(batch.columns["payment_sequential"], bad, "payment_sequential")
    money = amounts(batch.columns["payment_value"], bad, "payment_value")
    items: list[Item] = list(rejected(batch, bad, orders))
    rows = zip(batch.lines, orders.to_pylist(), parts.to_pylist(), money.to_pylist(), strict=True)
    items += [
        Record(
            line=line, id=f"{order}-{part}", occurred_at=None, payer=order, merchant="Olist",
            store="Olist", amount=amount, mcc="5262", name="Olist",
        )
        for index, (line, order, part, amount) in enumerate(rows)
        if index not in bad
    ]  # fmt: skip
    items.sort(key=attrgetter("line"))
    return items


def _retail(source: Source, options: Options, skip: int) -> Iterator[Item]:
    """Baskets of a wholesaler of gifts (UCI Online Retail II): sales are paid, returns are rejected."""
    batches = source.batches((*_RETAIL, "country"))
    items = (item for batch in batches for item in _retail_items(batch, options.shift_ns))
    return islice(items, skip, None)


def _retail_items(batch: Batch, shift_ns: int) -> list[Item]:
    bad: Bad = {}
    kinds = texts(batch.columns["kind"], bad, "kind")
    for index, kind in enumerate(kinds.to_pylist()):
        if kind == "return":
            bad.setdefault(index, (Reason.IS_RETURN, "kind"))
    payers = texts(batch.columns["customer_id"], bad, "customer_id")
    at = times(batch.columns["invoiced_at"], bad, "invoiced_at")
    money = amounts(batch.columns["amount_gbp"], bad, "amount_gbp")
    items: list[Item] = list(rejected(batch, bad, payers))
    rows = zip(batch.lines, payers.to_pylist(), at.to_pylist(), money.to_pylist(), strict=True)
    items += [
        Record(
            line=line, id=f"row-{line}", occurred_at=when + shift_ns, payer=payer,
            merchant="Online Retail", store="Online Retail", amount=amount, mcc="5947",
        )
        for index, (line, payer, when, amount) in enumerate(rows)
        if index not in bad
    ]  # fmt: skip
    items.sort(key=attrgetter("line"))
    return items


OLIST = Adapter(
    name="olist",
    about="the payments table of the Olist marketplace; reais are taken for yuan 1:1",
    needs=tuple(frozenset((name,)) for name in _OLIST),
    read=_olist,
    count=lambda source, _options: source.count(),
)
RETAIL = Adapter(
    name="online-retail",
    about="baskets of UCI Online Retail II; pounds are taken for yuan 1:1",
    needs=tuple(frozenset((name,)) for name in _RETAIL),
    read=_retail,
    count=lambda source, _options: source.count(),
)
