"""Several connections at once: no deadlock, and the order of timestamps explains every answer."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from random import Random

import pytest

from qianbao.db import Database
from qianbao.ledger import Account, CreateTransferResult, Model, Transfer
from qianbao.ledger.postgres import PostgresEngine
from tests.ledger.generate import World

ACCOUNTS = list(range(1, 31))
Sent = tuple[list[Transfer], list[CreateTransferResult]]


async def client(engine: PostgresEngine, number: int, sent: list[Sent]) -> None:
    """Send random batches of all kinds. Ids of transfers are this client's own, the accounts everybody's."""
    world = World(Random(number), accounts=ACCOUNTS, next_id=number * 10**9)
    for _ in range(25):
        batch = [
            t for t, stamp in world.transfer_batch(world.random.choice((1, 5, 40))) if stamp.after is None
        ]
        # Imports are in the order of all transfers and of no use here.
        batch = [t for t in batch if not t.flags & 256 and t.timestamp == 0]
        if batch:
            results = await engine.create_transfers(batch)
            world.saw(batch, [result.status for result in results])
            sent.append((batch, results))


@pytest.mark.slow
async def test_concurrent_batches_are_as_if_one_after_the_other_in_the_order_of_time(db: Database) -> None:
    engine, model, random = PostgresEngine(db), Model(), Random(1)
    accounts = [Account(id=key, ledger=1, code=1, flags=random.choice((0, 2, 2, 4, 8))) for key in ACCOUNTS]
    made = await engine.create_accounts(accounts)
    assert model.create_accounts(accounts, made[0].timestamp) == made
    gifts = [
        Transfer(id=key, debit_account_id=1 + key % 2, credit_account_id=key, amount=200, ledger=1, code=1)
        for key in range(3, 31)
    ]
    given = await engine.create_transfers(gifts)
    assert model.create_transfers(gifts, given[0].timestamp) == given

    sent: list[Sent] = []
    await asyncio.gather(*(client(engine, number, sent) for number in range(1, 7)))

    def began(each: Sent) -> int:
        # An id that stands is answered with that transfer's own time: count from the batch's other results.
        return max(result.timestamp - place for place, result in enumerate(each[1]))

    for batch, results in sorted(sent, key=began):
        assert model.create_transfers(batch, began((batch, results))) == results
    assert await engine.lookup_accounts(ACCOUNTS) == model.lookup_accounts(ACCOUNTS)
    assert await engine.check() == []


async def test_two_connections_on_the_same_accounts_in_opposite_orders_never_deadlock(db: Database) -> None:
    engine = PostgresEngine(db)
    keys = [10**6 + number for number in range(200)]
    await engine.create_accounts([Account(id=key, ledger=156, code=1) for key in keys])

    async def pay(number: int, order: list[int]) -> None:
        for round_ in range(15):
            base = 10**12 * (number + 1) + 1000 * round_
            await engine.create_transfers(
                [
                    Transfer(
                        id=base + i, debit_account_id=a, credit_account_id=b, amount=1, ledger=156, code=1
                    )
                    for i, (a, b) in enumerate(pairwise(order))
                ]
            )

    await asyncio.gather(*(pay(number, keys if number % 2 else keys[::-1]) for number in range(4)))
    assert await engine.check() == []


async def test_the_same_batch_sent_by_several_at_once_takes_effect_once(db: Database) -> None:
    engine = PostgresEngine(db)
    await engine.create_accounts([Account(id=2 * 10**6 + i, ledger=156, code=1) for i in range(2)])
    batch = [
        Transfer(
            id=3 * 10**6 + i,
            debit_account_id=2 * 10**6,
            credit_account_id=2 * 10**6 + 1,
            amount=1,
            ledger=156,
            code=1,
        )
        for i in range(50)
    ]
    answers = await asyncio.gather(*(engine.create_transfers(batch) for _ in range(6)))
    created = [sum(result.status.name == "CREATED" for result in answer) for answer in answers]
    assert sorted(created) == [0, 0, 0, 0, 0, 50]
    [payer] = await engine.lookup_accounts([2 * 10**6])
    assert payer.debits_posted == 50
