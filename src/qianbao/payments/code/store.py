"""Payers' codes as they stand in the database: keyed hashes, looked up by the digits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import asyncpg

from qianbao.clock import SECOND
from qianbao.credentials.keyring import Keyring
from qianbao.db import Database, Gather, queries
from qianbao.ids import Id, of_bytes
from qianbao.payments.code.models import PayerCode
from qianbao.payments.rules import DAY_S
from qianbao.payments.trade.models import Payer

_SQL: Final = queries(__package__ or "qianbao.payments.code")
PURPOSE: Final = "payer-code"


class Codes:
    """Reads and writes of payers' codes. Reads raise `DatabaseLost`, writes `OutcomeUnknown`."""

    def __init__(self, db: Database, *, keyring: Keyring) -> None:
        self.db = db
        self._keyring = keyring
        self._by_id: Gather[Id, PayerCode] = Gather(self._fetch)

    async def find(self, digits: str) -> PayerCode | None:
        """The code of these digits, or None. Also found by the keyring's older secrets, and by a newer one
        than this process has seen: only for what is not found is the keyring's file looked at."""
        known = self._keyring.known(PURPOSE, digits.encode())
        for hashed in known:
            if found := await self._by_id.one(of_bytes(hashed[:16])):
                return found
        for hashed in self._keyring.digests(PURPOSE, digits.encode()):
            if hashed not in known and (found := await self._by_id.one(of_bytes(hashed[:16]))):
                return found
        return None

    async def issue(
        self, digits: str, *, person: Id, payer: Payer, device: Id | None, now: int, expires: int
    ) -> PayerCode:
        """Give a wallet a new code; only its newest unused one before it stays good."""
        code = PayerCode(
            id=of_bytes(self._keyring.digest(PURPOSE, digits.encode())[:16]),
            person=person,
            payer=payer,
            device=device,
            issued=now,
            expires=expires,
        )
        forgotten = now - DAY_S * SECOND
        await self.db.write(
            _SQL["issue"],
            code.id,
            payer.wallet,
            device,
            now,
            expires,
            forgotten,
            person,
            payer.brand,
            payer.pinless_max,
        )
        return code

    async def _fetch(self, ids: list[Id]) -> Mapping[Id, PayerCode]:
        return {row["id"]: _code(row) for row in await self.db.rows(_SQL["codes"], ids)}


def _code(row: asyncpg.Record) -> PayerCode:
    return PayerCode(
        id=row["id"],
        person=row["person"],
        payer=Payer(wallet=row["wallet"], brand=row["brand"], pinless_max=row["pinless_max"]),
        device=row["device"],
        issued=row["issued"],
        expires=row["expires"],
        trade=row["trade"],
    )
