"""Personal payments as they stand in the database. Loads by id are gathered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import asyncpg
import msgspec

from qianbao.db import Database, Gather, queries
from qianbao.ids import Id
from qianbao.payments.trade.store import NEWEST, Place
from qianbao.social.payment.models import PersonalPayment, PersonalPaymentState

_SQL: Final = queries(__package__ or "qianbao.social.payment")
PAGE_MAX: Final = 200


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom a person has paid before."""

    wallet: Id
    last: int
    """Nanoseconds: when they were paid last."""
    times: int
    """How often, of the newest two hundred payments."""


class PersonalPayments:
    """Reads of personal payments. Each raises `DatabaseLost` when the database is away."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._by_id: Gather[Id, PersonalPayment] = Gather(self._fetch)

    async def one(self, id: Id) -> PersonalPayment | None:
        """The payment of an id, or None."""
        return await self._by_id.one(id)

    async def of(self, person: Id, *, before: Place = NEWEST, limit: int = 50) -> list[PersonalPayment]:
        """What a person paid and was paid before a place, newest first."""
        rows = await self.db.rows(
            _SQL["personal_payments_of"], person, before[0], before[1], min(limit, PAGE_MAX)
        )
        return [_payment(row) for row in rows]

    async def return_asked_of(self, person: Id, *, limit: int) -> list[PersonalPayment]:
        """What a person was paid and is asked to give back, the last asked first."""
        return [_payment(row) for row in await self.db.rows(_SQL["return_asked_of"], person, limit)]

    async def contacts(self, person: Id, *, limit: int = 20) -> list[Contact]:
        """Whom a person has paid, the last first."""
        rows = await self.db.rows(_SQL["contacts"], person, limit)
        return [Contact(wallet=row["payee"], last=row["last"], times=row["times"]) for row in rows]

    async def _fetch(self, ids: list[Id]) -> Mapping[Id, PersonalPayment]:
        return {row["id"]: _payment(row) for row in await self.db.rows(_SQL["personal_payments"], ids)}


def _payment(row: asyncpg.Record) -> PersonalPayment:
    return PersonalPayment(
        id=row["id"],
        payer=row["payer"],
        payee=row["payee"],
        payer_person=row["payer_person"],
        payee_person=row["payee_person"],
        amount=row["amount"],
        currency=row["currency"],
        note=row["note"],
        state=PersonalPaymentState(row["state"]),
        at=row["at"],
        version=row["version"],
        asked=row["asked"] or 0,
        ended=row["ended"] or 0,
        reason=row["reason"] or "",
    )
