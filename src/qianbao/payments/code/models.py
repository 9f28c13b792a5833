"""A payer's code, the step that uses it up, and what a charge by code refuses."""

from __future__ import annotations

import re
from typing import ClassVar, Final

import msgspec

from qianbao.errors import Conflict, Invalid, NotFound
from qianbao.ids import Id
from qianbao.journal.models import Step
from qianbao.payments.trade.models import Payer

CODE: Final = re.compile(r"[1-9][0-9]{17}", re.ASCII)
"""The brand's two digits, then sixteen drawn at random."""


class PayerCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code that was given to a wallet. `id` is of its keyed hash: the digits are kept nowhere.

    It carries what a charge must know of the payer, as it was when the code was shown, a minute ago at most.
    """

    id: Id
    person: Id
    payer: Payer
    device: Id | None = None
    issued: int
    expires: int
    """Nanoseconds: from then on it cannot be charged."""
    trade: Id | None = None
    """The trade that used it."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A new code, as its holder alone sees it, once."""

    code: str
    expires: int
    """Nanoseconds."""


class PayerCodeUsed(Step, frozen=True, kw_only=True, gc=False):
    """The code is used up by the commit that charges it. Stale when it was used or ran out before."""

    kind: ClassVar[str] = "payer_code_used"
    table: ClassVar[str] = "payer_code"
    order: ClassVar[int] = 810

    id: Id
    trade: Id
    at: int
    """The moment of the charge, nanoseconds."""


def draw(prefix: str, random: bytes) -> str:
    """The digits of a new code from 16 random bytes: evenly drawn but for a part in 2^74."""
    assert len(random) == 16
    return prefix + str(int.from_bytes(random, "big") % 10**16).zfill(16)


class CodeMalformed(Invalid):
    """A payer's code is eighteen digits."""

    code = "code_malformed"


class CodeUnknown(NotFound):
    """No wallet shows this code, or a newer one took its place."""

    code = "code_unknown"


class CodeUsed(Conflict):
    """The code has been used; the payer's wallet shows a new one."""

    code = "code_used"


class CodeExpired(Conflict):
    """The code has run out; the payer's wallet shows a new one."""

    code = "code_expired"
