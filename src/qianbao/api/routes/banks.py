"""`/banks`, `/cards`: the banks of this network, which are simulated and say so, and people's cards."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request

from qianbao.api import audit
from qianbao.api.deps import CallerDep, PartsDep, allowed
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.channels import errors
from qianbao.channels.bank import BankDark, Reason
from qianbao.channels.card import service as cards
from qianbao.channels.card.models import Card, CardState
from qianbao.channels.simulator.behaviour import DELAY_MS_MAX, Behaviour, Dark, behave, behaviour_of
from qianbao.clock import moment
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.ids import Id

router = APIRouter(tags=["banks"])

Holder = Annotated[Caller, allowed(Role.PERSON, Role.OWNER, scope=Scope.WITHDRAWALS_WRITE)]


class BankView(BaseModel):
    """A bank that this network works with."""

    name: str
    title: str
    simulated: bool
    """Whether no real money is behind it."""


class BankList(BaseModel):
    """The banks of this network."""

    items: list[BankView]


class BehaviourView(BaseModel):
    """How a simulated bank behaves."""

    delay_ms: int = Field(0, ge=0, le=DELAY_MS_MAX, description="How long it takes to answer")
    late_ms: int = Field(0, ge=0, le=DELAY_MS_MAX, description="How long its decisions stay unknown")
    repeats: int = Field(0, ge=0, le=10, description="How often it tells an answer again")
    dark: Dark | None = Field(None, description="When the line goes dead")
    decline: Reason | None = Field(None, description="Decline everything, for this reason")


class CardRequest(BaseModel):
    """A card to link. Only simulated numbers are taken: 16 to 19 digits from 9900, with a check digit."""

    bank: Annotated[str, Field(min_length=1, max_length=40, examples=["lotus"])]
    number: Annotated[str, Field(min_length=12, max_length=30, examples=["9900000000000010"])]


class CardView(BaseModel):
    """A linked card: a merchant's is its bank account."""

    id: UUID
    bank: str
    number_masked: str
    holder: str
    simulated: bool
    state: CardState
    linked_at: datetime


class CardList(BaseModel):
    """Linked cards, in the order they were linked."""

    items: list[CardView]


@router.get("/banks")
async def list_banks(_caller: CallerDep, parts: PartsDep) -> BankList:
    """The banks of this network."""
    return BankList(
        items=[
            BankView(name=bank.name, title=bank.title, simulated=bank.simulated)
            for bank in parts.channels.banks
        ]
    )


@router.get("/banks/{bank}/behaviour", responses=problems(errors.BankUnknown))
async def get_behaviour(
    bank: str, _caller: Annotated[Caller, allowed(Role.OPERATOR, Role.AUDITOR)], parts: PartsDep
) -> BehaviourView:
    """How a simulated bank behaves now."""
    found = await behaviour_of(parts.db, parts.channels.banks.get(bank).name)
    return BehaviourView.model_validate(found, from_attributes=True)


@router.put("/banks/{bank}/behaviour", responses=problems(errors.BankUnknown))
async def set_behaviour(
    bank: str,
    body: BehaviourView,
    _caller: Annotated[Caller, allowed(Role.OPERATOR)],
    parts: PartsDep,
    request: Request,
) -> BehaviourView:
    """Let a simulated bank behave so from now on: slow, late, silent, declining."""
    name = parts.channels.banks.get(bank).name
    before = BehaviourView.model_validate(await behaviour_of(parts.db, name), from_attributes=True)
    audit.changed(request, before=before.model_dump(), after=body.model_dump())
    await behave(
        parts.db,
        name,
        Behaviour(
            delay_ms=body.delay_ms,
            late_ms=body.late_ms,
            repeats=body.repeats,
            dark=body.dark,
            decline=body.decline,
        ),
    )
    return body


@router.post(
    "/cards",
    status_code=201,
    responses=problems(
        errors.BankUnknown, errors.CardNumberRefused, errors.CardRefused, errors.TooManyCards, BankDark
    ),
)
async def link_card(body: CardRequest, caller: Holder, parts: PartsDep) -> CardView:
    """Link a bank card in the holder's name; the same card again is the same link."""
    owner, holder = await _owner(caller, parts)
    card = await cards.link(
        owner,
        holder,
        db=parts.db,
        clock=parts.clock,
        banks=parts.channels.banks,
        rules=parts.channels.rules,
        bank=body.bank,
        number=body.number,
    )
    return _card(card)


@router.get("/cards")
async def list_cards(caller: Holder, parts: PartsDep) -> CardList:
    """The caller's linked cards."""
    owner, _ = await _owner(caller, parts)
    return CardList(items=[_card(card) for card in await cards.cards_of(parts.db, owner)])


@router.get("/cards/{card_id}", responses=problems(errors.CardUnknown))
async def get_card(card_id: UUID, caller: Holder, parts: PartsDep) -> CardView:
    """One of the caller's cards."""
    owner, _ = await _owner(caller, parts)
    return _card(await cards.one(parts.db, card_id, owner=owner))


@router.delete("/cards/{card_id}", status_code=204, responses=problems(errors.CardUnknown))
async def unlink_card(card_id: UUID, caller: Holder, parts: PartsDep) -> None:
    """Unlink a card; what is under way with it goes on."""
    owner, _ = await _owner(caller, parts)
    await cards.unlink(parts.db, parts.clock, card_id, owner=owner)


async def _owner(caller: Caller, parts: Parts) -> tuple[Id, str]:
    # Whose cards these are, and the name that the bank compares.
    if caller.role is Role.PERSON:
        assert caller.person is not None
        return caller.person, (await parts.parties.person(caller.person)).name
    assert caller.merchant is not None
    return caller.merchant, (await parts.parties.merchant(caller.merchant)).name


def _card(card: Card) -> CardView:
    return CardView(
        id=card.id,
        bank=card.bank,
        number_masked=card.masked,
        holder=card.holder,
        simulated=card.simulated,
        state=card.state,
        linked_at=moment(card.linked),
    )
