"""`/red-packets`: send one, open one, see who got what."""

from __future__ import annotations

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
from qianbao.parties.errors import WalletUnknown
from qianbao.payments.trade.store import NEWEST
from qianbao.social.errors import PayeeFrozen, SocialBusy
from qianbao.social.packet import errors, models, service
from qianbao.social.receiving import service as receiving

router = APIRouter(tags=["people to people"])

Person = Annotated[Caller, allowed(Role.PERSON)]
PATH = "/r/"
"""A packet as the path of a wallet's page: this and its id."""


class RedPacketRequest(Body):
    """A packet to send: in equal shares, or in shares drawn by chance."""

    wallet: Id = Field(description="From which of the caller's wallets")
    kind: models.RedPacketKind
    amount: Amount = Field(description="In all; of an equal packet a multiple of `count`")
    count: Annotated[int, Field(strict=True, ge=1, le=100_000, description="How many shares")]
    wish: Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    pin: Pin | None = None


class GrabRequest(Body):
    """Into which of the caller's wallets, of whatever brand."""

    wallet: Id


class RedPacketAnswer(BaseModel):
    """A packet as its sending answers."""

    id: Id
    state: models.RedPacketState
    kind: models.RedPacketKind
    payer: Id
    amount: int
    currency: str
    count: int
    wish: str
    created_at: str
    expires_at: str


class ShareView(BaseModel):
    """A share as its grab answers."""

    packet: Id
    payee: Id
    amount: int
    currency: str
    position: int
    """Which of the shares it is, in the order in which they were drawn."""


class GrabView(BaseModel):
    """Who got what."""

    position: int
    amount: int
    name_masked: str
    mine: bool
    at: str
    luckiest: bool
    """The largest share of a lucky packet that is over."""


class RedPacketView(RedPacketAnswer):
    """A packet as whoever has its link sees it."""

    path: str
    """The page of the wallet that opens it: what the QR code holds, after this server's address."""
    sender_masked: str
    mine: bool
    """Whether the caller sent it."""
    taken: int
    given: int
    returned: int
    """What went back to the sender."""
    ended_at: str | None
    share: GrabView | None
    """What the caller got."""


class RedPacketList(BaseModel):
    """Packets, the newest first."""

    items: list[RedPacketView]
    next_cursor: str | None


class GrabList(BaseModel):
    """Who got what, in the order of the shares."""

    items: list[GrabView]
    next_cursor: str | None


class RedPacketRules(BaseModel):
    """What this network allows now."""

    on: bool
    share_max: int
    amount_max: int
    count_max: int
    day_count: int
    expires_in_s: int


@router.get("/red-packets/rules")
async def get_red_packet_rules(caller: Person, parts: PartsDep) -> RedPacketRules:
    """Caps, the day's number and the switch, for the form."""
    del caller
    rules = parts.social.rules
    return RedPacketRules(
        on=rules.red_packets,
        share_max=rules.red_packet_share_max,
        amount_max=rules.red_packet_amount_max,
        count_max=rules.red_packet_count_max,
        day_count=rules.red_packet_day_count,
        expires_in_s=rules.red_packet_s,
    )


@router.post(
    "/red-packets",
    status_code=201,
    responses=problems(errors.RedPacketsOff, errors.RedPacketMalformed, errors.RedPacketsTooMany, *SPENDING),
)
async def send_red_packet(
    body: RedPacketRequest, key: IdempotencyKey, caller: Person, parts: PartsDep, response: Response
) -> RedPacketAnswer:
    """Put money into a new packet. Whoever has its link can open it within a day; the rest comes back."""
    receipt = await service.fund(
        caller,
        parts.social,
        command=command(caller, key),
        wallet=body.wallet,
        kind=body.kind,
        amount=body.amount,
        count=body.count,
        wish=body.wish,
        pin=body.pin,
    )
    return answered(receipt, response, RedPacketAnswer)


@router.get("/red-packets")
async def list_red_packets(
    caller: Person,
    parts: PartsDep,
    box: Annotated[str, Query(pattern="^(sent|received)$")] = "sent",
    cursor: CursorText = None,
    limit: PageSize = 20,
) -> RedPacketList:
    """The packets that the caller sent or opened, the newest first."""
    before = cursor_read(cursor, tuple[int, Id]) or NEWEST
    if box == "sent":
        sent = await service.sent(caller, parts.social, before=before, limit=limit + 1)
        places = [(one.created, one.id) for one in sent]
    else:
        received = await service.received(caller, parts.social, before=before, limit=limit + 1)
        places = [(one.at, one.packet) for one in received]
    page = places[:limit]
    found = await parts.social.packets.of([id for _, id in page])
    return RedPacketList(
        items=[await _view(caller, parts, one) for one in found],
        next_cursor=cursor_made(page[-1][0], str(page[-1][1])) if len(places) > limit else None,
    )


@router.get("/red-packets/{packet_id}", responses=problems(errors.RedPacketUnknown))
async def get_red_packet(packet_id: Id, caller: Person, parts: PartsDep) -> RedPacketView:
    """A packet, for whoever has its link."""
    return await _view(caller, parts, await service.one(parts.social, packet_id))


@router.post(
    "/red-packets/{packet_id}/grabs",
    status_code=201,
    responses=problems(
        errors.RedPacketUnknown,
        errors.RedPacketEmpty,
        errors.RedPacketOver,
        WalletUnknown,
        PayeeFrozen,
        SocialBusy,
        CommandReused,
    ),
)
async def grab_red_packet(
    packet_id: Id,
    body: GrabRequest,
    key: IdempotencyKey,
    caller: Person,
    parts: PartsDep,
    response: Response,
) -> ShareView:
    """Open a packet: each person once; who has had a share gets the same answer again."""
    receipt = await service.grab(
        caller, parts.social, command=command(caller, key), packet=packet_id, wallet=body.wallet
    )
    return answered(receipt, response, ShareView)


@router.get(
    "/red-packets/{packet_id}/grabs", responses=problems(errors.RedPacketUnknown, errors.RedPacketClosed)
)
async def list_grabs(
    packet_id: Id, caller: Person, parts: PartsDep, cursor: CursorText = None, limit: PageSize = 50
) -> GrabList:
    """Who got what: for the sender and those who opened it, and for all when it is over."""
    after = cursor_read(cursor, tuple[int])
    found = await service.grabs(
        caller, parts.social, packet_id, after=after[0] if after else 0, limit=limit + 1
    )
    packet = await service.one(parts.social, packet_id)
    page = found[:limit]
    return GrabList(
        items=[await _grab(caller, parts, packet, one) for one in page],
        next_cursor=cursor_made(page[-1].position) if len(found) > limit else None,
    )


async def _view(caller: Caller, parts: Parts, packet: models.RedPacket) -> RedPacketView:
    sender = await receiving.payee(parts.social, packet.sender)
    share = await service.own_share(caller, parts.social, packet.id)
    return RedPacketView(
        path=f"{PATH}{packet.id}",
        sender_masked=sender.name_masked,
        mine=packet.person == caller.person,
        taken=packet.taken,
        given=packet.given,
        returned=packet.returned,
        ended_at=rfc3339(packet.ended) if packet.ended else None,
        share=await _grab(caller, parts, packet, share) if share else None,
        **models.answer(packet),
    )


async def _grab(caller: Caller, parts: Parts, packet: models.RedPacket, grab: models.Grab) -> GrabView:
    whose = await receiving.payee(parts.social, grab.wallet)
    over = packet.state is not models.RedPacketState.OPEN
    return GrabView(
        position=grab.position,
        amount=grab.amount,
        name_masked=whose.name_masked,
        mine=grab.person == caller.person,
        at=rfc3339(grab.at),
        luckiest=over
        and packet.kind is models.RedPacketKind.LUCKY
        and packet.count > 1
        and grab.position == packet.best_position,
    )
