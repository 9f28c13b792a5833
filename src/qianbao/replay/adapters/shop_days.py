"""Shop-days (a shop, a day, how many payments): each counted payment becomes one record of the shop's
mean amount. Who paid and at what time of the day is drawn, always the same for the same file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from qianbao.clock import SECOND, business_date
from qianbao.replay.adapters.base import Adapter, Options, column, rejected
from qianbao.replay.arrow import Array, pa, pc, plains
from qianbao.replay.columns import Bad, amounts, texts, times
from qianbao.replay.lines import Batch
from qianbao.replay.models import ColumnsUnknown, Item, Reason, Record
from qianbao.replay.source import Source, open_source

COUNT_MAX = 100_000
"""The most payments of one shop on one day."""
PEOPLE = 20_000
"""Payers are drawn from so many people."""
OPENS_S, OPEN_S = 8 * 3600, 14 * 3600
"""Payments are spread over the 14 hours from 8 in the morning."""

Shop = tuple[int, str, str]
"""Mean amount in minor units, city, mcc."""
_MEANS = ("mean_amount", "per_pay")
_KINDS = {"美食": "5812", "超市便利店": "5411"}
"""First-level categories of Koubei's shops → ISO 18245."""


def read(source: Source, options: Options, skip: int) -> Iterator[Item]:
    """Row by row, and a row's payments by their number."""
    shops = _shops(source, options)
    for batch in source.batches(("shop_id", "shop", "date", "pays", "count", *_MEANS, "city", "mcc")):
        for made in _rows(batch, shops, options.shift_ns):
            if skip >= made[0]:
                skip -= made[0]
                continue
            yield from islice(made[1], skip, None)
            skip = 0


def _rows(batch: Batch, shops: dict[str, Shop], shift_ns: int) -> Iterator[tuple[int, Iterator[Item]]]:
    bad: Bad = {}
    keys = texts(batch.columns["shop_id" if "shop_id" in batch.columns else "shop"], bad, "shop_id")
    days = times(batch.columns["date"], bad, "date")
    counts = _whole(batch.columns["pays" if "pays" in batch.columns else "count"], bad)
    own = _own(batch, bad) or [shops.get(key or "") for key in keys.to_pylist()]
    for index, shop in enumerate(own):
        if shop is None:
            bad.setdefault(index, (Reason.SHOP_UNKNOWN, "mean_amount"))
    at = {reject.line: reject for reject in rejected(batch, bad, keys)}
    rows = zip(batch.lines, keys.to_pylist(), days.to_pylist(), counts, own, strict=True)
    good = {
        row[0]: _payments(*row[:4], row[4], shift_ns)
        for row in rows
        if row[4] is not None and row[0] not in at
    }
    number = dict(zip(batch.lines, counts, strict=True))
    for line in sorted((*at, *good)):
        yield (1, iter((at[line],))) if line in at else (number[line], good[line])


def _payments(line: int, key: str, day: int, count: int, shop: Shop, shift_ns: int) -> Iterator[Item]:
    amount, city, mcc = shop
    date = business_date(day).isoformat()
    for number in range(count):
        name = f"{key}/{date}/{number}"
        drawn = zlib.crc32(name.encode())
        second = OPENS_S + OPEN_S * number // count
        yield Record(
            line=line, id=name, occurred_at=day + shift_ns + second * SECOND,
            payer=f"person-{drawn % PEOPLE}", merchant=key, store=key, amount=amount, mcc=mcc, city=city,
        )  # fmt: skip


def _whole(values: Array, bad: Bad) -> list[int]:
    counts: list[int] = []
    for index, value in enumerate(plains(values)):
        text = str(value).strip().removesuffix(".0")
        count = int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0
        if not 1 <= count <= COUNT_MAX:
            bad.setdefault(index, (Reason.COUNT_MALFORMED, "pays"))
        counts.append(count)
    return counts


def _own(batch: Batch, bad: Bad) -> list[Shop | None] | None:
    name = next((name for name in _MEANS if name in batch.columns), None)
    if name is None:
        return None
    mean = amounts(batch.columns[name], bad, name).to_pylist()
    cities, mccs = (texts(column(batch, one), bad, one, needed=False).to_pylist() for one in ("city", "mcc"))
    return [
        None if amount is None else (amount, city or "", mcc or "")
        for amount, city, mcc in zip(mean, cities, mccs, strict=True)
    ]


def _shops(source: Source, options: Options) -> dict[str, Shop]:
    if not {"mean_amount", "per_pay"}.isdisjoint(source.columns):
        return {}
    path = options.shops or Path(source.path).with_name("shop_info.csv")
    if not path.is_file():
        raise ColumnsUnknown(
            f"{source.path} has no column mean_amount, and there is no table of shops beside it.",
            expected="--shops FILE with the columns shop_id and mean_amount (or per_pay)",
        )
    table = open_source(path)
    if "shop_id" not in table.columns or {"mean_amount", "per_pay"}.isdisjoint(table.columns):
        raise ColumnsUnknown(f"{path}: no columns shop_id and mean_amount (or per_pay).")
    found: dict[str, Shop] = {}
    for batch in table.batches(("shop_id", *_MEANS, "city", "mcc", "cate_1")):
        bad: Bad = {}
        keys = texts(batch.columns["shop_id"], bad, "shop_id").to_pylist()
        kinds = texts(column(batch, "cate_1"), bad, "cate_1", needed=False).to_pylist()
        for index, (key, shop, kind) in enumerate(zip(keys, _own(batch, bad) or [], kinds, strict=True)):
            if index not in bad and key and shop:
                found[key] = (shop[0], shop[1], shop[2] or _KINDS.get(kind or "", ""))
    return found


def _count(source: Source, _options: Options) -> int | None:
    if source.delimiter is not None or "pays" not in source.columns:
        return None
    table = source.table(("pays",))
    if table is None or not pa.types.is_integer(table.column("pays").type):
        return None
    # A row whose count is no use is one rejected item.
    pays = table.column("pays")
    fits = pc.and_(pc.greater_equal(pays, 1), pc.less_equal(pays, COUNT_MAX))
    return pc.sum(pc.if_else(pc.fill_null(fits, False), pays, 1).cast(pa.int64())).as_py()


SHOP_DAYS = Adapter(
    name="shop-days",
    about="a shop, a day and its number of payments; each is paid with the shop's mean amount",
    needs=(frozenset(("shop_id", "shop")), frozenset(("date",)), frozenset(("pays", "count"))),
    read=read,
    count=_count,
)
