"""`/search` and a trade's trail: what happened to this payment?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from qianbao.api.deps import PartsDep, allowed
from qianbao.api.problems import problems
from qianbao.clock import moment
from qianbao.console.search.models import Hit, Matched, SearchTooShort, Thing
from qianbao.console.trail.models import Move, Name, Sent, Told, Trail
from qianbao.credentials.models import Caller, Role
from qianbao.ids import Id
from qianbao.payments.trade.errors import TradeNotFound
from qianbao.payments.trade.models import NEXT, Scene, TradeState

router = APIRouter(tags=["console"])

House = Annotated[Caller, allowed(Role.OPERATOR, Role.AUDITOR)]


class HitView(BaseModel):
    """One thing that was found."""

    kind: Thing
    id: Id
    matched: Matched
    title: str
    detail: str
    trade: Id | None
    """The trade whose trail tells more."""
    state: str | None
    amount: int | None
    currency: str | None
    at: datetime | None

    @classmethod
    def of(cls, hit: Hit) -> HitView:
        """A hit as it is shown."""
        return cls(
            kind=hit.kind,
            id=hit.id,
            matched=hit.matched,
            title=hit.title,
            detail=hit.detail,
            trade=hit.trade,
            state=hit.state,
            amount=hit.amount,
            currency=hit.currency,
            at=None if hit.at is None else moment(hit.at),
        )


class HitList(BaseModel):
    """What was found, the surest first."""

    items: list[HitView]
    more: bool
    """There is more than is shown, or a part took too long: say more."""


class NameView(BaseModel):
    """Whom or what an id stands for."""

    id: Id
    kind: str
    """`wallet`, `merchant`, `person`, `staff`, `operator`, `house` or `unknown`."""
    name: str
    """Of a person: masked."""

    @classmethod
    def of(cls, name: Name) -> NameView:
        """A name as it is shown."""
        return cls(id=name.id, kind=name.kind, name=name.name)


class MoveView(BaseModel):
    """A ledger transfer of the trade, in minor units."""

    id: Id
    code: str
    """Why: `payment`, `fee`, `refund`, …"""
    debit: NameView
    credit: NameView
    amount: int
    currency: str
    at: datetime
    pending: bool

    @classmethod
    def of(cls, move: Move) -> MoveView:
        """A transfer as it is shown."""
        return cls(
            id=move.id,
            code=move.code,
            debit=NameView.of(move.debit),
            credit=NameView.of(move.credit),
            amount=move.amount,
            currency=move.currency,
            at=moment(move.at),
            pending=move.pending,
        )


class CommandView(BaseModel):
    """A command on the trade: what was told of it, or why it was refused."""

    id: Id
    type: str
    at: datetime
    caller: NameView
    refused: str | None
    """The error's code; nothing moved then."""
    data: dict[str, Any]

    @classmethod
    def of(cls, told: Told) -> CommandView:
        """A command as it is shown."""
        return cls(
            id=told.id,
            type=told.type,
            at=moment(told.at),
            caller=NameView.of(told.caller),
            refused=told.refused,
            data=told.data,
        )


class SentView(BaseModel):
    """A delivery of an event to a webhook."""

    id: Id
    webhook: Id
    url: str
    event: Id
    type: str
    state: str
    tries: int
    tried_at: datetime | None
    status: int | None
    answer: str | None
    next_try_at: datetime | None

    @classmethod
    def of(cls, sent: Sent) -> SentView:
        """A delivery as it is shown."""
        return cls(
            id=sent.id,
            webhook=sent.webhook,
            url=sent.url,
            event=sent.event,
            type=sent.type,
            state=sent.state,
            tries=sent.tries,
            tried_at=_at(sent.tried_at),
            status=sent.status,
            answer=sent.answer,
            next_try_at=_at(sent.next_try_at),
        )


class RefundLine(BaseModel):
    """A refund of the trade."""

    id: Id
    out_refund_no: str
    amount: int
    fee_returned: int
    reason: str
    at: datetime


class TrailView(BaseModel):
    """A trade and everything that happened to it. Amounts in minor units."""

    id: Id
    state: TradeState
    may_become: dict[TradeState, list[TradeState]]
    """The state machine: from each state to those that may follow it."""
    scene: Scene
    merchant: NameView
    payer: NameView | None
    store: str | None
    brand: str
    city: str
    till: str
    subject: str
    out_trade_no: str
    amount: int
    paid_by_payer: int | None
    fee: int
    refunded: int
    fee_returned: int
    currency: str
    created_at: datetime
    expires_at: datetime | None
    paid_at: datetime | None
    closed_at: datetime | None
    refunds: list[RefundLine]
    transfers: list[MoveView]
    events: list[CommandView]
    whole: bool
    """Whether all its events were found: as many as it has changed."""
    deliveries: list[SentView]

    @classmethod
    def of(cls, trail: Trail) -> TrailView:
        """A trail as it is shown."""
        trade = trail.trade
        return cls(
            id=trade.id,
            state=trade.state,
            may_become={state: sorted(after) for state, after in NEXT.items()},
            scene=trade.scene,
            merchant=NameView.of(trail.merchant),
            payer=NameView.of(trail.payer) if trail.payer else None,
            store=trail.store,
            brand=trade.brand,
            city=trade.city,
            till=trade.till,
            subject=trade.subject,
            out_trade_no=trade.out_trade_no,
            amount=trade.amount,
            paid_by_payer=trade.own if trade.paid else None,
            fee=trade.fee,
            refunded=trade.refunded,
            fee_returned=trade.fee_returned,
            currency=trade.currency,
            created_at=moment(trade.created),
            expires_at=_at(trade.expires),
            paid_at=_at(trade.paid),
            closed_at=_at(trade.closed),
            refunds=[
                RefundLine(
                    id=one.id,
                    out_refund_no=one.out_refund_no,
                    amount=one.amount,
                    fee_returned=one.fee_returned,
                    reason=one.reason,
                    at=moment(one.at),
                )
                for one in trail.refunds
            ],
            transfers=[MoveView.of(one) for one in trail.transfers],
            events=[CommandView.of(one) for one in trail.events],
            whole=trail.whole,
            deliveries=[SentView.of(one) for one in trail.deliveries],
        )


def _at(ns: int | None) -> datetime | None:
    return moment(ns) if ns else None


@router.get("/search", responses=problems(SearchTooShort))
async def search(
    _caller: House,
    parts: PartsDep,
    q: Annotated[
        str,
        Query(
            max_length=200,
            description="An id, a phone's last four digits, a merchant's name, an amount, an account number, "
            "a merchant's own number",
        ),
    ],
) -> HitList:
    """Find anything from whatever one has of it."""
    found = await parts.console.search.find(q)
    return HitList(items=[HitView.of(hit) for hit in found.hits], more=found.more)


@router.get("/trades/{trade_id}/trail", responses=problems(TradeNotFound))
async def read_trail(trade_id: Id, _caller: House, parts: PartsDep) -> TrailView:
    """Everything that happened to a trade: its states with their times, its transfers with the accounts'
    names, its events with who caused them, their deliveries."""
    return TrailView.of(await parts.console.trails.of(trade_id))
