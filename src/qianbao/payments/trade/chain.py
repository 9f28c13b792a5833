"""The transfers of a trade, pure: one linked chain that pays it, one that gives money back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qianbao.ids import Id, leg
from qianbao.journal.models import Spend, Transfer
from qianbao.money import Currency
from qianbao.parties.chart import AccountCode, TransferCode, house_account
from qianbao.payments.trade.models import Scene, Trade

FEE_ACCOUNT = house_account(AccountCode.FEE)
SUBSIDY_ACCOUNT = house_account(AccountCode.SUBSIDY)
SPENDS: Final[Mapping[tuple[bool, bool], Spend]] = {
    (static, pin): Spend.LIMITED
    | (Spend.STATIC_CODE if static else Spend.NOTHING)
    | (Spend.NOTHING if pin else Spend.WITHOUT_PIN)
    for static in (False, True)
    for pin in (False, True)
}
"""The windows a payment counts in, by (to a printed code, with the PIN). Joined once: joining flags costs
more than all else of a transfer."""


def payment(trade: Trade, *, command: Id, pin: bool) -> tuple[Transfer, ...]:
    """The transfers that pay `trade`: one chain, in this order."""
    assert trade.payer is not None
    spend = SPENDS[trade.scene is Scene.STATIC_QR, pin]
    ledger = Currency.of(trade.currency).number
    chain = [
        Transfer(
            id=leg(command, 1),
            debit=trade.payer,
            credit=trade.merchant,
            amount=trade.own,
            code=TransferCode.PAYMENT,
            ledger=ledger,
            user_data_128=trade.id,
            spend=spend,
        )
    ]
    for account, part in trade.subsidies:
        chain.append(
            Transfer(
                id=leg(command, len(chain) + 1),
                debit=account,
                credit=trade.merchant,
                amount=part,
                code=TransferCode.SUBSIDY,
                ledger=ledger,
                user_data_128=trade.id,
            )
        )
    if trade.fee:
        chain.append(
            Transfer(
                id=leg(command, len(chain) + 1),
                debit=trade.merchant,
                credit=FEE_ACCOUNT,
                amount=trade.fee,
                code=TransferCode.FEE,
                ledger=ledger,
                user_data_128=trade.id,
            )
        )
    return tuple(chain)


def give_back(before: Trade, after: Trade, *, command: Id, code: TransferCode) -> tuple[Transfer, ...]:
    """The transfers that take a paid trade from `before.refunded` to `after.refunded`: one chain.

    The fee's part comes back to the merchant first, so takings less the fee are enough. Then the payer's
    own money goes back before subsidies, so refunds in any pieces add up to what each put in.
    """
    ledger = Currency.of(before.currency).number
    chain: list[Transfer] = []
    if returned := after.fee_returned - before.fee_returned:
        chain.append(
            Transfer(
                id=leg(command, 1),
                debit=FEE_ACCOUNT,
                credit=before.merchant,
                amount=returned,
                code=TransferCode.FEE_RETURNED,
                ledger=ledger,
                user_data_128=before.id,
            )
        )
    floor = 0
    for account, share in before.funding:
        ceiling = floor + share
        part = min(after.refunded, ceiling) - max(before.refunded, floor)
        if part > 0:
            chain.append(
                Transfer(
                    id=leg(command, len(chain) + 1),
                    debit=before.merchant,
                    credit=account,
                    amount=part,
                    code=code if account == before.payer else TransferCode.SUBSIDY_RETURNED,
                    ledger=ledger,
                    user_data_128=before.id,
                )
            )
        floor = ceiling
    return tuple(chain)
