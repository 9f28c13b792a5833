"""How takings are summed up, pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Final, TypeVar

from qianbao.ids import Id
from qianbao.payments.refund.models import Refund
from qianbao.payments.trade.models import Trade
from qianbao.settlement.days import hour_of
from qianbao.settlement.movements import Kind, Movement
from qianbao.settlement.takings.models import Sale, Slip, Sum, Takings

PAID: Final = frozenset({Kind.PAYMENT, Kind.SUBSIDY})
RETURNED: Final = frozenset({Kind.REFUND, Kind.REVERSAL})
FEES: Final = frozenset({Kind.FEE, Kind.FEE_RETURNED})

Key = TypeVar("Key", bound=Hashable)


def slips(moved: Iterable[Movement]) -> list[Slip]:
    """One slip for each command on a trade, oldest first; what is not of trades is left out."""
    made: dict[Id, Slip] = {}
    for one in moved:
        if one.kind not in PAID | RETURNED | FEES:
            continue
        slip = made.get(one.command) or Slip(command=one.command, trade=one.about, at=one.at)
        made[one.command] = Slip(
            command=slip.command,
            trade=slip.trade,
            at=slip.at,
            paid=slip.paid + (one.amount if one.kind in PAID else 0),
            returned=slip.returned - (one.amount if one.kind in RETURNED else 0),
            fee=slip.fee - (one.amount if one.kind in FEES else 0),
        )
    return list(made.values())


def sales(slips: Iterable[Slip], trades: Mapping[Id, Trade], refunds: Mapping[Id, Refund]) -> list[Sale]:
    """The slips with what their trades and refunds tell. A refund is its giver's, where known."""
    made: list[Sale] = []
    for slip in slips:
        trade, refund = trades.get(slip.trade), refunds.get(slip.command)
        seller = trade.cashier if trade else None
        made.append(
            Sale(
                slip=slip,
                store=trade.store if trade else None,
                item=trade.subject if trade else "",
                cashier=(refund.cashier if refund else None) or seller,
                till=trade.till if trade else "",
            )
        )
    return made


def takings(sales: Iterable[Sale]) -> Takings:
    """The sales, summed up by item, cashier and hour: each way adds up to the total."""
    known = list(sales)
    return Takings(
        total=total(known),
        by_item=_by(known, {one.slip.command: one.item for one in known}),
        by_cashier=_by(known, {one.slip.command: one.cashier for one in known}),
        by_hour={hour: Sum() for hour in range(24)}
        | _by(known, {one.slip.command: hour_of(one.slip.at) for one in known}),
    )


def total(sales: Iterable[Sale]) -> Sum:
    """All of it."""
    found = Sum()
    for one in sales:
        found = found.plus(one.slip)
    return found


def _by(sales: Iterable[Sale], keys: Mapping[Id, Key]) -> dict[Key, Sum]:
    found: dict[Key, Sum] = {}
    for one in sales:
        key = keys[one.slip.command]
        found[key] = found.get(key, Sum()).plus(one.slip)
    return found
