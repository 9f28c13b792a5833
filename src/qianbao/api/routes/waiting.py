"""`/waiting`: what other people ask of the caller and is still open."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import BaseModel

from qianbao.api.deps import PartsDep, allowed
from qianbao.api.routes.collections import CollectionView, collection_view
from qianbao.api.routes.personal_payments import PersonalPaymentView, payment_view
from qianbao.credentials.models import Caller, Role

router = APIRouter(tags=["people to people"])

WAITING_MAX: Final = 20


class Waiting(BaseModel):
    """What waits for the caller: at most twenty of each, the last asked first."""

    returns: list[PersonalPaymentView]
    """Paid to the caller, and asked back: to be given back or declined."""
    collections: list[CollectionView]
    """Bills that ask the caller by name and that they have not paid."""


@router.get("/waiting")
async def list_waiting(caller: Annotated[Caller, allowed(Role.PERSON)], parts: PartsDep) -> Waiting:
    """What other people ask of the caller: money back that was paid to the wrong one, a part of a bill."""
    assert caller.person is not None, "the route lets only people in"
    social = parts.social
    asked, unpaid = await asyncio.gather(
        social.personal.return_asked_of(caller.person, limit=WAITING_MAX),
        social.collections.unpaid_of(caller.person, limit=WAITING_MAX),
    )
    returns, collections = await asyncio.gather(
        asyncio.gather(*(payment_view(caller, parts, one) for one in asked)),
        asyncio.gather(*(collection_view(caller, parts, one) for one in unpaid)),
    )
    return Waiting(returns=list(returns), collections=list(collections))
