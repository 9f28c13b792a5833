"""Item lines of baskets (the columns of the Complete Journey transactions): one basket, one purchase.

The currency of the file, whatever it is, is taken for yuan one to one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

from qianbao.replay.adapters.base import Adapter, Options, rejected
from qianbao.replay.arrow import Array, Table, pa, pc, plain
from qianbao.replay.columns import Bad, amounts, texts, times
from qianbao.replay.lines import Batch
from qianbao.replay.models import Item, Reason, Record, Reject
from qianbao.replay.source import Source

COLUMNS = ("household_id", "store_id", "basket_id", "sales_value", "transaction_timestamp")
GROCERY = "5411"


def read(source: Source, options: Options, skip: int) -> Iterator[Item]:
    """The rejected item lines first, in their order; then the baskets by time, then id."""
    yield from items(*aggregated(source), options, skip)


def items(rejects: list[Reject], baskets: Table, options: Options, skip: int) -> Iterator[Item]:
    """The items of what `aggregated` gave."""
    yield from rejects[skip:]
    rest = baskets.slice(max(0, skip - len(rejects)))
    for batch in rest.to_batches(max_chunksize=8192):
        rows = (batch.column(name).to_pylist() for name in batch.schema.names)
        for basket, household, store, amount, at, line in zip(*rows, strict=True):
            if amount <= 0:
                detail = "the whole basket"
                yield Reject(line=line, id=basket, reason=Reason.AMOUNT_NOT_POSITIVE, detail=detail)
            else:
                yield Record(
                    line=line, id=basket, occurred_at=at + options.shift_ns, payer=household,
                    merchant=store, store=store, amount=amount, mcc=GROCERY,
                )  # fmt: skip


def aggregated(source: Source) -> tuple[list[Reject], Table]:
    """The item lines that are no use, and the baskets: id, household, store, fen, nanoseconds, line."""
    rejects: list[Reject] = []
    parts: list[Table] = []
    for batch in _batches(source):
        table, refused = _lines(batch)
        rejects += refused
        parts.append(table)
    return rejects, _baskets(pa.concat_tables(parts)) if parts else pa.table({})


def _batches(source: Source) -> Iterator[Batch]:
    table = source.table(COLUMNS)
    if table is None:
        yield from source.batches(COLUMNS)
        return
    table = table.combine_chunks()
    columns = {name: _whole(table.column(name)) for name in COLUMNS}
    yield Batch(range(1, table.num_rows + 1), columns, [], partial(_row, table))


def _row(table: Table, index: int) -> str:
    return json.dumps({name: plain(table.column(name)[index]) for name in COLUMNS}, default=str)


def _whole(column: Array) -> Array:
    return (
        column.chunk(0)
        if column.num_chunks == 1
        else pa.concat_arrays(column.chunks or [pa.array([], column.type)])
    )


def _lines(batch: Batch) -> tuple[Table, list[Reject]]:
    bad: Bad = {}
    keys = {name: texts(batch.columns[name], bad, name) for name in COLUMNS[:3]}
    at = times(batch.columns["transaction_timestamp"], bad, "transaction_timestamp")
    # An item may be free (a coupon); only what makes a whole basket worth nothing is no purchase.
    worth: Bad = {}
    money = amounts(batch.columns["sales_value"], worth, "sales_value")
    free = [index for index, (reason, _) in worth.items() if reason is Reason.AMOUNT_NOT_POSITIVE]
    negative = _negative(batch.columns["sales_value"], free)
    zero = set(free) - negative
    for index, why in worth.items():
        if index not in zero:
            bad.setdefault(index, why)
    table = pa.table(
        {**keys, "at": at, "amount": pc.fill_null(money, 0), "line": pa.array(batch.lines, pa.int64())}
    )
    if bad:
        mask = pa.array([index not in bad for index in range(len(batch.lines))])
        table = table.filter(mask)
    return table, rejected(batch, bad, keys["basket_id"])


def _negative(column: Array, among: list[int]) -> set[int]:
    return {index for index in among if str(plain(column[index])).strip().startswith("-")}


def _baskets(lines: Table) -> Table:
    return (
        lines.group_by(["basket_id", "household_id", "store_id"], use_threads=False)
        .aggregate([("amount", "sum"), ("at", "min"), ("line", "min")])
        .select(["basket_id", "household_id", "store_id", "amount_sum", "at_min", "line_min"])
        .sort_by([("at_min", "ascending"), ("basket_id", "ascending"), ("line_min", "ascending")])
    )


def _count(source: Source, _options: Options) -> int | None:
    # Of a Parquet file the count costs half a second; a CSV file would be read twice.
    if source.delimiter is not None:
        return None
    rejects, baskets = aggregated(source)
    return len(rejects) + baskets.num_rows


BASKETS = Adapter(
    name="baskets",
    about="item lines of baskets, added up; the file's currency is taken for yuan 1:1",
    needs=tuple(frozenset((name,)) for name in COLUMNS),
    read=read,
    count=_count,
)
