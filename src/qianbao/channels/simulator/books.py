"""The simulated bank's own books: accounts and entries, durable, each reference once."""

from __future__ import annotations

from typing import Final

import asyncpg

from qianbao.channels.bank import Answer, Declined, Done, Instruction, Linked, Reason, Underway, Unseen
from qianbao.clock import Clock
from qianbao.db import Database, queries
from qianbao.ids import Id, derive, of_int

SQL: Final = queries(__package__ or "")
_SCOPE: Final = of_int(0x7166_104B_0000_7000_8000_0000_0000_0002)


class Books:
    """One bank's books."""

    def __init__(self, db: Database, clock: Clock, *, bank: str, opening_balance: int) -> None:
        self._db = db
        self._clock = clock
        self._bank = bank
        self._opening_balance = opening_balance

    async def link(self, number: str, holder: str) -> Linked | Declined:
        """The account of a number, opened for this holder if it is new."""
        token = derive(_SCOPE, f"{self._bank}:{number}").hex
        await self._db.write(SQL["open_account"], token, self._bank, number, holder, self._opening_balance)
        row = await self._db.row(SQL["account"], self._bank, number)
        assert row is not None
        if row["closed"]:
            return Declined(reason=Reason.CARD_CLOSED)
        if row["holder"] != holder:
            return Declined(reason=Reason.HOLDER_DIFFERS)
        return Linked(token=row["token"], last4=number[-4:])

    async def balance(self, token: str) -> int | None:
        """What stands on an account, or None."""
        row = await self._db.row(SQL["balance"], token)
        return None if row is None else row["balance"]

    async def close(self, token: str, *, closed: bool = True) -> None:
        """Close an account, or open it again."""
        await self._db.write(SQL["close"], token, closed)

    async def enter(self, way: str, asked: Instruction, *, late_ms: int, decline: Reason | None) -> Answer:
        """Decide an instruction, once: a reference that stands is answered as it was."""
        now = self._clock.now()
        async with self._db.transaction() as connection:
            account = await connection.fetchrow(SQL["lock_account"], asked.token)
            entered = await connection.fetchrow(SQL["entry"], self._bank, asked.reference)
            if entered is None:
                reason = self._reason(way, asked, account, now, decline)
                entered = await connection.fetchrow(
                    SQL["enter"],
                    self._bank,
                    asked.reference,
                    way,
                    asked.token,
                    asked.amount,
                    asked.currency,
                    reason,
                    now,
                    now + late_ms * 1_000_000,
                )
                if entered is not None and reason is None:
                    signed = asked.amount if way == "push" else -asked.amount
                    await connection.execute(SQL["move"], asked.token, signed)
        row = await self._entry(asked.reference)
        assert row is not None
        stands = (row["way"], row["token"], row["amount"], row["currency"])
        if stands != (way, asked.token, asked.amount, asked.currency):
            return Declined(reason=Reason.REFERENCE_REUSED)
        return self._answer(row)

    async def query(self, reference: Id) -> Answer | Unseen:
        """What the books say of a reference."""
        row = await self._entry(reference)
        return Unseen() if row is None else self._answer(row)

    async def _entry(self, reference: Id) -> asyncpg.Record | None:
        return await self._db.row(SQL["entry"], self._bank, reference)

    def _answer(self, row: asyncpg.Record) -> Answer:
        if row["known"] > self._clock.now():
            return Underway()
        if row["reason"] is not None:
            return Declined(reason=Reason(row["reason"]))
        return Done(bank_reference=f"{self._bank.upper()}-{row['number']:010d}")

    @staticmethod
    def _reason(
        way: str, asked: Instruction, account: asyncpg.Record | None, now: int, decline: Reason | None
    ) -> Reason | None:
        if now > asked.valid_until:
            return Reason.EXPIRED
        if account is None:
            return Reason.CARD_UNKNOWN
        if account["closed"]:
            return Reason.CARD_CLOSED
        if decline is not None:
            return decline
        if way == "pull" and account["balance"] < asked.amount:
            return Reason.INSUFFICIENT_FUNDS
        return None
