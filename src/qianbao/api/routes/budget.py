"""`POST /subsidy-budget`: the operator funds what the platform adds to payments."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel

from qianbao.api.deps import Amount, IdempotencyKey, PartsDep, allowed, answered, command
from qianbao.api.fields import Body
from qianbao.api.problems import problems
from qianbao.credentials.models import Caller, Role
from qianbao.journal import CommandReused
from qianbao.payments.budget import service

router = APIRouter(tags=["subsidies"])


class FundRequest(Body):
    """How much the house adds, in minor units."""

    amount: Amount


class FundedView(BaseModel):
    """What was added, and to which ledger account (`GET /accounts/{account}` shows its balance)."""

    account: UUID
    amount: int
    currency: str


@router.post("/subsidy-budget", status_code=201, responses=problems(CommandReused))
async def fund_subsidies(
    body: FundRequest,
    key: IdempotencyKey,
    caller: Annotated[Caller, allowed(Role.OPERATOR)],
    parts: PartsDep,
    response: Response,
) -> FundedView:
    """Move the house's own money into the subsidy budget."""
    receipt = await service.fund(caller, parts.payments, command=command(caller, key), amount=body.amount)
    return answered(receipt, response, FundedView)
