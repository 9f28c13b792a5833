"""Takings: what was sold and what was given back, summed up in several ways."""

from __future__ import annotations

import msgspec

from qianbao.ids import Id


class Slip(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One command on a trade: a payment, or money given back. Amounts in minor units, none below zero but
    the fee, which a refund brings back."""

    command: Id
    trade: Id
    at: int
    paid: int = 0
    returned: int = 0
    fee: int = 0


class Sale(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A slip with what was sold, by whom and where."""

    slip: Slip
    store: Id | None
    item: str
    """Empty: nobody said."""
    cashier: Id | None
    """Who took the money or gave it back; None: the payer came by a printed code or a number."""
    till: str = ""


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """How much of something. Amounts in minor units; net is what was paid less what was given back."""

    count: int = 0
    amount: int = 0
    refunds: int = 0
    returned: int = 0
    fee: int = 0

    @property
    def net(self) -> int:
        """Paid less given back; the fee is not taken off."""
        return self.amount - self.returned

    def plus(self, slip: Slip) -> Sum:
        """With one slip more."""
        return Sum(
            count=self.count + (slip.paid > 0),
            amount=self.amount + slip.paid,
            refunds=self.refunds + (slip.returned > 0),
            returned=self.returned + slip.returned,
            fee=self.fee + slip.fee,
        )


class Takings(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken, in all and apart."""

    total: Sum
    by_item: dict[str, Sum]
    by_cashier: dict[Id | None, Sum]
    by_hour: dict[int, Sum]
    """By the hour of the business day, 0 to 23, all of them."""
