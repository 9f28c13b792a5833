"""`/collections`: split a bill, pay one's part, remind, close."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from qianbao.api.deps import (
    Amount,
    CursorText,
    IdempotencyKey,
    PageSize,
    PartsDep,
    allowed,
    answered,
    command,
    cursor_made,
    cursor_read,
)
from qianbao.api.fields import Body, Pin
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.api.routes.personal_payments import SPENDING
from qianbao.clock import rfc3339
from qianbao.credentials.models import Caller, Role
from qianbao.ids import Id
from qianbao.journal import CommandReused
from qianbao.parties.errors import PayeeUnknown, WalletUnknown
from qianbao.payments.trade.store import NEWEST
from qianbao.social.collection import errors, models, service
from qianbao.social.errors import SocialBusy
from qianbao.social.receiving import service as receiving

router = APIRouter(tags=["people to people"])

Person = Annotated[Caller, allowed(Role.PERSON)]
PATH = "/c/"
"""A collection as the path of a wallet's page: this and its id."""


class MemberRequest(Body):
    """Somebody who is asked by name, and for how much."""

    wallet: Id
    amount: Amount


class CollectionRequest(Body):
    """Either `each` and `people`: whoever has the link pays a place. Or `members`: they and nobody else."""

    wallet: Id = Field(description="Into which of the caller's wallets")
    title: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
    each: Amount | None = None
    people: Annotated[int, Field(strict=True, ge=1, le=10_000)] | None = None
    members: Annotated[list[MemberRequest], Field(max_length=1_000)] = Field(default_factory=list)


class CollectionPayment(Body):
    """From which of the caller's wallets; the PIN where the amount or the day's totals need it."""

    wallet: Id
    pin: Pin | None = None


class CollectionAnswer(BaseModel):
    """A collection as its commands answer."""

    id: Id
    state: models.CollectionState
    payee: Id
    title: str
    split: models.Split
    people: int
    amount: int
    """What it comes to when all have paid."""
    currency: str
    created_at: str
    each: int | None = None
    ended_at: str | None = None


class PaidPart(BaseModel):
    """A part as its payment answers."""

    collection: Id
    payer: Id
    payee: Id
    title: str
    amount: int
    currency: str


class PartView(BaseModel):
    """One person's part."""

    name_masked: str
    mine: bool
    amount: int
    paid_at: str | None


class CollectionView(CollectionAnswer):
    """A collection as those see it whom it concerns."""

    path: str
    """The page of the wallet that pays it: what the QR code holds, after this server's address."""
    collector_masked: str
    mine: bool
    """Whether the caller collects it."""
    paid: int
    received: int
    reminded_at: str | None
    my_part: PartView | None
    """What the caller is asked for or has paid; in an equal collection, once it is paid."""


class CollectionPage(CollectionView):
    """A collection with who has paid."""

    parts: list[PartView]


class CollectionList(BaseModel):
    """Collections, the newest first."""

    items: list[CollectionView]
    next_cursor: str | None


@router.post(
    "/collections",
    status_code=201,
    responses=problems(
        WalletUnknown,
        PayeeUnknown,
        errors.CollectionMalformed,
        errors.OwnCollection,
        SocialBusy,
        CommandReused,
    ),
)
async def create_collection(
    body: CollectionRequest, key: IdempotencyKey, caller: Person, parts: PartsDep, response: Response
) -> CollectionAnswer:
    """Ask a group for money: the same of each, or of named people their own amounts."""
    receipt = await service.create(
        caller,
        parts.social,
        command=command(caller, key),
        wallet=body.wallet,
        title=body.title,
        each=body.each or 0,
        people=body.people or 0,
        members=[(one.wallet, one.amount) for one in body.members],
    )
    return answered(receipt, response, CollectionAnswer)


@router.get("/collections")
async def list_collections(
    caller: Person,
    parts: PartsDep,
    box: Annotated[str, Query(pattern="^(mine|asked)$")] = "mine",
    cursor: CursorText = None,
    limit: PageSize = 20,
) -> CollectionList:
    """What the caller collects, or is asked for and has paid, the newest first."""
    assert caller.person is not None
    before = cursor_read(cursor, tuple[int, Id]) or NEWEST
    store = parts.social.collections
    if box == "mine":
        own = await store.collected_by(caller.person, before=before, limit=limit + 1)
        places = [(one.created, one.id) for one in own]
    else:
        asked = await store.asked_of(caller.person, before=before, limit=limit + 1)
        places = [(at, part.collection) for part, at in asked]
    page = places[:limit]
    found = await store.of([id for _, id in page])
    return CollectionList(
        items=[await collection_view(caller, parts, one) for one in found],
        next_cursor=cursor_made(page[-1][0], str(page[-1][1])) if len(places) > limit else None,
    )


@router.get("/collections/{collection_id}", responses=problems(errors.CollectionUnknown))
async def get_collection(collection_id: Id, caller: Person, parts: PartsDep) -> CollectionPage:
    """A collection and who has paid: an equal one for whoever has its link, a named one for whom it names."""
    found, all_parts = await service.one(caller, parts.social, collection_id)
    view = await collection_view(caller, parts, found)
    shown = await asyncio.gather(*(_part(caller, parts, one) for one in all_parts))
    return CollectionPage(parts=list(shown), **view.model_dump())


@router.post(
    "/collections/{collection_id}/payments",
    status_code=201,
    responses=problems(
        errors.CollectionUnknown,
        errors.CollectionOver,
        errors.CollectionPaidAlready,
        errors.CollectionAsksOthers,
        errors.OwnCollection,
        *SPENDING,
    ),
)
async def pay_collection(
    collection_id: Id,
    body: CollectionPayment,
    key: IdempotencyKey,
    caller: Person,
    parts: PartsDep,
    response: Response,
) -> PaidPart:
    """Pay one's part."""
    receipt = await service.pay(
        caller,
        parts.social,
        command=command(caller, key),
        collection=collection_id,
        wallet=body.wallet,
        pin=body.pin,
    )
    return answered(receipt, response, PaidPart)


@router.post(
    "/collections/{collection_id}/reminders",
    status_code=201,
    responses=problems(
        errors.CollectionUnknown,
        errors.CollectionOver,
        errors.RemindedLately,
        errors.NobodyToRemind,
        SocialBusy,
        CommandReused,
    ),
)
async def remind_collection(
    collection_id: Id, key: IdempotencyKey, caller: Person, parts: PartsDep, response: Response
) -> CollectionAnswer:
    """Remind those named who have not paid: each gets an event of their own."""
    receipt = await service.remind(
        caller, parts.social, command=command(caller, key), collection=collection_id
    )
    return answered(receipt, response, CollectionAnswer)


@router.post(
    "/collections/{collection_id}/close",
    responses=problems(errors.CollectionUnknown, errors.CollectionOver, SocialBusy, CommandReused),
)
async def close_collection(
    collection_id: Id, key: IdempotencyKey, caller: Person, parts: PartsDep, response: Response
) -> CollectionAnswer:
    """End it: nobody pays any more, and what was paid stays paid."""
    receipt = await service.close(
        caller, parts.social, command=command(caller, key), collection=collection_id
    )
    return answered(receipt, response, CollectionAnswer)


async def collection_view(caller: Caller, parts: Parts, one: models.Collection) -> CollectionView:
    """A collection as the caller sees it."""
    assert caller.person is not None
    collector = await receiving.payee(parts.social, one.collector)
    mine = await parts.social.collections.part(one.id, caller.person)
    return CollectionView(
        path=f"{PATH}{one.id}",
        collector_masked=collector.name_masked,
        mine=one.person == caller.person,
        paid=one.paid,
        received=one.received,
        reminded_at=rfc3339(one.reminded) if one.reminded else None,
        my_part=await _part(caller, parts, mine) if mine else None,
        **models.answer(one),
    )


async def _part(caller: Caller, parts: Parts, one: models.Part) -> PartView:
    whose = await receiving.payee(parts.social, one.wallet)
    return PartView(
        name_masked=whose.name_masked,
        mine=one.person == caller.person,
        amount=one.amount,
        paid_at=rfc3339(one.paid) if one.paid else None,
    )
