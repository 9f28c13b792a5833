"""What a replay works with, and its ways to hear of it; light to import, for those who may not need one."""

from __future__ import annotations

from dataclasses import dataclass

from qianbao.db import Database
from qianbao.parties.kyc import Kyc
from qianbao.payments.room import Payments
from qianbao.replay.models import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a replay works with: the payment path of one process."""

    db: Database
    kyc: Kyc
    room: Payments


def never() -> bool:
    """Go on to the end of the file."""
    return False


def unheard(_run: Run) -> None:
    """Nobody wants to hear of the progress."""
