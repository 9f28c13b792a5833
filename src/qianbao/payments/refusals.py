"""From what the ledger refused to what it means for a payment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from qianbao.errors import QianbaoError
from qianbao.journal import LedgerRefused
from qianbao.journal.errors import AccountClosed, NotEnough, PinlessAmountExceeded, PinlessCountExceeded
from qianbao.journal.models import Plan
from qianbao.parties.chart import TransferCode
from qianbao.payments.refund.models import MerchantNotEnough
from qianbao.payments.trade.errors import MerchantFrozen, PayerFrozen, PinRequired, SubsidyExhausted

Party = Literal["payer", "merchant", "house"]

SIDES: Final[Mapping[int, tuple[Party, Party]]] = {
    TransferCode.PAYMENT: ("payer", "merchant"),
    TransferCode.SUBSIDY: ("house", "merchant"),
    TransferCode.FEE: ("merchant", "house"),
    TransferCode.REFUND: ("merchant", "payer"),
    TransferCode.REVERSAL: ("merchant", "payer"),
    TransferCode.SUBSIDY_RETURNED: ("merchant", "house"),
    TransferCode.FEE_RETURNED: ("house", "merchant"),
}
"""Whose accounts a transfer debits and credits, by its code."""


def meaning(refused: LedgerRefused, plan: Plan | None, *, usual: TransferCode) -> QianbaoError:
    """What a refusal means; `usual` is the code of the refused transfer where no plan says it (a stored
    refusal of a command that cannot be planned any more)."""
    code = plan.transfers[refused.leg - 1].code if plan and refused.leg <= len(plan.transfers) else usual
    debit, credit = SIDES.get(code, ("house", "house"))
    meant: QianbaoError = refused
    match refused:
        case NotEnough() if debit == "merchant":
            meant = MerchantNotEnough()
        case NotEnough() if debit == "house":
            meant = SubsidyExhausted()
        case AccountClosed():
            closed = debit if refused.side == "debit" else credit
            if closed != "house":
                meant = PayerFrozen() if closed == "payer" else MerchantFrozen()
        case PinlessAmountExceeded() | PinlessCountExceeded():
            meant = PinRequired(refused.detail)
        case _:
            pass
    meant.replayed = refused.replayed
    return meant
