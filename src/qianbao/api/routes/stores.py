"""A merchant's stores and their tills."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from qianbao.api.deps import (
    CursorText,
    IdempotencyKey,
    PageSize,
    PartsDep,
    allowed,
    command,
    cursor_made,
    cursor_read,
)
from qianbao.api.fields import (
    Body,
    Latitude,
    Longitude,
    Name,
    TillName,
)
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.credentials.errors import NotYours
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.credentials.staff import demand_acts_for
from qianbao.ids import NONE, Id, parse
from qianbao.parties import errors
from qianbao.parties.models import CityTier, Store, Till
from qianbao.parties.opening import open_many
from qianbao.parties.requests import NewStore, NewTill

router = APIRouter(tags=["merchants"])

Readers = Annotated[
    Caller,
    allowed(
        Role.OWNER,
        Role.SUPERVISOR,
        Role.CASHIER,
        Role.OPERATOR,
        Role.AUDITOR,
        scope=Scope.TRADES_READ,
    ),
]
Managers = Annotated[Caller, allowed(Role.OWNER, Role.OPERATOR)]


class StoreRequest(Body):
    """A store: a place where the merchant sells. Longitude and latitude: both or neither."""

    name: Name
    city: Name
    city_tier: CityTier
    longitude: Longitude | None = None
    latitude: Latitude | None = None


class TillRequest(Body):
    """A till; its name is unique within the store."""

    name: TillName


class StoreView(BaseModel):
    """A store."""

    id: Id
    merchant: Id
    name: str
    city: str
    city_tier: CityTier
    longitude: float | None
    latitude: float | None

    @classmethod
    def of(cls, store: Store) -> StoreView:
        """A store as it is shown."""
        return cls(
            id=store.id,
            merchant=store.merchant,
            name=store.name,
            city=store.city,
            city_tier=store.city_tier,
            longitude=store.longitude,
            latitude=store.latitude,
        )


class TillView(BaseModel):
    """A till of a store."""

    id: Id
    store: Id
    name: str

    @classmethod
    def of(cls, till: Till) -> TillView:
        """A till as it is shown."""
        return cls(id=till.id, store=till.store, name=till.name)


class StoreList(BaseModel):
    """A page of a merchant's stores."""

    items: list[StoreView]
    next_cursor: str | None


class TillList(BaseModel):
    """A store's tills."""

    items: list[TillView]


def sees(caller: Caller, merchant: Id) -> None:
    """Only the house and the merchant's own. Raises `MerchantUnknown`."""
    if caller.role not in (Role.OPERATOR, Role.AUDITOR) and caller.merchant != merchant:
        raise errors.MerchantUnknown()


async def _store(parts: Parts, caller: Caller, store_id: Id) -> Store:
    store = await parts.parties.store(store_id)
    if caller.role not in (Role.OPERATOR, Role.AUDITOR) and caller.merchant != store.merchant:
        raise errors.StoreUnknown()
    return store


def page_after(cursor: str | None) -> Id:
    """The id after which a page begins. Raises `CursorMalformed`, `IdMalformed`."""
    after = cursor_read(cursor, tuple[str])
    return NONE if after is None else parse(after[0], field="cursor")


@router.get("/merchants/{merchant_id}/stores", responses=problems(errors.MerchantUnknown))
async def list_stores(
    merchant_id: Id, caller: Readers, parts: PartsDep, cursor: CursorText = None, limit: PageSize = 20
) -> StoreList:
    """A merchant's stores."""
    sees(caller, merchant_id)
    found = await parts.parties.stores_of(merchant_id, after=page_after(cursor), limit=limit)
    return StoreList(
        items=[StoreView.of(store) for store in found],
        next_cursor=cursor_made(str(found[-1].id)) if len(found) == limit else None,
    )


@router.post(
    "/merchants/{merchant_id}/stores",
    status_code=201,
    responses=problems(errors.PartyMalformed, errors.MerchantUnknown, errors.PartyExists, NotYours),
)
async def open_store(
    merchant_id: Id, body: StoreRequest, key: IdempotencyKey, caller: Managers, parts: PartsDep
) -> StoreView:
    """Open another store of a merchant."""
    demand_acts_for(caller, merchant_id)
    new = NewStore(
        id=command(caller, key),
        merchant=merchant_id,
        name=body.name,
        city=body.city,
        city_tier=body.city_tier,
        longitude=body.longitude,
        latitude=body.latitude,
    )
    opened = await open_many(
        parties=parts.parties,
        ledger=parts.ledger,
        brands=parts.brands,
        kyc=parts.kyc,
        clock=parts.clock,
        stores=[new],
    )
    return StoreView.of(opened.stores[0])


@router.get("/stores/{store_id}/tills", responses=problems(errors.StoreUnknown))
async def list_tills(store_id: Id, caller: Readers, parts: PartsDep) -> TillList:
    """A store's tills."""
    store = await _store(parts, caller, store_id)
    return TillList(items=[TillView.of(till) for till in await parts.parties.tills_of(store.id)])


@router.post(
    "/stores/{store_id}/tills",
    status_code=201,
    responses=problems(errors.PartyMalformed, errors.StoreUnknown, errors.TillExists, errors.PartyExists),
)
async def open_till(
    store_id: Id, body: TillRequest, key: IdempotencyKey, caller: Managers, parts: PartsDep
) -> TillView:
    """Add a till to a store."""
    store = await _store(parts, caller, store_id)
    opened = await open_many(
        parties=parts.parties,
        ledger=parts.ledger,
        brands=parts.brands,
        kyc=parts.kyc,
        clock=parts.clock,
        tills=[NewTill(id=command(caller, key), store=store.id, name=body.name)],
    )
    return TillView.of(opened.tills[0])
