"""Freezing a wallet or a merchant, and opening it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
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
from qianbao.journal import CommandReused, Journal, Receipt
from qianbao.parties import errors, service
from qianbao.parties.models import FrozenBy, PartyKind, PartyState
from qianbao.parties.store import Parties

router = APIRouter(tags=["people and wallets"])

Holders = Annotated[Caller, allowed(Role.PERSON, Role.OPERATOR)]
Operators = Annotated[Caller, allowed(Role.OPERATOR)]


class Change(Protocol):
    """`parties.service.freeze` and `unfreeze`."""

    async def __call__(
        self,
        caller: Id,
        *,
        parties: Parties,
        journal: Journal,
        command: Id,
        kind: PartyKind,
        account: Id,
        by: FrozenBy,
        reason: str,
    ) -> Receipt:
        """Change how an account stands."""
        ...


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


@dataclass(frozen=True)
class Asked:
    """One request to freeze or to open, whatever of."""

    body: ReasonRequest
    key: IdempotencyKey
    parts: PartsDep
    request: Request
    response: Response

    async def done(
        self,
        change: Change,
        caller: Caller,
        kind: PartyKind,
        account: Id,
        by: FrozenBy = FrozenBy.HOUSE,
    ) -> StandingView:
        """Do it durably, and let the audit know: what an account is now tells what it was."""
        receipt = await change(
            caller.id,
            parties=self.parts.parties,
            journal=self.parts.journal,
            command=command(caller, self.key),
            kind=kind,
            account=account,
            by=by,
            reason=self.body.reason,
        )
        now = PartyState(receipt.result["state"])
        was = PartyState.ACTIVE if now is PartyState.FROZEN else PartyState.FROZEN
        audit.changed(self.request, before={"state": was}, after={"state": now})
        return answered(receipt, self.response, StandingView)


AskedDep = Annotated[Asked, Depends()]


@router.post(
    "/wallets/{wallet_id}/freeze",
    responses=problems(errors.WalletUnknown, errors.AlreadyFrozen, errors.PartyBusy, CommandReused),
)
async def freeze_wallet(wallet_id: Id, caller: Holders, asked: AskedDep) -> StandingView:
    """Close a wallet to all money: the caller's own, or for the house any."""
    by = await _own_wallet(asked.parts, caller, wallet_id)
    return await asked.done(service.freeze, caller, PartyKind.WALLET, wallet_id, by)


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
async def unfreeze_wallet(wallet_id: Id, caller: Holders, asked: AskedDep) -> StandingView:
    """Open a frozen wallet again. Its holder opens what they froze, within ten minutes of a sign-in, and
    after a lost phone once the payment PIN has been set anew."""
    by = await _own_wallet(asked.parts, caller, wallet_id)
    if by is FrozenBy.HOLDER:
        credentials = asked.parts.credentials
        await demand_fresh(credentials, caller)
        if (await credentials.pins.standing(caller.id))[1]:
            raise PinMustReset()
    return await asked.done(service.unfreeze, caller, PartyKind.WALLET, wallet_id, by)


@router.post(
    "/merchants/{merchant_id}/freeze",
    responses=problems(errors.MerchantUnknown, errors.AlreadyFrozen, errors.PartyBusy, CommandReused),
)
async def freeze_merchant(merchant_id: Id, caller: Operators, asked: AskedDep) -> StandingView:
    """Close a merchant to all money."""
    return await asked.done(service.freeze, caller, PartyKind.MERCHANT, merchant_id)


@router.post(
    "/merchants/{merchant_id}/unfreeze",
    responses=problems(errors.MerchantUnknown, errors.NotFrozen, errors.PartyBusy, CommandReused),
)
async def unfreeze_merchant(merchant_id: Id, caller: Operators, asked: AskedDep) -> StandingView:
    """Open a frozen merchant again."""
    return await asked.done(service.unfreeze, caller, PartyKind.MERCHANT, merchant_id)


@router.post(
    "/people/{person_id}/freeze",
    responses=problems(errors.PersonUnknown, errors.AlreadyFrozen, errors.PartyBusy, CommandReused),
)
async def freeze_person(person_id: Id, caller: Operators, asked: AskedDep) -> StandingView:
    """Bar a person from new wallets, and close all that they have to all money."""
    standing = await asked.done(service.freeze, caller, PartyKind.PERSON, person_id)
    await service.freeze_all_of(
        caller.id,
        parties=asked.parts.parties,
        journal=asked.parts.journal,
        command=command(caller, asked.key),
        person=person_id,
        by=FrozenBy.HOUSE,
        reason=asked.body.reason,
    )
    return standing


@router.post(
    "/people/{person_id}/unfreeze",
    responses=problems(errors.PersonUnknown, errors.NotFrozen, errors.PartyBusy, CommandReused),
)
async def unfreeze_person(person_id: Id, caller: Operators, asked: AskedDep) -> StandingView:
    """Let a person open wallets again. The wallets that were frozen are opened one by one."""
    return await asked.done(service.unfreeze, caller, PartyKind.PERSON, person_id)
