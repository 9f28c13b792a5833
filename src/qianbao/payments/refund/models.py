"""One refund of a trade, and what refunds refuse."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from qianbao.clock import rfc3339
from qianbao.errors import Conflict, Invalid, NotFound, Refused
from qianbao.ids import Id
from qianbao.journal.models import Step


class Refund(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Money that went back. `id` is its command's; amounts in minor units, `at` in nanoseconds."""

    id: Id
    trade: Id
    merchant: Id
    out_refund_no: str
    """The merchant's own number, once per merchant."""
    amount: int
    fee_returned: int = 0
    """What the merchant got back of the fee with this refund."""
    reason: str = ""
    at: int
    cashier: Id | None = None
    """Who asked for it at a till, or the merchant's own program."""
    approved_by: Id | None = None
    """The supervisor who agreed."""


class RefundNew(Step, Refund, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A new row. Stale when the merchant has used the number."""

    kind: ClassVar[str] = "refund_new"
    table: ClassVar[str] = "refund"
    order: ClassVar[int] = 820


def shown(refund: Refund) -> dict[str, Any]:
    """A refund as answers and events tell it."""
    return {
        "refund": str(refund.id),
        "out_refund_no": refund.out_refund_no,
        "refund_amount": refund.amount,
        "refund_fee_returned": refund.fee_returned,
        "reason": refund.reason,
        "refunded_at": rfc3339(refund.at),
    }


class RefundNotFound(NotFound):
    """There is no such refund, or it is not the caller's."""

    code = "refund_not_found"


class RefundTooLarge(Refused):
    """More cannot be given back than was paid and is not refunded yet."""

    code = "refund_too_large"

    def __init__(self, trade: Id, *, asked: int, refundable: int) -> None:
        super().__init__(
            f"{asked} of trade {trade} cannot be refunded; {refundable} is left.",
            field="amount",
            expected=f"1 to {refundable} minor units" if refundable else "nothing is left to refund",
        )


class RefundAmountInvalid(Invalid):
    """A refund gives back at least one minor unit."""

    code = "refund_amount_invalid"


class RefundsTooMany(Conflict):
    """The trade has been refunded in as many pieces as is allowed."""

    code = "refunds_too_many"


class RefundTooLate(Conflict):
    """The trade was paid too long ago to be refunded here."""

    code = "refund_too_late"


class OutRefundNoUsed(Conflict):
    """The merchant has used this number for another refund."""

    code = "out_refund_no_used"

    def __init__(self, out_refund_no: str) -> None:
        super().__init__(
            f"{out_refund_no!r} stands for a refund with other content.",
            field="out_refund_no",
            expected="a number that this merchant has not used",
        )


class MerchantNotEnough(Refused):
    """The merchant's balance does not cover the refund; it must be paid in first."""

    code = "merchant_not_enough"
