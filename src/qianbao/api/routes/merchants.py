"""Merchants: one signs up once and is paid by every brand."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from qianbao.api.deps import (
    CursorText,
    IdempotencyKey,
    PageSize,
    PartsDep,
    allowed,
    anybody,
    command,
    cursor_made,
)
from qianbao.api.fields import (
    BankAccount,
    Body,
    DeviceBody,
    Login,
    Mcc,
    Name,
    Password,
    place_of,
)
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.api.routes.sessions import SessionView, admitted
from qianbao.api.routes.stores import Readers, StoreRequest, StoreView, TillView, page_after, sees
from qianbao.clock import rfc3339
from qianbao.credentials import joining
from qianbao.credentials.errors import LoginTaken, PasswordWeak
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.rate import TooManyTries
from qianbao.ids import Id
from qianbao.parties import errors
from qianbao.parties.models import FrozenBy, Merchant, PartyState
from qianbao.parties.opening import Opened
from qianbao.payments.counter import service as counters
from qianbao.payments.counter.models import CounterKind

router = APIRouter(tags=["merchants"])


class ShopRequest(Body):
    """A merchant and its first store. The number of the bank account is never shown again but for its end."""

    name: Name
    mcc: Mcc
    store: StoreRequest
    settlement_bank: Name | None = None
    settlement_account: BankAccount | None = None

    def shop(self) -> joining.Shop:
        """The shop as it is asked for."""
        return joining.Shop(
            name=self.name,
            mcc=self.mcc,
            store_name=self.store.name,
            city=self.store.city,
            city_tier=self.store.city_tier,
            longitude=self.store.longitude,
            latitude=self.store.latitude,
            settlement_bank=self.settlement_bank,
            settlement_account=self.settlement_account,
        )


class ShopAloneRequest(ShopRequest, DeviceBody):
    """A shop that signs up alone, with its owner's login."""

    login: Login
    password: Password


class MerchantView(BaseModel):
    """A merchant; its balance is `GET /accounts/{id}`."""

    id: Id
    name: str
    owner: Id | None
    mcc: str
    rate_bp: int
    """What the merchant pays of each payment, basis points."""
    settlement_bank: str | None
    settlement_account_masked: str | None
    state: PartyState
    frozen_by: FrozenBy | None
    created_at: str

    @classmethod
    def of(cls, merchant: Merchant) -> MerchantView:
        """A merchant as it is shown."""
        return cls(
            id=merchant.id,
            name=merchant.name,
            owner=merchant.owner,
            mcc=merchant.mcc,
            rate_bp=merchant.rate_bp,
            settlement_bank=merchant.settlement_bank,
            settlement_account_masked=merchant.settlement_account_masked,
            state=merchant.state,
            frozen_by=merchant.frozen_by,
            created_at=rfc3339(merchant.created_at),
        )


class ShopView(BaseModel):
    """A merchant with its first store and till."""

    merchant: MerchantView
    store: StoreView
    till: TillView
    number: str
    """What a payer types to pay at the store, from now on."""


class ShopAloneView(ShopView):
    """A shop that signed up alone; its owner is signed in from now on."""

    session: SessionView


class MerchantList(BaseModel):
    """A page of merchants."""

    items: list[MerchantView]
    next_cursor: str | None


SHOP_REFUSALS = (errors.PartyMalformed, errors.UnknownMcc)


def _doors(parts: Parts) -> joining.Doors:
    return joining.Doors(ledger=parts.ledger, brands=parts.brands, kyc=parts.kyc)


@router.post(
    "/merchants",
    status_code=201,
    dependencies=[anybody()],
    responses=problems(*SHOP_REFUSALS, PasswordWeak, LoginTaken, TooManyTries),
)
async def sign_up_shop(
    body: ShopAloneRequest, parts: PartsDep, request: Request, response: Response
) -> ShopAloneView:
    """Sign a shop up alone: the merchant, a store with its number and code, a till and the owner's login;
    paid by every brand."""
    opened, signed = await joining.join_shop(
        parts.credentials,
        _doors(parts),
        place_of(request, body),
        shop=body.shop(),
        login=body.login,
        secret=body.password,
    )
    return ShopAloneView(
        merchant=MerchantView.of(opened.merchants[0]),
        store=StoreView.of(opened.stores[0]),
        till=TillView.of(opened.tills[0]),
        number=await _number(parts, opened, Caller(id=signed.session.holder, role=Role.OWNER)),
        session=admitted(parts, request, response, signed),
    )


@router.post("/me/merchants", status_code=201, responses=problems(*SHOP_REFUSALS, errors.PartyExists))
async def open_merchant(
    body: ShopRequest,
    key: IdempotencyKey,
    caller: Annotated[Caller, allowed(Role.PERSON)],
    parts: PartsDep,
) -> ShopView:
    """Open a shop of the caller's own; they go on as its owner with `POST /sessions/acting`."""
    opened = await joining.open_shop(
        parts.credentials, _doors(parts), id=command(caller, key), owner=caller.id, shop=body.shop()
    )
    return ShopView(
        merchant=MerchantView.of(opened.merchants[0]),
        store=StoreView.of(opened.stores[0]),
        till=TillView.of(opened.tills[0]),
        number=await _number(parts, opened, caller),
    )


async def _number(parts: Parts, opened: Opened, owner: Caller) -> str:
    """The new store's number; its code to print is made with it."""
    (store,) = opened.stores
    owner = replace(owner, role=Role.OWNER, merchant=store.merchant)
    return (await counters.of_store(owner, parts.payments, store=store.id))[CounterKind.NUMBER].token


@router.get("/me/merchants")
async def list_own_merchants(
    caller: Annotated[Caller, allowed(Role.PERSON, Role.OWNER)], parts: PartsDep
) -> MerchantList:
    """The shops that the caller owns as a person."""
    found = await parts.parties.merchants_of(caller.person) if caller.person else []
    return MerchantList(items=[MerchantView.of(one) for one in found], next_cursor=None)


@router.get("/merchants")
async def list_merchants(
    caller: Annotated[Caller, allowed(Role.OPERATOR, Role.AUDITOR)],
    parts: PartsDep,
    cursor: CursorText = None,
    limit: PageSize = 20,
) -> MerchantList:
    """All merchants, for the house."""
    del caller
    found = await parts.parties.merchants(after=page_after(cursor), limit=limit)
    return MerchantList(
        items=[MerchantView.of(merchant) for merchant in found],
        next_cursor=cursor_made(str(found[-1].id)) if len(found) == limit else None,
    )


@router.get("/merchants/{merchant_id}", responses=problems(errors.MerchantUnknown))
async def get_merchant(merchant_id: Id, caller: Readers, parts: PartsDep) -> MerchantView:
    """One merchant, for its own people and programs and for the house."""
    sees(caller, merchant_id)
    return MerchantView.of(await parts.parties.merchant(merchant_id))
