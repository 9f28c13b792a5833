"""The chart of accounts: what each ledger account and each transfer is for.

A wallet's and a merchant's balance is what the platform owes them, so it stands on the credit side and
must not be overdrawn. The banks' account is what the platform holds, so it stands on the debit side.
The sum of all is zero.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from qianbao.ids import Id, derive, of_int

_HOUSE: Final = of_int(0x7166_104B_0000_7000_8000_0000_0000_0001)


class AccountCode(IntEnum):
    """The `code` of a ledger account. Wallets and merchants have their own id as their account's id."""

    WALLET = 1
    MERCHANT = 2
    BANK = 10
    """What the platform holds at a bank, one account a bank channel."""
    FEE = 11
    """Merchants' fees earned."""
    SUBSIDY = 12
    """The budget from which the platform adds to payments; it cannot be overdrawn."""
    CAPITAL = 13
    """What the house itself put in (it funds the subsidy budget)."""
    SETTLING = 14
    """Takings on their way to a merchant's bank."""
    CONTROL = 15
    """The other side of closing transfers (freezes): no money ever stays here."""
    RED_PACKET = 16
    """One red packet; its id is the packet's. It cannot be overdrawn."""


class TransferCode(IntEnum):
    """The `code` of a ledger transfer: why the money moved."""

    TOPUP = 1
    WITHDRAWAL = 2
    CAPITAL = 3
    PAYMENT = 10
    SUBSIDY = 11
    FEE = 12
    REFUND = 20
    SUBSIDY_RETURNED = 21
    FEE_RETURNED = 22
    REVERSAL = 30
    PERSONAL_PAYMENT = 40
    PERSONAL_PAYMENT_RETURNED = 41
    RED_PACKET_FUNDED = 42
    RED_PACKET_GRABBED = 43
    RED_PACKET_RETURNED = 44
    COLLECTION = 45
    FREEZE = 90
    UNFREEZE = 91


def house_account(code: AccountCode, name: str = "") -> Id:
    """The id of one of the platform's own accounts; `name` tells several of one code apart (banks)."""
    return derive(_HOUSE, f"{code.name}:{name}")
