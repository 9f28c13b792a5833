"""What 32 clients saw of the ledger, replayed through the model in the order of the ledger's own timestamps.

If the model, fed the batches one after the other in that order, gives every reply that a client got, then the
ledger was strictly serialisable: some one-at-a-time order explains everything, and (checked apart) it
respects real time, so nobody who began after another had finished was put before them.
Clients name each other's transfers (to post, to void, to use an id again) once those were acknowledged.
`QIANBAO_HISTORY_BATCHES` makes it longer (`make soak`).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import msgspec
import pytest

from qianbao.db import connect, migrate
from qianbao.ledger import (
    PASSING,
    Account,
    AccountFilter,
    AccountFlags,
    CreateTransferResult,
    CreateTransferStatus,
    Model,
    Transfer,
    TransferFlags,
)
from qianbao.ledger.postgres import PostgresEngine
from tests.conftest import fresh_database
from tests.ledger.generate import World

CLIENTS = 32
PROCESSES = 4
"""Pools of connections, as several server processes have them."""
BATCHES = int(os.environ.get("QIANBAO_HISTORY_BATCHES", "60"))
"""How many batches each client sends."""
ACCOUNTS = tuple(range(1, 13))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One batch as its client saw it: what was sent, when, and what came back."""

    sent: Sequence[Transfer]
    began: int
    ended: int
    results: Sequence[CreateTransferResult]

    @property
    def first(self) -> int:
        """The timestamp of the first event, counted back from the last one, which is always new."""
        return self.results[-1].timestamp - (len(self.results) - 1)


@dataclass(slots=True)
class Known:
    """What has been acknowledged to somebody, and may be named by everybody."""

    settled: list[int]
    """Ids that stand for good: created, or failed for good."""
    pending: list[int]
    sent: dict[int, Transfer]


class Client:
    """Sends batches that meet those of all other clients: the same accounts, each other's transfers."""

    def __init__(self, number: int, known: Known, engine: PostgresEngine) -> None:
        self.random = Random(number)
        self.known = known
        self.next_id = (number + 1) * 1_000_000
        self.engine = engine
        self.seen: list[Seen] = []

    async def run(self) -> None:
        """Send every batch and note what came back."""
        for _ in range(BATCHES):
            sent = self._batch()
            began = time.monotonic_ns()
            results = await self.engine.create_transfers(sent)
            self.seen.append(Seen(sent=sent, began=began, ended=time.monotonic_ns(), results=results))
            self._learn(sent, results)

    def _batch(self) -> list[Transfer]:
        world = World(self.random, accounts=list(ACCOUNTS), next_id=self.next_id, sent=dict(self.known.sent))
        world.used, world.pending = self.known.settled[-200:], self.known.pending[-200:]
        drawn = [world.transfer(imported=False)[0] for _ in range(self.random.randint(1, 12))]
        self.next_id = world.next_id + 1
        debit, credit = self.random.sample(ACCOUNTS, 2)
        last = Transfer(
            id=self.next_id, debit_account_id=debit, credit_account_id=credit, amount=1, ledger=1, code=1
        )
        plain = ~TransferFlags.IMPORTED
        return [*(msgspec.structs.replace(event, flags=event.flags & plain) for event in drawn), last]

    def _learn(self, sent: Sequence[Transfer], results: Sequence[CreateTransferResult]) -> None:
        for event, result in zip(sent, results, strict=True):
            created = result.status == CreateTransferStatus.CREATED
            if created or result.status in PASSING:
                self.known.settled.append(event.id)
                self.known.sent[event.id] = event
            if created and event.flags & TransferFlags.PENDING:
                self.known.pending.append(event.id)


@pytest.mark.slow
async def test_the_history_of_32_clients_is_one_that_the_model_gives(postgres_url: str) -> None:
    url = await fresh_database(postgres_url)
    pools = [await connect(url) for _ in range(PROCESSES)]
    await migrate(pools[0])
    engines = [PostgresEngine(pool, clock=None) for pool in pools]
    accounts = [
        Account(id=number, ledger=1, code=1, flags=[0, 0, 2, 2, 4, AccountFlags.HISTORY][number % 6])
        for number in ACCOUNTS
    ]
    made = await engines[0].create_accounts(accounts)
    known = Known([], [], {})
    clients = [Client(number, known, engines[number % PROCESSES]) for number in range(CLIENTS)]
    await asyncio.gather(*(client.run() for client in clients))

    model = Model()
    assert model.create_accounts(accounts, made[0].timestamp) == made
    history = sorted((seen for client in clients for seen in client.seen), key=lambda seen: seen.first)
    for seen in history:
        told = model.create_transfers(seen.sent, seen.first)
        assert told == seen.results, (seen, told)

    latest_began = 0
    for seen in history:
        assert seen.ended > latest_began, "a batch took effect before one that began after it had ended"
        latest_began = max(latest_began, seen.began)

    for number in ACCOUNTS:
        asked = AccountFilter(account_id=number)
        assert await engines[0].get_account_balances(asked) == model.get_account_balances(asked)
    assert await engines[0].lookup_accounts(ACCOUNTS) == model.lookup_accounts(ACCOUNTS)
    statuses = {result.status for seen in history for result in seen.results}
    assert {CreateTransferStatus.CREATED, CreateTransferStatus.EXCEEDS_CREDITS} < statuses
    assert len(statuses) > 25, "the clients should meet many different refusals"
    assert await engines[0].check() == []
    for pool in pools:
        await pool.close()
