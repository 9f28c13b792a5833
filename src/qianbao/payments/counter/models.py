"""A merchant's own code: what is printed, or told, at a counter."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from qianbao.errors import Invalid, NotFound
from qianbao.ids import Id


class CounterKind(StrEnum):
    """What a counter shows."""

    STATIC_QR = "static_qr"
    """A printed QR code; the payer types the amount."""
    AMOUNT_QR = "amount_qr"
    """A printed QR code with its amount."""
    NUMBER = "number"
    """Eight digits that a payer types."""


class Counter(msgspec.Struct, frozen=True, kw_only=True):
    """A code of a merchant. `amount` in minor units, moments in nanoseconds (0: never)."""

    token: str
    kind: CounterKind
    merchant: Id
    store: Id | None = None
    amount: int | None = None
    subject: str = ""
    created: int
    revoked: int = 0


LINK: Final = "qb://p/"
"""A counter's code as a link: this and the token; the wallet's page has it as the path `/p/TOKEN`."""


def link(counter: Counter) -> str:
    """A counter's code as a link."""
    return LINK + counter.token


class CounterUnknown(NotFound):
    """There is no such counter code, or it was withdrawn."""

    code = "counter_unknown"


class CounterMalformed(Invalid):
    """A counter code with an amount needs one, and one without takes none."""

    code = "counter_malformed"


class CounterAmount(Invalid):
    """The code's amount is fixed, and another was asked to be paid; or it has none, and none was given."""

    code = "counter_amount"
