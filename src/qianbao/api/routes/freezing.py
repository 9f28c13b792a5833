"""Freezing a wallet or a merchant, and opening it again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from qianbao.api import audit
from qianbao.api.deps import IdempotencyKey, PartsDep, allowed, answered, command
from qianbao.api.fields import Body, Reason
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.credentials.errors import NotFresh, PinMustReset
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.sessions import demand_fresh
from qianbao.ids import Id
from qianbao.journal import CommandReused, Receipt
from qianbao.parties import errors, service
from qianbao.parties.models import FrozenBy, PartyKind, PartyState

router = APIRouter(tags=["people and wallets"])

Holders = Annotated[Caller, allowed(Role.PERSON, Role.OPERATOR)]
Operators = Annotated[Caller, allowed(Role.OPERATOR)]


class ReasonRequest(Body):
    """Why. It is told to the holder."""

    reason: Reason


class StandingView(BaseModel):
    """How an account stands now."""

    account: Id
    kind: PartyKind
    state: PartyState


async def _own_wallet(parts: Parts, caller: Caller, wallet_id: Id) -> FrozenBy:
    """By whom: a holder of the wallet, or the house. Raises `WalletUnknown`."""
    wallet = await parts.parties.wallet(wallet_id)
    if caller.role is Role.OPERATOR:
        return FrozenBy.HOUSE
    if wallet.person != caller.id:
        raise errors.WalletUnknown()
    return FrozenBy.HOLDER


def _noted(request: Request, receipt: Receipt) -> None:
    # An account is active or frozen: what it is now tells what it was.
    now = PartyState(receipt.result["state"])
    was = PartyState.ACTIVE if now is PartyState.FROZEN else PartyState.FROZEN
    audit.changed(request, before={"state": was}, after={"state": now})


FREEZE = problems(errors.WalletUnknown, errors.AlreadyFrozen, errors.PartyBusy, CommandReused)


@router.post("/wallets/{wallet_id}/freeze", responses=FREEZE)
async def freeze_wallet(
    wallet_id: Id,
    body: ReasonRequest,
    key: IdempotencyKey,
    caller: Holders,
    parts: PartsDep,
    request: Request,
    response: Response,
) -> StandingView:
    """Close a wallet to all money: the caller's own, or for the house any."""
    by = await _own_wallet(parts, caller, wallet_id)
    receipt = await service.freeze(
        caller.id,
        parties=parts.parties,
        journal=parts.journal,
        command=command(caller, key),
        kind=PartyKind.WALLET,
        account=wallet_id,
        by=by,
        reason=body.reason,
    )
    _noted(request, receipt)
    return answered(receipt, response, StandingView)


@router.post(
    "/wallets/{wallet_id}/unfreeze",
    responses=problems(
        errors.WalletUnknown,
        errors.NotFrozen,
        errors.FrozenByHouse,
        errors.PartyBusy,
        CommandReused,
        NotFresh,
        PinMustReset,
    ),
)
async def unfreeze_wallet(
    wallet_id: Id,
    body: ReasonRequest,
    key: IdempotencyKey,
    caller: Holders,
    parts: PartsDep,
    request: Request,
    response: Response,
) -> StandingView:
    """Open a frozen wallet again. Its holder opens what they froze, within ten minutes of a sign-in, and
    after a lost phone once the payment PIN has been set anew."""
    by = await _own_wallet(parts, caller, wallet_id)
    if by is FrozenBy.HOLDER:
        await demand_fresh(parts.credentials, caller)
        if (await parts.credentials.pins.standing(caller.id))[1]:
            raise PinMustReset()
    receipt = await service.unfreeze(
        caller.id,
        parties=parts.parties,
        journal=parts.journal,
        command=command(caller, key),
        kind=PartyKind.WALLET,
        account=wallet_id,
        by=by,
        reason=body.reason,
    )
    _noted(request, receipt)
    return answered(receipt, response, StandingView)


@router.post(
    "/merchants/{merchant_id}/freeze",
    responses=problems(errors.MerchantUnknown, errors.AlreadyFrozen, errors.PartyBusy, CommandReused),
)
async def freeze_merchant(
    merchant_id: Id,
    body: ReasonRequest,
    key: IdempotencyKey,
    caller: Operators,
    parts: PartsDep,
    request: Request,
    response: Response,
) -> StandingView:
    """Close a merchant to all money."""
    receipt = await service.freeze(
        caller.id,
        parties=parts.parties,
        journal=parts.journal,
        command=command(caller, key),
        kind=PartyKind.MERCHANT,
        account=merchant_id,
        by=FrozenBy.HOUSE,
        reason=body.reason,
    )
    _noted(request, receipt)
    return answered(receipt, response, StandingView)


@router.post(
    "/merchants/{merchant_id}/unfreeze",
    responses=problems(errors.MerchantUnknown, errors.NotFrozen, errors.PartyBusy, CommandReused),
)
async def unfreeze_merchant(
    merchant_id: Id,
    body: ReasonRequest,
    key: IdempotencyKey,
    caller: Operators,
    parts: PartsDep,
    request: Request,
    response: Response,
) -> StandingView:
    """Open a frozen merchant again."""
    receipt = await service.unfreeze(
        caller.id,
        parties=parts.parties,
        journal=parts.journal,
        command=command(caller, key),
        kind=PartyKind.MERCHANT,
        account=merchant_id,
        by=FrozenBy.HOUSE,
        reason=body.reason,
    )
    _noted(request, receipt)
    return answered(receipt, response, StandingView)


@router.post(
    "/people/{person_id}/freeze",
    responses=problems(errors.PersonUnknown, errors.AlreadyFrozen, errors.PartyBusy, CommandReused),
)
async def freeze_person(
    person_id: Id,
    body: ReasonRequest,
    key: IdempotencyKey,
    caller: Operators,
    parts: PartsDep,
    request: Request,
    response: Response,
) -> StandingView:
    """Bar a person from new wallets, and close all that they have to all money."""
    first = command(caller, key)
    receipt = await service.freeze(
        caller.id,
        parties=parts.parties,
        journal=parts.journal,
        command=first,
        kind=PartyKind.PERSON,
        account=person_id,
        by=FrozenBy.HOUSE,
        reason=body.reason,
    )
    await service.freeze_all_of(
        caller.id,
        parties=parts.parties,
        journal=parts.journal,
        command=first,
        person=person_id,
        by=FrozenBy.HOUSE,
        reason=body.reason,
    )
    _noted(request, receipt)
    return answered(receipt, response, StandingView)


@router.post(
    "/people/{person_id}/unfreeze",
    responses=problems(errors.PersonUnknown, errors.NotFrozen, errors.PartyBusy, CommandReused),
)
async def unfreeze_person(
    person_id: Id,
    body: ReasonRequest,
    key: IdempotencyKey,
    caller: Operators,
    parts: PartsDep,
    request: Request,
    response: Response,
) -> StandingView:
    """Let a person open wallets again. The wallets that were frozen are opened one by one."""
    receipt = await service.unfreeze(
        caller.id,
        parties=parts.parties,
        journal=parts.journal,
        command=command(caller, key),
        kind=PartyKind.PERSON,
        account=person_id,
        by=FrozenBy.HOUSE,
        reason=body.reason,
    )
    _noted(request, receipt)
    return answered(receipt, response, StandingView)
