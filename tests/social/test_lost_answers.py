"""A social command whose answer is lost: it says where to ask, and the same one again pays nobody twice."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest

from qianbao.db import connect
from qianbao.errors import OutcomeUnknown
from qianbao.ids import Id, parse
from qianbao.journal import Journal, Receipt
from qianbao.social import books
from qianbao.social.collection import service as collections
from qianbao.social.packet import service as packets
from qianbao.social.packet.models import RedPacketKind
from qianbao.social.payment import service as personal
from qianbao.social.room import Social
from tests.social.conftest import PIN, RICH, Square

NAME: Final = ".s.PGSQL.5432"


@dataclass(frozen=True)
class Deed:
    """One command: how it is sent, where to ask after it, and what the wallets have once it is done."""

    send: Callable[[Social, Id], Awaitable[Receipt]]
    ask: str
    then: dict[Id, int]


async def paying(square: Square) -> Deed:
    """A person pays another."""
    (payer, wallet), (_, other) = await square.someone(), await square.someone(0)
    return Deed(
        lambda room, key: personal.send(
            payer, room, command=key, wallet=wallet, payee=other, amount=5_00, pin=PIN
        ),
        "/api/v1/personal-payments/",
        {wallet: RICH - 5_00, other: 5_00},
    )


async def giving_back(square: Square) -> Deed:
    """Somebody gives back what they were paid."""
    (payer, wallet), (payee, other) = await square.someone(), await square.someone(0)
    paid = square.key()
    await personal.send(payer, square.room, command=paid, wallet=wallet, payee=other, amount=5_00)
    await personal.ask_back(payer, square.room, command=square.key(), payment=paid, reason="not you")
    return Deed(
        lambda room, key: personal.give_back(payee, room, command=key, payment=paid, pin=PIN),
        "/api/v1/personal-payments/",
        {wallet: RICH, other: 0},
    )


async def funding(square: Square) -> Deed:
    """Somebody sends a red packet."""
    sender, wallet = await square.someone()
    return Deed(
        lambda room, key: packets.fund(
            sender,
            room,
            command=key,
            wallet=wallet,
            kind=RedPacketKind.LUCKY,
            amount=30_00,
            count=3,
            pin=PIN,
        ),
        "/api/v1/red-packets/",
        {wallet: RICH - 30_00},
    )


async def opening(square: Square) -> Deed:
    """Somebody opens one."""
    packet, _, _ = await square.packet(30_00, 1)
    person, wallet = await square.someone(0)
    return Deed(
        lambda room, key: packets.grab(person, room, command=key, packet=packet, wallet=wallet),
        "/api/v1/red-packets/",
        {wallet: 30_00, packet: 0},
    )


async def sharing(square: Square) -> Deed:
    """Somebody pays their part of a bill."""
    (collector, into), (person, wallet) = await square.someone(0), await square.someone()
    made = await collections.create(
        collector, square.room, command=square.key(), wallet=into, title="tea", each=6_00, people=3
    )
    bill = parse(made.result["id"])
    return Deed(
        lambda room, key: collections.pay(person, room, command=key, collection=bill, wallet=wallet, pin=PIN),
        "/api/v1/collections/",
        {wallet: RICH - 6_00, into: 6_00},
    )


DEEDS = pytest.mark.parametrize("deed", [paying, giving_back, funding, opening, sharing])
Making = Callable[[Square], Awaitable[Deed]]


async def stand(square: Square, deed: Deed) -> dict[Id, int]:
    """What the wallets of a deed have now."""
    return {account: await square.balance(account) for account in deed.then}


async def right(square: Square) -> None:
    """Everything social fits the ledger, and the ledger itself."""
    assert await books.check(square.db) == []
    assert await square.town.room.ledger.check() == []


@contextlib.asynccontextmanager
async def unheard(square: Square) -> AsyncGenerator[Social]:
    """The social room over a line that breaks once the database has answered, before anybody hears it."""
    payments, dead = square.other.payments, False

    async def carry(read: asyncio.StreamReader, write: asyncio.StreamWriter, *, answers: bool) -> None:
        with contextlib.suppress(ConnectionError):
            while (sent := await read.read(65_536)) and not (answers and dead):
                write.write(sent)
        write.close()

    async def relay(read: asyncio.StreamReader, write: asyncio.StreamWriter) -> None:
        down, up = await asyncio.open_unix_connection(stands / NAME)
        await asyncio.gather(carry(read, up, answers=False), carry(down, write, answers=True))

    [stands] = (Path(folder) for folder in parse_qs(urlsplit(square.db.url).query)["host"])
    with tempfile.TemporaryDirectory() as between:
        server = await asyncio.start_unix_server(relay, Path(between) / NAME)
        db = await connect(square.db.url.replace(quote(str(stands), safe=""), quote(between, safe="")))
        assert between in unquote(db.url)
        journal = Journal(db, clock=square.clock, lanes=1)
        room = replace(square.other, payments=replace(payments, journal=journal))
        person, wallet = await square.someone()
        await personal.send(  # the line is open
            person, room, command=square.key(), wallet=wallet, payee=(await square.someone(0))[1], amount=1_00
        )
        dead = True
        yield room
        await journal.close()
        await db.close()
        server.close()


@DEEDS
async def test_a_line_lost_before_the_commit_says_where_to_ask_and_the_repeat_does_it(
    square: Square, deed: Making
) -> None:
    made, key = await deed(square), square.key()
    before = await stand(square, made)
    async with square.db.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT id FROM account WHERE id = ANY ($1) FOR UPDATE", list(made.then))
        sending = asyncio.ensure_future(made.send(square.other, key))
        blocked = None
        while blocked is None:
            await asyncio.sleep(0.01)
            blocked = await connection.fetchval(
                "SELECT pid FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
        await connection.execute("SELECT pg_terminate_backend($1)", blocked)
        with pytest.raises(OutcomeUnknown) as lost:
            await sending
    assert (lost.value.ask or "").startswith(made.ask)
    assert await stand(square, made) == before
    assert not (await made.send(square.other, key)).replayed
    assert await stand(square, made) == made.then
    await right(square)


@DEEDS
async def test_an_answer_lost_after_the_commit_is_given_again_and_nobody_pays_twice(
    square: Square, deed: Making
) -> None:
    made, key = await deed(square), square.key()
    async with unheard(square) as room:
        with pytest.raises(OutcomeUnknown) as lost:
            await made.send(room, key)
    assert (lost.value.ask or "").startswith(made.ask)
    for _ in range(2):
        assert (await made.send(square.other, key)).replayed
        assert await stand(square, made) == made.then
    await right(square)
