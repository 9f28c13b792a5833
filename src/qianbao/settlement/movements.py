"""What moved on a merchant's account, read from the ledger: the one source of takings and statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

import msgspec

from qianbao.ids import Id, of_bytes, of_int
from qianbao.ledger import AccountFilter, Engine
from qianbao.ledger.models import BATCH_MAX, Transfer, TransferFlags
from qianbao.parties.chart import TransferCode
from qianbao.settlement.errors import PeriodTooBusy

MOVEMENTS_MAX: Final = 500_000
"""The most that one answer is made of."""
_ASIDE: Final = TransferFlags.PENDING | TransferFlags.VOID_PENDING_TRANSFER


class Kind(StrEnum):
    """Why money moved, as a merchant sees it."""

    PAYMENT = "payment"
    SUBSIDY = "subsidy"
    """The platform's part of a payment."""
    REFUND = "refund"
    REVERSAL = "reversal"
    """A payment called off on its day."""
    FEE = "fee"
    FEE_RETURNED = "fee_returned"
    WITHDRAWAL = "withdrawal"
    OTHER = "other"


INTO: Final[Mapping[int, Kind]] = {
    TransferCode.PAYMENT: Kind.PAYMENT,
    TransferCode.SUBSIDY: Kind.SUBSIDY,
    TransferCode.FEE_RETURNED: Kind.FEE_RETURNED,
}
"""Of money that came."""

OUT_OF: Final[Mapping[int, Kind]] = {
    TransferCode.REFUND: Kind.REFUND,
    TransferCode.SUBSIDY_RETURNED: Kind.REFUND,
    TransferCode.REVERSAL: Kind.REVERSAL,
    TransferCode.FEE: Kind.FEE,
    TransferCode.WITHDRAWAL: Kind.WITHDRAWAL,
}
"""Of money that left."""


class Movement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Money that came (`amount` above zero, minor units) or left, at a moment (nanoseconds)."""

    at: int
    kind: Kind
    amount: int
    about: Id
    """The trade or the withdrawal."""
    command: Id
    """What moved it: all movements of one command have the same."""


def movement(merchant: Id, moved: Transfer) -> Movement | None:
    """A transfer as the merchant sees it; None for what is only set aside, or comes back from there."""
    if moved.flags & _ASIDE:
        return None
    came = moved.credit_account_id == merchant.int
    kinds = INTO if came else OUT_OF
    return Movement(
        at=moved.timestamp,
        kind=kinds.get(moved.code, Kind.OTHER),
        amount=moved.amount if came else -moved.amount,
        about=of_int(moved.user_data_128),
        command=of_bytes(moved.id.to_bytes(16, "big")[:15] + b"\0"),
    )


def movements(merchant: Id, moved: Iterable[Transfer]) -> list[Movement]:
    """The transfers of a merchant's account, as the merchant sees them."""
    return [seen for one in moved if (seen := movement(merchant, one)) is not None]


async def between(ledger: Engine, merchant: Id, *, since: int, until: int) -> list[Movement]:
    """What moved from `since` until before `until`, oldest first. Raises `PeriodTooBusy`, `DatabaseLost`."""
    found: list[Movement] = []
    at = max(since, 1)
    while at < until:
        page = await ledger.get_account_transfers(
            AccountFilter(account_id=merchant.int, timestamp_min=at, timestamp_max=until - 1, limit=BATCH_MAX)
        )
        found += movements(merchant, page)
        if len(page) < BATCH_MAX:
            break
        if len(found) > MOVEMENTS_MAX:
            raise PeriodTooBusy()
        at = page[-1].timestamp + 1
    return found
