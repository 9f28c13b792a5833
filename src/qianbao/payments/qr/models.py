"""What a merchant's QR code says, and what a scanned text turns out to be."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from qianbao.ids import Id
from qianbao.payments.counter.models import Counter
from qianbao.payments.trade.models import Trade

NAME_MAX: Final = 25
CITY_MAX: Final = 15
REFERENCE_MAX: Final = 25
TOKEN_MAX: Final = 32
GUID_MAX: Final = 32


class MerchantQr(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant-presented QR code of this network. It names the counter's code or the trade that is paid.

    Whom and what is paid is asked of the network: name and amount here are for other readers, and for
    a payer without a line.
    """

    guid: str
    """This network, as a domain name backwards."""
    token: str = ""
    """The counter's code."""
    trade: Id | None = None
    """The trade, where the code was made for one."""
    amount: int | None = None
    """Minor units; None: the payer says it."""
    currency: str = "CNY"
    country: str = "CN"
    mcc: str = "0000"
    name: str
    """Printable ASCII, 1 to 25."""
    city: str
    """Printable ASCII, 1 to 15."""
    language: str = ""
    """Of the local name: `zh`. Empty: there is none."""
    name_local: str = ""
    city_local: str = ""
    bill: str = ""
    """The merchant's own number of the bill."""
    reference: str = ""
    terminal: str = ""
    """The till."""

    @property
    def dynamic(self) -> bool:
        """Whether it was made for one payment."""
        return self.amount is not None


class ReadKind(StrEnum):
    """What a scanned or typed text turned out to be."""

    COUNTER = "counter"
    """A merchant's counter: pay with `POST /counter-payments`."""
    TRADE = "trade"
    """One trade: pay with `POST /trades/{id}/pay`."""
    PAYEE = "payee"
    """An account number of a person: look them up with `GET /payees`."""
    PAYER_CODE = "payer_code"
    """A payer's own code: a till charges it with `POST /code-payments`."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A text that was understood."""

    kind: ReadKind
    counter: Counter | None = None
    trade: Trade | None = None
    identifier: str = ""
    amount: int | None = None
    """Minor units: what is to be paid, where code, counter or trade says it."""
    bill: str = ""
    reference: str = ""
