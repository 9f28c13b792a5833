"""Group collections: equal and named, paid by each once, reminded, closed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.credentials.models import Caller
from qianbao.errors import QianbaoError
from qianbao.ids import Id, derive, of_int, parse
from qianbao.journal import CommandReused
from qianbao.payments.trade.models import Command
from qianbao.social import books
from qianbao.social.collection import plans, service
from qianbao.social.collection.errors import (
    CollectionAsksOthers,
    CollectionMalformed,
    CollectionOver,
    CollectionPaidAlready,
    CollectionUnknown,
    NobodyToRemind,
    OwnCollection,
    RemindedLately,
)
from qianbao.social.collection.models import CollectionNew, CollectionState, Member
from qianbao.social.rules import Rules
from tests.payments.conftest import NOON
from tests.social.conftest import PIN, RICH, Square

COMMAND = Command(caller=of_int(1), id=derive(of_int(1), "key"), digest=7)


@given(st.lists(st.integers(1, 500_00), min_size=1, max_size=200))
def test_what_is_asked_is_what_the_parts_come_to(amounts: list[int]) -> None:
    members = [
        Member(person=of_int(100 + n), wallet=of_int(1_000 + n), amount=amount, place=n + 1)
        for n, amount in enumerate(amounts)
    ]
    plan = plans.named(
        COMMAND, collector=of_int(2), person=of_int(3), title="t", members=members, now=NOON,
        rules=Rules(collection_max=10**9),
    )  # fmt: skip
    (step,) = plan.steps
    assert isinstance(step, CollectionNew)
    assert (step.people, step.amount) == (len(amounts), sum(amounts))
    assert plan.transfers == ()


async def equal(square: Square, each: int = 25_00, people: int = 3) -> tuple[Id, Caller, Id]:
    """An open collection, its collector and their wallet."""
    collector, wallet = await square.someone(0)
    made = await service.create(
        collector, square.room, command=square.key(), wallet=wallet, title="火锅 🍲", each=each, people=people
    )
    return parse(made.result["id"]), collector, wallet


async def pay(square: Square, collection: Id, who: tuple[Caller, Id], pin: str | None = None) -> int:
    """Somebody pays their part; what it was."""
    person, wallet = who
    receipt = await service.pay(
        person, square.room, command=square.key(), collection=collection, wallet=wallet, pin=pin
    )
    return int(receipt.result["amount"])


async def told(square: Square, collection: Id, kind: str) -> list[str]:
    """The wallets to which events of a kind were told."""
    rows = await square.db.rows(
        "SELECT data::json ->> 'wallet' AS wallet FROM command"
        " WHERE subject = $1 AND type = $2 AND outcome = 0 AND data::jsonb ? 'wallet'",
        collection,
        kind,
    )
    return sorted(row["wallet"] for row in rows)


async def test_an_equal_collection_is_complete_when_all_places_are_paid(square: Square) -> None:
    collection, collector, wallet = await equal(square)
    people = [await square.someone() for _ in range(3)]
    assert [await pay(square, collection, who) for who in people] == [25_00] * 3
    found, parts = await service.one(collector, square.room, collection)
    assert (found.state, found.paid, found.received) == (CollectionState.COMPLETE, 3, 75_00)
    assert {part.wallet for part in parts} == {own for _, own in people}
    assert await square.balance(wallet) == 75_00
    with pytest.raises(CollectionOver):
        await pay(square, collection, await square.someone())
    with pytest.raises(CollectionPaidAlready):
        await pay(square, collection, people[0])


async def test_named_people_pay_their_own_amounts_and_nobody_else_does(square: Square) -> None:
    collector, wallet = await square.someone(0)
    anna, ben, stranger = [await square.someone(500_00) for _ in range(3)]
    key = square.key()
    asked: dict[str, Any] = {
        "command": key, "wallet": wallet, "title": "Trip", "members": [(anna[1], 12_34), (ben[1], 300_00)],
    }  # fmt: skip
    made = await service.create(collector, square.room, **asked)
    again = await service.create(collector, square.other, **asked)
    assert (again.result, again.replayed) == (made.result, True)
    collection = parse(made.result["id"])
    assert await told(square, collection, "collection.asked") == sorted([str(anna[1]), str(ben[1])])

    assert await pay(square, collection, anna) == 12_34
    with pytest.raises(QianbaoError) as refused:
        await pay(square, collection, ben)
    assert refused.value.code == "pin_required"
    for wrong in (stranger, (collector, wallet)):
        with pytest.raises((CollectionAsksOthers, OwnCollection)):
            await pay(square, collection, wrong)
    with pytest.raises(CollectionUnknown):
        await service.one(stranger[0], square.room, collection)
    found, parts = await service.one(ben[0], square.room, collection)
    assert (found.state, [bool(part.paid) for part in parts]) == (CollectionState.OPEN, [True, False])
    assert await pay(square, collection, ben, PIN) == 300_00
    assert await square.balance(wallet) == 312_34
    ((mine, _),) = await square.room.collections.asked_of(anna[0].id)
    assert (mine.collection, mine.amount) == (collection, 12_34)


async def test_a_person_pays_from_any_of_their_wallets(square: Square) -> None:
    collector, wallet = await square.someone(0)
    anna, named = await square.someone(0)
    second = await square.second_wallet(anna)
    await square.town.give(second, 50_00)
    made = await service.create(
        collector, square.room, command=square.key(), wallet=wallet, title="t", members=[(named, 20_00)]
    )
    assert await pay(square, parse(made.result["id"]), (anna, second)) == 20_00
    assert await square.balance(second) == 30_00


async def test_a_payment_that_the_ledger_refuses_leaves_the_place_free(square: Square) -> None:
    collection, _, wallet = await equal(square, people=1)
    poor = await square.someone(24_99)
    with pytest.raises(QianbaoError) as refused:
        await pay(square, collection, poor)
    assert refused.value.code == "not_enough"
    await square.town.give(poor[1], 1)
    assert await pay(square, collection, poor) == 25_00
    made = await service.create(
        (collector := (await square.someone(0)))[0], square.room, command=square.key(), wallet=collector[1],
        title="t", members=[(poor[1], 5_00)],
    )  # fmt: skip
    with pytest.raises(QianbaoError):
        await pay(square, parse(made.result["id"]), poor)
    _, parts = await service.one(collector[0], square.room, parse(made.result["id"]))
    assert [part.paid for part in parts] == [0]
    assert await square.balance(wallet) == 25_00


async def test_those_who_have_not_paid_are_reminded_not_too_often(square: Square) -> None:
    collector, wallet = await square.someone(0)
    anna, ben = await square.someone(), await square.someone()
    made = await service.create(
        collector, square.room, command=square.key(), wallet=wallet, title="t",
        members=[(anna[1], 1_00), (ben[1], 1_00)],
    )  # fmt: skip
    collection = parse(made.result["id"])
    await pay(square, collection, anna)
    key = square.key()
    for _ in range(2):
        await service.remind(collector, square.room, command=key, collection=collection)
    assert await told(square, collection, "collection.reminded") == [str(ben[1])]
    with pytest.raises(RemindedLately):
        await service.remind(collector, square.room, command=square.key(), collection=collection)
    with pytest.raises(CollectionUnknown):
        await service.remind(anna[0], square.room, command=square.key(), collection=collection)
    square.clock.advance(3600)
    await service.remind(collector, square.room, command=square.key(), collection=collection)
    assert len(await told(square, collection, "collection.reminded")) == 2
    open_to_all, host, _ = await equal(square)
    with pytest.raises(NobodyToRemind):
        await service.remind(host, square.room, command=square.key(), collection=open_to_all)


async def test_a_closed_collection_keeps_what_was_paid(square: Square) -> None:
    collection, collector, wallet = await equal(square)
    await pay(square, collection, payer := await square.someone())
    with pytest.raises(CollectionUnknown):
        await service.close(payer[0], square.room, command=square.key(), collection=collection)
    key = square.key()
    for replayed in (False, True):
        receipt = await service.close(collector, square.room, command=key, collection=collection)
        assert (receipt.result["state"], receipt.replayed) == ("closed", replayed)
    with pytest.raises(CollectionOver):
        await pay(square, collection, await square.someone())
    with pytest.raises(CollectionOver):
        await service.close(collector, square.room, command=square.key(), collection=collection)
    assert await square.balance(wallet) == 25_00
    assert await square.balance(payer[1]) == RICH - 25_00


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"each": 1},
        {"people": 3},
        {"each": 1, "people": 201},
        {"each": 10**7 + 1, "people": 1},
        {"each": -1, "people": 1},
        {"title": "", "each": 1, "people": 1},
        {"title": "x" * 65, "each": 1, "people": 1},
    ],
)
async def test_what_does_not_go_together_is_named(square: Square, content: dict[str, Any]) -> None:
    collector, wallet = await square.someone(0)
    asked: dict[str, Any] = {"title": "t"} | content
    with pytest.raises(QianbaoError) as refused:
        await service.create(
            collector,
            square.room,
            command=square.key(),
            wallet=wallet,
            **asked,
        )
    assert refused.value.code in {"collection_malformed", "text_too_long"}
    assert refused.value.expected


async def test_members_are_others_and_each_once(square: Square) -> None:
    (collector, wallet), (anna, annas) = await square.someone(0), await square.someone(0)
    second = await square.second_wallet(anna)
    for members, kind in (
        ([(annas, 1), (second, 1)], CollectionMalformed),
        ([(wallet, 1)], OwnCollection),
        ([(annas, 0)], CollectionMalformed),
    ):
        with pytest.raises(kind):
            await service.create(
                collector, square.room, command=square.key(), wallet=wallet, title="t", members=members
            )
    with pytest.raises(QianbaoError) as refused:
        await service.create(
            collector,
            square.room,
            command=square.key(),
            wallet=wallet,
            title="t",
            members=[(square.key(), 1)],
        )
    assert refused.value.code == "payee_unknown"


async def test_a_repeat_with_other_content_is_noticed(square: Square) -> None:
    collector, wallet = await square.someone(0)
    key = square.key()
    await service.create(collector, square.room, command=key, wallet=wallet, title="t", each=1, people=1)
    with pytest.raises(CommandReused):
        await service.create(collector, square.room, command=key, wallet=wallet, title="t", each=1, people=2)


async def test_the_books_are_right(square: Square) -> None:
    assert await books.check(square.db) == []
    assert await square.town.room.ledger.check() == []
