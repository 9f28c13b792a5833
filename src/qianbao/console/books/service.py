"""Looking at the books: the zero-sum often, everything every hour and when asked; what is found is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Final

import asyncpg
import msgspec
import structlog

from qianbao.clock import SECOND, Clock
from qianbao.console.books.models import Break, Check, Kind, OwnAccount, State, Sum, Told
from qianbao.console.leading import lead
from qianbao.db import Database, queries
from qianbao.errors import NotFound, QianbaoError
from qianbao.ids import Id, new
from qianbao.ledger import Engine
from qianbao.money import Currency
from qianbao.parties.chart import AccountCode
from qianbao.payments import books as payment_books
from qianbao.social import books as social_books

SQL: Final = queries(__package__ or "qianbao.console.books")
LOCK: Final = 7_166_131
"""The advisory lock of the one who checks."""
TICK_S: Final = 1.0
ZERO_SUM_S: Final = 20
WHOLE_S: Final = 3600
SPARE: Final = 50
"""The check of everything takes at most one part in so many of the time."""
OWN: Final = (
    AccountCode.BANK,
    AccountCode.FEE,
    AccountCode.SUBSIDY,
    AccountCode.CAPITAL,
    AccountCode.SETTLING,
    AccountCode.CONTROL,
)
"""The codes whose accounts are the platform's own and few: each is shown by itself."""
HELD: Final = (AccountCode.BANK, AccountCode.CAPITAL)
OWED: Final = (AccountCode.WALLET, AccountCode.MERCHANT)
WORKER: Final = "worker"

_log = structlog.get_logger("qianbao.books")


class CheckUnknown(NotFound):
    """There is no such check of the books."""

    code = "check_unknown"


class Books:
    """The books as the house sees them."""

    def __init__(self, db: Database, ledger: Engine, names: Mapping[Id, str], clock: Clock) -> None:
        """`names`: of the house's own ledger accounts."""
        self._db = db
        self._ledger = ledger
        self._clock = clock
        self._names = names

    async def latest(self) -> tuple[Check | None, Check | None]:
        """The last zero-sum and the last check of everything. Raises `DatabaseLost`."""
        found = {check.kind: check for check in map(_check, await self._db.rows(SQL["latest"]))}
        return found.get(Kind.ZERO_SUM), found.get(Kind.WHOLE)

    async def recent(self, limit: int = 20) -> list[Check]:
        """The latest checks of everything, newest first. Raises `DatabaseLost`."""
        return [_check(row) for row in await self._db.rows(SQL["list"], limit)]

    async def one(self, id: Id) -> Check:
        """One check. Raises `CheckUnknown`, `DatabaseLost`."""
        row = await self._db.row(SQL["one"], id)
        if row is None:
            raise CheckUnknown(field="check")
        return _check(row)

    async def ask(self, by: str) -> Check:
        """Have everything checked soon; one asked for already is the answer. Raises `DatabaseLost`."""
        row = await self._db.row(SQL["open"])
        if row is not None:
            return _check(row)
        id = new(self._clock.now())
        await self._db.write(SQL["ask"], id, Kind.WHOLE, State.ASKED, self._clock.now(), by)
        return await self.one(id)

    async def run(self) -> None:
        """The worker's loop: check whenever nobody else does, until cancelled."""
        await lead(self._db, LOCK, self._reign)

    async def zero_sum(self) -> Told:
        """The sum of each currency and the platform's own accounts, of one moment. Raises `DatabaseLost`."""
        return summed(await self._db.rows(SQL["accounts"], [int(code) for code in OWN]), self._names)

    async def whole(self) -> Told:
        """Everything, of one moment each for ledger and trades. Raises `DatabaseLost`."""
        ledger = [
            Break(
                kind=f"ledger_{one.problem}".replace(" ", "_"),
                subject=f"{one.account:032x}" if one.account else f"ledger {one.ledger}",
                detail=f"expected {one.expected}, found {one.found}",
            )
            for one in await self._ledger.check()
        ]
        trades = [
            Break(kind=one.kind, subject=str(one.subject), detail=one.detail)
            for one in await payment_books.check(self._db)
        ]
        social = [
            Break(kind=one.kind, subject=str(one.subject), detail=one.detail)
            for one in await social_books.check(self._db)
        ]
        told = await self.zero_sum()
        return msgspec.structs.replace(told, breaks=(*told.breaks, *ledger, *trades, *social))

    async def _reign(self, connection: asyncpg.Connection) -> None:
        gone = msgspec.json.encode(Told(failure="The worker ended in the middle.")).decode()
        await connection.execute(SQL["lost"], self._clock.now(), gone)
        next_zero_sum = next_whole = 0
        while True:
            if (asked := await connection.fetchrow(SQL["take"])) is not None:
                await self._look(connection, asked["id"], Kind.WHOLE)
            now_s = self._clock.now() // SECOND
            if now_s >= next_zero_sum:
                took_s = await self._looked(connection, Kind.ZERO_SUM)
                next_zero_sum = now_s + max(ZERO_SUM_S, round(took_s * SPARE))
            if next_whole == 0:
                next_whole = now_s + WHOLE_S  # a start is busy enough
            if now_s >= next_whole:
                took_s = await self._looked(connection, Kind.WHOLE)
                next_whole = now_s + max(WHOLE_S, round(took_s * SPARE))
            await asyncio.sleep(TICK_S)

    async def _looked(self, connection: asyncpg.Connection, kind: Kind) -> float:
        id = new(self._clock.now())
        await connection.execute(SQL["ask"], id, kind, State.RUNNING, self._clock.now(), WORKER)
        return await self._look(connection, id, kind)

    async def _look(self, connection: asyncpg.Connection, id: Id, kind: Kind) -> float:
        began = time.perf_counter()
        try:
            told = await (self.whole() if kind is Kind.WHOLE else self.zero_sum())
            state, sound = State.DONE, not told.breaks
        except QianbaoError as away:
            told, state, sound = Told(failure=away.detail), State.FAILED, None
        took_s = time.perf_counter() - began
        text = msgspec.json.encode(told).decode()
        await connection.execute(SQL["note"], id, state, self._clock.now(), round(took_s * 1000), sound, text)
        if sound is False:
            _log.error("books_broken", check=str(id), kind=kind, breaks=len(told.breaks))
        await connection.execute(SQL["prune"], id)
        return took_s


def summed(rows: Iterable[asyncpg.Record], names: Mapping[Id, str]) -> Told:
    """What sums of accounts tell: each currency, the house's accounts, and what is off."""
    currencies = {currency.number: currency.letters for currency in Currency}
    by_ledger: dict[int, list[asyncpg.Record]] = {}
    for row in rows:
        by_ledger.setdefault(row["ledger"], []).append(row)
    sums: list[Sum] = []
    accounts: list[OwnAccount] = []
    for ledger, found in by_ledger.items():
        letters = currencies.get(ledger, str(ledger))
        held = sum(row["debits"] - row["credits"] for row in found if row["code"] in HELD)
        owed = sum(row["credits"] - row["debits"] for row in found if row["code"] in OWED)
        figures = {
            name: sum(row[name] for row in found)
            for name in ("debits", "credits", "pending_debits", "pending_credits")
        }
        sums.append(Sum(currency=letters, held=held, owed=owed, **figures))
        accounts += [_own(row, letters, names) for row in found]
    breaks = tuple(
        Break(
            kind="zero_sum",
            subject=one.currency,
            detail=f"debits {one.debits} and {one.pending_debits} pending, "
            f"credits {one.credits} and {one.pending_credits} pending",
        )
        for one in sums
        if not one.zero
    )
    return Told(sums=tuple(sums), accounts=tuple(accounts), breaks=breaks)


def _own(row: asyncpg.Record, letters: str, names: Mapping[Id, str]) -> OwnAccount:
    known = row["code"] in list(AccountCode)
    return OwnAccount(
        id=row["id"],
        code=AccountCode(row["code"]).name.lower() if known else str(row["code"]),
        name=names.get(row["id"], "") if row["id"] is not None else "",
        currency=letters,
        accounts=row["accounts"],
        balance=row["credits"] - row["debits"],
        pending=row["pending_credits"] - row["pending_debits"],
    )


def _check(row: asyncpg.Record) -> Check:
    return Check(
        id=row["id"],
        kind=Kind(row["kind"]),
        state=State(row["state"]),
        asked_at=row["asked_at"],
        asked_by=row["asked_by"],
        done_at=row["done_at"],
        took_ms=row["took_ms"],
        sound=row["sound"],
        told=msgspec.json.decode(row["told"], type=Told),
    )
