"""What became of a command whose answer was lost: asked by the key that it was sent with."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel

from qianbao.api.deps import EVERY_ROLE, KEY_TOLD, PartsDep, allowed, command
from qianbao.api.errors import CommandUnknown
from qianbao.api.problems import problems
from qianbao.clock import rfc3339
from qianbao.credentials.models import Caller, Scope

router = APIRouter(tags=["receipts"])

Anyone = Annotated[Caller, allowed(*EVERY_ROLE, scope=Scope.TRADES_READ)]
Key = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[ -~]+$", description=KEY_TOLD)]


class ReceiptView(BaseModel):
    """A command that was done."""

    key: str
    done_at: str
    result: dict[str, Any]
    """What its endpoint answered the first time."""


@router.get("/receipts/{key}", responses=problems(CommandUnknown))
async def get_receipt(key: Key, caller: Anyone, parts: PartsDep) -> ReceiptView:
    """What became of one of the caller's own commands, by its `Idempotency-Key`.

    Done: its first answer. Refused: the refusal, as it was told then. 404 `command_unknown`: nothing stands
    under this key yet, so nothing has been done, and the same request may be sent again.
    """
    receipt = await parts.journal.receipt(command(caller, key), None)
    if receipt is None:
        raise CommandUnknown()
    return ReceiptView(key=key, done_at=rfc3339(receipt.at), result=receipt.result)
