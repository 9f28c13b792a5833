"""Bills of several files brought together: each payment once, each refund with its purchase.

Pure. Nothing is dropped: a bill that is another one's double is told of in `Matched.doubles`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from qianbao.insight.bills.models import Also, Bill, Direction, Flow, Source

APART: Final = timedelta(minutes=10)
"""Two exports of one payment tell times that are no further apart."""
APART_UNNUMBERED: Final = timedelta(minutes=3)
"""The same where no number is there to match by."""
WALLETS: Final = frozenset({Source.WECHAT, Source.ALIPAY, Source.ALIPAY_WEB})
"""Where the money moved: their bill is kept, a shop's beside it."""
PAID_BY: Final = {Source.WECHAT: "微信", Source.ALIPAY: "支付宝", Source.ALIPAY_WEB: "支付宝"}
SHOPS: Final = {Source.JD: "京东", Source.MEITUAN: "美团"}


class Double(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that is not counted, for another one is."""

    bill: Bill
    by: str
    """`order` (the same wallet's number), `merchant_order`, or `names` (amount, minutes, who names whom)."""
    kept_file: str
    kept_line: int


class Matched(msgspec.Struct, frozen=True, kw_only=True):
    """All bills, each payment once, oldest first."""

    bills: tuple[Bill, ...]
    doubles: tuple[Double, ...]


def matched(bills: Iterable[Bill]) -> Matched:
    """Each payment once, and each refund with its purchase."""
    ordered = sorted(bills, key=lambda bill: (bill.at, bill.source not in WALLETS, bill.file, bill.line))
    kept, doubles = _once(ordered)
    return Matched(bills=tuple(_refunds(kept)), doubles=tuple(doubles))


def _once(ordered: Sequence[Bill]) -> tuple[list[Bill], list[Double]]:
    gone: dict[int, tuple[int, str]] = {}
    _same_order(ordered, gone)
    _across(ordered, gone, "merchant_order", _numbers, APART)
    _across(ordered, gone, "names", _names, APART_UNNUMBERED)
    also: dict[int, list[Also]] = defaultdict(list)
    back: dict[int, int] = defaultdict(int)
    doubles: list[Double] = []
    for place, (into, by) in sorted(gone.items()):
        while into in gone:
            into = gone[into][0]
        bill = ordered[place]
        doubles.append(Double(bill=bill, by=by, kept_file=ordered[into].file, kept_line=ordered[into].line))
        back[into] = max(back[into], bill.refunded)
        if bill.source is not ordered[into].source:
            also[into].append(
                Also(
                    source=bill.source, file=bill.file, line=bill.line, merchant=bill.merchant,
                    description=bill.description, label=bill.label,
                )
            )  # fmt: skip
    kept = [
        replace(
            bill,
            also=tuple(also[place]),
            refunded=max(bill.refunded, back[place] if bill.flow is Flow.SPENDING else 0),
        )
        for place, bill in enumerate(ordered)
        if place not in gone
    ]
    return kept, doubles


def _same_order(ordered: Sequence[Bill], gone: dict[int, tuple[int, str]]) -> None:
    """Two exports of one wallet overlap: the same number, amount and direction, from another file."""
    first: dict[Hashable, int] = {}
    for place, bill in enumerate(ordered):
        if not bill.order:
            # A spreadsheet rounded the number: the whole row, from another file, is the same row.
            key: Hashable = (
                bill.source,
                bill.at,
                bill.amount,
                bill.direction,
                bill.counterparty,
                bill.description,
            )
        else:
            key = (_family(bill), bill.order, bill.amount, bill.direction, bill.flow is Flow.REFUND)
        other = first.setdefault(key, place)
        if other != place and ordered[other].file != bill.file:
            gone[place] = (other, "order")


def _family(bill: Bill) -> Source:
    return Source.ALIPAY if bill.source is Source.ALIPAY_WEB else bill.source


Keys = Callable[[Bill], Iterable[Hashable]]


def _across(
    ordered: Sequence[Bill], gone: dict[int, tuple[int, str]], by: str, keys: Keys, apart: timedelta
) -> None:
    """A shop's bill finds the wallet's, nearest in time first, one to one."""
    wallets: dict[Hashable, list[int]] = defaultdict(list)
    for place, bill in enumerate(ordered):
        if bill.source in WALLETS and place not in gone:
            for key in keys(bill):
                wallets[key].append(place)
    taken: set[int] = set()
    for place, bill in enumerate(ordered):
        if bill.source in WALLETS or place in gone:
            continue
        near = {
            other
            for key in keys(bill)
            for other in wallets.get(key, ())
            if other not in taken and abs(ordered[other].at - bill.at) <= apart
        }
        if near:
            best = min(near, key=lambda other: (abs(ordered[other].at - bill.at), other))
            taken.add(best)
            gone[place] = (best, by)


def _side(bill: Bill) -> Hashable:
    # Money out, or money back: what one export calls income another calls neutral.
    return bill.direction is Direction.OUT or bill.flow is Flow.SPENDING


def _numbers(bill: Bill) -> Iterable[Hashable]:
    for one in {bill.order, bill.merchant_order} - {""}:
        yield (one, bill.amount, _side(bill))


def _names(bill: Bill) -> Iterable[Hashable]:
    """Only a wallet's bill that names the shop, and a shop's that names the wallet, may be one."""
    if bill.source in PAID_BY:
        for shop, mark in SHOPS.items():
            if mark in bill.counterparty or mark in bill.merchant:
                yield (shop, PAID_BY[bill.source], bill.amount, _side(bill))
    elif bill.source in SHOPS:
        for mark in set(PAID_BY.values()):
            if mark in bill.method:
                yield (bill.source, mark, bill.amount, _side(bill))


def _refunds(kept: Sequence[Bill]) -> list[Bill]:
    """Each refund finds the purchase whose number its own begins with, else the one that tells of it."""
    purchases = [place for place, bill in enumerate(kept) if _may_be_refunded(bill)]
    by_number: dict[tuple[Source, str], int] = {}
    by_name: dict[tuple[Source, str], list[int]] = defaultdict(list)
    for place in purchases:
        bill = kept[place]
        for one in {bill.order, bill.merchant_order} - {""}:
            by_number.setdefault((_family(bill), one), place)
        by_name[_family(bill), bill.merchant].append(place)
    returned: dict[int, int] = defaultdict(int)
    answered: dict[int, str] = {}
    for place, bill in enumerate(kept):
        if bill.flow is not Flow.REFUND:
            continue
        found = _by_number(bill, by_number, kept)
        if found is None:
            found = _by_state(bill, by_name, kept, returned)
        if found is not None:
            returned[found] += bill.amount
            answered[place] = kept[found].key
    done: list[Bill] = []
    for place, bill in enumerate(kept):
        if place in returned:
            back = min(max(bill.refunded, returned[place]), bill.amount)
            # A trade that was closed, or counted neither way, and is given back was a purchase.
            done.append(replace(bill, flow=Flow.SPENDING, refunded=back))
        else:
            done.append(replace(bill, refund_of=answered[place]) if place in answered else bill)
    return done


def _may_be_refunded(bill: Bill) -> bool:
    return (
        bill.flow is Flow.SPENDING
        or (bill.flow is Flow.CLOSED and bill.direction is not Direction.IN)
        or (bill.flow is Flow.INTERNAL and bill.direction is Direction.NEUTRAL)
    )


def _by_number(bill: Bill, purchases: dict[tuple[Source, str], int], kept: Sequence[Bill]) -> int | None:
    for own in (bill.order, bill.merchant_order):
        for one in _prefixes(own):
            found = purchases.get((_family(bill), one))
            if found is not None and bill.amount <= kept[found].amount:
                return found
    return None


def _prefixes(number: str) -> Iterable[str]:
    """The number before each `_` and `*`, the longest first; the number itself too."""
    if number:
        yield number
    for place in range(len(number) - 1, 0, -1):
        if number[place] in "_*":
            yield number[:place]


def _by_state(
    bill: Bill,
    purchases: dict[tuple[Source, str], list[int]],
    kept: Sequence[Bill],
    returned: dict[int, int],
) -> int | None:
    """The latest purchase before it, of the same merchant, whose own state says that just this came back."""
    for place in reversed(purchases.get((_family(bill), bill.merchant), [])):
        one = kept[place]
        if one.at <= bill.at and one.refunded - returned.get(place, 0) == bill.amount:
            return place
    return None
