"""Red packets: sent, opened, emptied, returned; each person once, the sum exact."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from qianbao.errors import QianbaoError
from qianbao.ids import Id
from qianbao.journal import CommandReused
from qianbao.journal.errors import NotEnough
from qianbao.parties.models import FrozenBy, KycClass, PartyKind
from qianbao.parties.service import freeze, unfreeze
from qianbao.payments.trade.errors import PinRequired
from qianbao.social import books
from qianbao.social.packet import ending, service
from qianbao.social.packet.errors import (
    RedPacketClosed,
    RedPacketEmpty,
    RedPacketOver,
    RedPacketsTooMany,
    RedPacketUnknown,
)
from qianbao.social.packet.models import RedPacketKind, RedPacketState
from qianbao.social.room import Social
from tests.social.conftest import PIN, RICH, Square, social_on

DAY = 86_400


@pytest.fixture(autouse=True)
async def the_books_are_right(square: Square) -> None:
    """Before each test, and so after the one before it."""
    assert await books.check(square.db) == []
    assert await square.town.room.ledger.check() == []


async def grabbed(square: Square, packet: Id, *, room: Social | None = None) -> int:
    """What somebody new got."""
    person, wallet = await square.someone(0)
    receipt = await service.grab(
        person, room or square.room, command=square.key(), packet=packet, wallet=wallet
    )
    assert await square.balance(wallet) == receipt.result["amount"]
    return int(receipt.result["amount"])


async def all_ended(square: Square) -> None:
    """No packet of an earlier test is open any more."""
    square.clock.advance(DAY)
    await ending.expire(square.room)


async def test_a_lucky_packet_is_emptied_share_by_share(square: Square) -> None:
    packet, sender, wallet = await square.packet(88_88, 8)
    assert await square.balance(wallet) == RICH
    assert await square.balance(packet) == 88_88

    shares = [await grabbed(square, packet) for _ in range(8)]

    assert sum(shares) == 88_88
    assert await square.balance(packet) == 0
    found = await service.one(square.room, packet)
    assert (found.state, found.taken, found.given) == (RedPacketState.EMPTIED, 8, 88_88)
    got = await service.grabs(sender, square.room, packet)
    assert [grab.amount for grab in got] == shares
    assert [grab.position for grab in got] == list(range(1, 9))
    assert got[found.best_position - 1].amount == max(shares)
    assert shares.index(max(shares)) == found.best_position - 1
    late, late_wallet = await square.someone(0)
    with pytest.raises(RedPacketEmpty):
        await service.grab(late, square.room, command=square.key(), packet=packet, wallet=late_wallet)
    with pytest.raises(RedPacketEmpty):  # and from memory
        await service.grab(late, square.room, command=square.key(), packet=packet, wallet=late_wallet)


async def test_an_equal_packet_gives_everybody_the_same(square: Square) -> None:
    packet, _, _ = await square.packet(6_66 * 3, 3, RedPacketKind.EQUAL)
    assert [await grabbed(square, packet) for _ in range(3)] == [6_66] * 3


async def test_shares_over_several_rows_are_given_as_they_were_drawn(square: Square) -> None:
    packet, _, _ = await square.packet(500_00, 401)
    rows = await square.db.rows(
        "SELECT first, amounts FROM red_packet_share WHERE packet = $1 ORDER BY first", packet
    )
    assert [(row["first"], len(row["amounts"])) for row in rows] == [(1, 200), (201, 200), (401, 1)]
    drawn = [amount for row in rows for amount in row["amounts"]]
    assert sum(drawn) == 500_00
    people = [await square.someone(0) for _ in range(401)]
    await asyncio.gather(
        *(
            service.grab(who, square.room, command=square.key(), packet=packet, wallet=into)
            for who, into in people
        )
    )
    given = await square.db.rows(
        "SELECT amount FROM red_packet_grab WHERE packet = $1 ORDER BY position", packet
    )
    assert [row["amount"] for row in given] == drawn


async def test_who_opens_twice_is_told_the_same_share_again(square: Square) -> None:
    packet, _, _ = await square.packet(10_00, 3)
    person, wallet = await square.someone(0)
    key = square.key()
    first = await service.grab(person, square.room, command=key, packet=packet, wallet=wallet)
    again = await service.grab(person, square.room, command=key, packet=packet, wallet=wallet)
    other = await service.grab(person, square.room, command=square.key(), packet=packet, wallet=wallet)
    second = await square.second_wallet(person)
    elsewhere = await service.grab(person, square.room, command=square.key(), packet=packet, wallet=second)
    assert not first.replayed
    assert all(one.replayed for one in (again, other, elsewhere))
    assert first.result == again.result == other.result == elsewhere.result
    assert await square.balance(wallet) == first.result["amount"]
    with pytest.raises(CommandReused):
        await service.grab(person, square.room, command=key, packet=packet, wallet=second)


@pytest.mark.parametrize("over", ["no", "emptied", "expired"])
async def test_a_share_asked_for_again_is_claimed_by_its_key(square: Square, over: str) -> None:
    packet, _, _ = await square.packet(10_00, 1 if over == "emptied" else 2)
    person, wallet = await square.someone(0)
    second = await square.second_wallet(person)
    first = await service.grab(person, square.room, command=square.key(), packet=packet, wallet=wallet)
    if over == "emptied":
        late, into = await square.someone(0)
        with pytest.raises(RedPacketEmpty):  # and the process remembers it
            await service.grab(late, square.room, command=square.key(), packet=packet, wallet=into)
    if over == "expired":
        square.clock.advance(DAY)
        await ending.expire(square.room)
    for room in (square.room, square.other):
        key = square.key()
        for _ in range(2):
            again = await service.grab(person, room, command=key, packet=packet, wallet=wallet)
            assert (again.result, again.replayed) == (first.result, True)
        with pytest.raises(CommandReused):
            await service.grab(person, room, command=key, packet=packet, wallet=second)
    assert await square.balance(wallet) == first.result["amount"]
    assert await square.balance(second) == 0


async def test_a_packet_of_one_brand_is_opened_into_a_wallet_of_the_other(square: Square) -> None:
    packet, _, _ = await square.packet(5_00, 1)
    person, _ = await square.someone(0)
    handle_wallet = await square.second_wallet(person)
    receipt = await service.grab(
        person, square.room, command=square.key(), packet=packet, wallet=handle_wallet
    )
    assert receipt.result["amount"] == await square.balance(handle_wallet) == 5_00


async def test_the_sender_may_open_their_own(square: Square) -> None:
    packet, sender, wallet = await square.packet(5_00, 1)
    await service.grab(sender, square.room, command=square.key(), packet=packet, wallet=wallet)
    assert await square.balance(wallet) == RICH + 5_00


async def test_what_is_left_after_a_day_goes_back_once(square: Square) -> None:
    await all_ended(square)
    packet, sender, wallet = await square.packet(30_00, 5)
    gone = await grabbed(square, packet) + await grabbed(square, packet)
    square.clock.advance(DAY - 1)
    assert (await ending.expire(square.room)).returned == 0
    square.clock.advance(1)
    with pytest.raises(RedPacketOver):
        await grabbed(square, packet)
    swept = await asyncio.gather(*(ending.expire(room) for room in (square.room, square.other) * 3))
    assert sum(one.returned for one in swept) == 1
    assert await square.balance(wallet) == RICH + 30_00 - gone
    assert await square.balance(packet) == 0
    found = await service.one(square.room, packet)
    assert (found.state, found.returned, found.given) == (RedPacketState.EXPIRED, 30_00 - gone, gone)
    with pytest.raises(RedPacketOver):
        await grabbed(square, packet)
    (told,) = await square.db.rows(
        "SELECT data FROM command WHERE subject = $1 AND type = 'red_packet.expired'", packet
    )
    assert f'"amount":{30_00 - gone}' in told["data"]
    assert len(await service.grabs(sender, square.room, packet)) == 2


async def test_the_rest_waits_while_the_sender_is_frozen(square: Square) -> None:
    await all_ended(square)
    packet, sender, wallet = await square.packet(9_00, 3)

    async def change(how: Callable[..., Any]) -> None:
        await how(
            sender.id, parties=square.town.room.parties, journal=square.town.room.journal,
            command=square.key(), kind=PartyKind.WALLET, account=wallet, by=FrozenBy.HOUSE, reason="test",
        )  # fmt: skip

    await change(freeze)
    square.clock.advance(DAY)
    assert (await ending.expire(square.room)).returned == 0
    found = await service.one(square.room, packet)
    assert (found.state, found.returned, found.ended) == (RedPacketState.OPEN, 0, 0)
    assert (await ending.expire(square.room)).returned == 0
    await change(unfreeze)
    assert (await ending.expire(square.room)).returned == 0, "not before its next try"
    square.clock.advance(3600)
    assert (await ending.expire(square.room)).returned == 1
    assert await square.balance(wallet) == RICH + 9_00


async def test_a_share_that_a_frozen_wallet_could_not_take_is_the_next_ones(square: Square) -> None:
    packet, _, _ = await square.packet(10_00, 3)
    person, wallet = await square.someone(0)
    await freeze(
        person.id, parties=square.town.room.parties, journal=square.town.room.journal, command=square.key(),
        kind=PartyKind.WALLET, account=wallet, by=FrozenBy.HOLDER, reason="lost",
    )  # fmt: skip
    others = [await square.someone(0) for _ in range(3)]
    results = await asyncio.gather(
        *(
            service.grab(who, square.room, command=square.key(), packet=packet, wallet=into)
            for who, into in ((person, wallet), *others)
        ),
        return_exceptions=True,
    )
    assert isinstance(results[0], QianbaoError)
    assert results[0].code == "payee_frozen"
    shares = [one.result["amount"] for one in results[1:] if not isinstance(one, BaseException)]
    assert (len(shares), sum(shares)) == (3, 10_00)
    assert (await service.one(square.room, packet)).state is RedPacketState.EMPTIED
    assert await service.own_share(person, square.room, packet) is None


async def test_the_pin_is_asked_as_for_any_payment(square: Square) -> None:
    sender, wallet = await square.someone(1_000_00)
    for amount, pin, code in ((200_01, None, "pin_required"), (200_00, "000000", "pin_wrong")):
        with pytest.raises(QianbaoError) as refused:
            await service.fund(
                sender, square.room, command=square.key(), wallet=wallet, kind=RedPacketKind.LUCKY,
                amount=amount, count=10, pin=pin,
            )  # fmt: skip
        assert refused.value.code == code
    for n in range(6):  # five small ones a day go without
        small = service.fund(
            sender, square.room, command=square.key(), wallet=wallet, kind=RedPacketKind.LUCKY, amount=1,
            count=1,
        )  # fmt: skip
        if n < 5:
            await small
        else:
            with pytest.raises(PinRequired):
                await small


async def test_the_senders_class_and_balance_bound_it(square: Square) -> None:
    poor, wallet = await square.someone(5_00)
    fund: dict[str, Any] = {"kind": RedPacketKind.EQUAL, "count": 2, "pin": PIN}
    with pytest.raises(NotEnough):
        await service.fund(poor, square.room, command=square.key(), wallet=wallet, amount=6_00, **fund)
    assert await service.sent(poor, square.room) == []
    weak, weak_wallet = await square.someone(3_000_00, kyc=KycClass.I)
    with pytest.raises(QianbaoError) as refused:
        await service.fund(
            weak, square.room, command=square.key(), wallet=weak_wallet, amount=1_000_02,
            kind=RedPacketKind.LUCKY, count=10, pin=PIN,
        )  # fmt: skip
    assert refused.value.code == "day_limit_exceeded"


async def test_a_person_sends_so_many_a_day(square: Square) -> None:
    strict = social_on(square.db, square.town.room, red_packet_day_count=3)
    sender, wallet = await square.someone(100_00)

    async def send() -> str:
        try:
            await service.fund(
                sender, strict, command=square.key(), wallet=wallet, kind=RedPacketKind.LUCKY, amount=2,
                count=1, pin=PIN,
            )  # fmt: skip
        except RedPacketsTooMany:
            return "too many"
        return "sent"

    first = await asyncio.gather(*(send() for _ in range(8)))
    assert sorted(first) == ["sent"] * 3 + ["too many"] * 5
    square.clock.advance(DAY)
    assert await send() == "sent"


async def test_a_repeat_of_a_funding_is_one_packet(square: Square) -> None:
    sender, wallet = await square.someone(100_00)
    key = square.key()
    asked: dict[str, Any] = {
        "command": key, "wallet": wallet, "kind": RedPacketKind.LUCKY, "amount": 9_00, "count": 3, "pin": PIN,
    }  # fmt: skip
    first = await service.fund(sender, square.room, **asked)
    again = await service.fund(sender, square.other, **asked)
    assert (first.result, again.replayed) == (again.result, True)
    assert len(await service.sent(sender, square.room)) == 1
    other: dict[str, Any] = asked | {"count": 4}
    with pytest.raises(CommandReused):
        await service.fund(sender, square.room, **other)
    assert await square.balance(wallet) == 91_00


async def test_who_got_what_is_shown_to_those_within(square: Square) -> None:
    packet, sender, _ = await square.packet(9_00, 3)
    stranger, wallet = await square.someone(0)
    with pytest.raises(RedPacketClosed):
        await service.grabs(stranger, square.room, packet)
    assert await service.grabs(sender, square.room, packet) == []
    await service.grab(stranger, square.room, command=square.key(), packet=packet, wallet=wallet)
    assert len(await service.grabs(stranger, square.room, packet)) == 1
    (mine,) = await service.received(stranger, square.room)
    assert mine.packet == packet
    with pytest.raises(RedPacketUnknown):
        await service.one(square.room, square.key())
    with pytest.raises(RedPacketUnknown):
        await service.grab(stranger, square.room, command=square.key(), packet=square.key(), wallet=wallet)


async def test_packets_of_many_kinds_come_out_even(square: Square) -> None:
    random = Random(11)
    for _ in range(6):
        count = random.randint(1, 6)
        amount = count * random.randint(1, 20_00)
        kind = random.choice(list(RedPacketKind))
        packet, _, wallet = await square.packet(amount, count, kind)
        taken = random.randint(0, count)
        got = [await grabbed(square, packet) for _ in range(taken)]
        square.clock.advance(DAY)
        await ending.expire(square.room)
        assert await square.balance(wallet) == RICH + amount - sum(got)
        assert await square.balance(packet) == 0
