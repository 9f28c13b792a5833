"""A code that somebody shows to be paid."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import msgspec

from qianbao.errors import NotFound
from qianbao.ids import Id

PATH: Final = "/u/"
"""A code as the path of a wallet's page: this and the code."""
CODE: Final = re.compile("[a-z2-7]{24}")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"


class ReceiveCode(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a code pays. `amount`: minor units, or None where the payer says it."""

    code: str
    wallet: Id
    amount: int | None
    note: str
    created: int


class ReceiveCodeUnknown(NotFound):
    """There is no such code."""

    code = "receive_code_unknown"


def draw(random: Callable[[int], bytes]) -> str:
    """A new code: 24 letters and digits of 120 random bits."""
    number = int.from_bytes(random(15), "big")
    return "".join(_LETTERS[number >> 5 * place & 31] for place in range(24))
