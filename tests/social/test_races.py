"""Two server processes, many people, one packet or collection: each once, the sum exact, the books right."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable

import pytest

from qianbao.errors import QianbaoError
from qianbao.ids import parse
from qianbao.journal import Receipt
from qianbao.parties.models import FrozenBy, PartyKind
from qianbao.parties.service import freeze
from qianbao.social import books
from qianbao.social.collection import service as collections
from qianbao.social.packet import ending, service
from qianbao.social.packet.models import RedPacketState
from qianbao.social.payment import service as personal
from tests.social.conftest import PIN, RICH, Square

DAY = 86_400


async def outcome(command: Awaitable[Receipt]) -> str:
    """`done`, `again`, or the code of the refusal."""
    try:
        return "again" if (await command).replayed else "done"
    except QianbaoError as refused:
        return refused.code


async def race(*commands: Awaitable[Receipt]) -> Counter[str]:
    """What became of commands that were sent at once."""
    return Counter(await asyncio.gather(*(outcome(command) for command in commands)))


@pytest.fixture(autouse=True)
async def books_are_right(square: Square) -> AsyncIterator[None]:
    """After each race everything fits the ledger."""
    yield
    assert await books.check(square.db) == []
    assert await square.town.room.ledger.check() == []


async def test_one_person_opening_fifty_times_at_once_gets_one_share(square: Square) -> None:
    packet, _, _ = await square.packet(50_00, 50)
    person, wallet = await square.someone(0)
    ends = await race(
        *(
            service.grab(
                person, (square.room, square.other)[n % 2], command=square.key(), packet=packet, wallet=wallet
            )
            for n in range(50)
        )
    )
    assert ends == {"done": 1, "again": 49}
    mine = await service.own_share(person, square.room, packet)
    assert mine is not None
    assert await square.balance(wallet) == mine.amount
    assert (await service.one(square.room, packet)).taken == 1


async def test_the_last_share_goes_to_one_of_many(square: Square) -> None:
    for _ in range(10):
        packet, _, _ = await square.packet(7, 1)
        people = [await square.someone(0) for _ in range(12)]
        ends = await race(
            *(
                service.grab(
                    who, (square.room, square.other)[n % 2], command=square.key(), packet=packet, wallet=into
                )
                for n, (who, into) in enumerate(people)
            )
        )
        assert ends == {"done": 1, "red_packet_empty": 11}
        assert sorted([await square.balance(into) for _, into in people]) == [0] * 11 + [7]


async def test_three_hundred_people_at_two_servers_empty_a_packet_of_two_hundred(square: Square) -> None:
    packet, _, _ = await square.packet(400_00, 200)
    people = [await square.someone(0) for _ in range(300)]
    ends = await race(
        *(
            service.grab(
                who, (square.room, square.other)[n % 2], command=square.key(), packet=packet, wallet=into
            )
            for n, (who, into) in enumerate(people)
        )
    )
    assert ends == {"done": 200, "red_packet_empty": 100}
    assert sum([await square.balance(into) for _, into in people]) == 400_00
    found = await service.one(square.room, packet)
    assert (found.state, found.taken) == (RedPacketState.EMPTIED, 200)
    rows = await square.db.rows(
        "SELECT position FROM red_packet_grab WHERE packet = $1 ORDER BY position", packet
    )
    assert [row["position"] for row in rows] == list(range(1, 201))


async def test_frozen_wallets_in_the_crowd_leave_no_hole(square: Square) -> None:
    packet, _, _ = await square.packet(60_00, 30)
    people = [await square.someone(0) for _ in range(60)]
    for who, into in people[::2]:
        await freeze(
            who.id, parties=square.town.room.parties, journal=square.town.room.journal,
            command=square.key(), kind=PartyKind.WALLET, account=into, by=FrozenBy.HOUSE, reason="race",
        )  # fmt: skip
    ends = await race(
        *(
            service.grab(
                who, (square.room, square.other)[n // 2 % 2], command=square.key(), packet=packet, wallet=into
            )
            for n, (who, into) in enumerate(people)
        )
    )
    assert ends["done"] == 30
    assert ends["payee_frozen"] + ends["red_packet_empty"] == 30
    assert sum([await square.balance(into) for _, into in people]) == 60_00


async def test_a_packet_ends_before_or_after_each_grab(square: Square) -> None:
    for turn in range(12):
        packet, _, wallet = await square.packet(30_00, 10)
        people = [await square.someone(0) for _ in range(8)]
        square.clock.advance(DAY - 1)

        async def sweep(turn: int = turn) -> Receipt:
            await asyncio.sleep(0.002 * (turn % 4))
            square.clock.advance(1)
            await ending.expire(square.other)
            return Receipt(command=square.key(), result={}, at=0)

        grabs = [
            service.grab(who, square.room, command=square.key(), packet=packet, wallet=into)
            for who, into in people
        ]
        ends = await race(sweep(), *grabs)
        assert ends["done"] + ends["red_packet_over"] == 9
        got = sum([await square.balance(into) for _, into in people])
        await ending.expire(square.room)
        assert await square.balance(packet) == 0
        assert await square.balance(wallet) == RICH + 30_00 - got
        assert (await service.one(square.room, packet)).state is RedPacketState.EXPIRED


async def test_one_command_sent_to_two_servers_opens_once(square: Square) -> None:
    packet, _, _ = await square.packet(10_00, 10)
    person, wallet = await square.someone(0)
    key = square.key()
    ends = await race(
        *(
            service.grab(person, room, command=key, packet=packet, wallet=wallet)
            for room in (square.room, square.other) * 4
        )
    )
    assert ends == {"done": 1, "again": 7}


async def test_one_payment_sent_to_two_servers_is_paid_once(square: Square) -> None:
    (payer, wallet), (_, other) = await square.someone(), await square.someone(0)
    key = square.key()
    ends = await race(
        *(
            personal.send(payer, room, command=key, wallet=wallet, payee=other, amount=5_00, pin=PIN)
            for room in (square.room, square.other) * 3
        )
    )
    assert ends == {"done": 1, "again": 5}
    assert await square.balance(other) == 5_00


async def test_a_payment_is_given_back_once_or_kept(square: Square) -> None:
    for turn in range(10):
        (payer, wallet), (payee, other) = await square.someone(), await square.someone(0)
        key = square.key()
        await personal.send(payer, square.room, command=key, wallet=wallet, payee=other, amount=5_00)
        await personal.ask_back(payer, square.room, command=square.key(), payment=key, reason="wrong person")
        commands = [
            personal.give_back(payee, square.room, command=square.key(), payment=key),
            personal.give_back(payee, square.other, command=square.key(), payment=key),
            personal.decline(payee, square.other, command=square.key(), payment=key),
        ]
        ends = await race(*(commands if turn % 2 else reversed(commands)))
        assert ends["done"] in (1, 2), "declined first it may still be given back"
        assert ends["done"] + ends["return_not_possible"] == 3
        assert await square.balance(other) == 0
        assert await square.balance(wallet) == RICH


async def test_places_of_a_collection_are_paid_once_each(square: Square) -> None:
    collector, wallet = await square.someone(0)
    made = await collections.create(
        collector, square.room, command=square.key(), wallet=wallet, title="hotpot", each=33_33, people=10
    )
    collection = parse(made.result["id"])
    people = [await square.someone() for _ in range(15)]
    ends = await race(
        *(
            collections.pay(
                who,
                (square.room, square.other)[n % 2],
                command=square.key(),
                collection=collection,
                wallet=own,
            )
            for n, (who, own) in enumerate(people * 2)
        )
    )
    assert ends["done"] == 10
    assert ends["done"] + ends["collection_over"] + ends["collection_paid_already"] == 30
    assert await square.balance(wallet) == 333_30
    assert sum([await square.balance(own) for _, own in people]) == 15 * RICH - 333_30


async def test_a_collection_is_closed_before_or_after_each_payment(square: Square) -> None:
    for turn in range(10):
        collector, wallet = await square.someone(0)
        made = await collections.create(
            collector, square.room, command=square.key(), wallet=wallet, title="tea", each=1_00, people=5
        )
        collection = parse(made.result["id"])
        people = [await square.someone() for _ in range(4)]
        commands = [
            collections.close(collector, square.other, command=square.key(), collection=collection),
            *(
                collections.pay(who, square.room, command=square.key(), collection=collection, wallet=own)
                for who, own in people
            ),
        ]
        ends = await race(*(commands if turn % 2 else reversed(commands)))
        assert ends["done"] + ends["collection_over"] == 5
        assert await square.balance(wallet) == 1_00 * (ends["done"] - 1)
