"""A hundred thousand requests, each sent one to three times in shuffled order to two servers: effect once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from qianbao.api.parts import Parts, opened
from qianbao.config import load
from qianbao.credentials.models import Caller, Role
from qianbao.db import connect, migrate
from qianbao.errors import QianbaoError
from qianbao.ids import Id, derive
from qianbao.journal import Receipt
from qianbao.parties.accounts import open_house
from qianbao.payments import books
from qianbao.payments.refund import service as refund
from qianbao.payments.trade import service as trade
from tests.conftest import fresh_database
from tests.faults.town import MONEY, Town, lay_with, prepare

TRADES = 34_000
"""Each is created, paid, and refunded in part: 102,000 requests."""
AT_ONCE = 400

Send = Callable[[Parts], Awaitable[Receipt]]


@pytest.fixture
async def servers(postgres_url: str, tmp_path: Path) -> AsyncIterator[tuple[Parts, Parts]]:
    """Two servers' parts on one database."""
    prepare(tmp_path)
    url = await fresh_database(postgres_url)
    db = await connect(url)
    await migrate(db)
    await db.close()
    settings = load({"QIANBAO_HOME": str(tmp_path), "QIANBAO_DATABASE_URL": url})
    async with opened(settings) as one, opened(settings) as other:
        await open_house(one.ledger)
        yield one, other


async def sent_shuffled(
    servers: Sequence[Parts], requests: Sequence[tuple[Id, Send]], random: Random
) -> dict[Id, dict[str, Any]]:
    """Send each one to three times, in shuffled order, to whichever server; the one answer of each."""
    sends = [request for request in requests for _ in range(random.randint(1, 3))]
    random.shuffle(sends)
    answers: dict[Id, dict[str, Any]] = {}
    first: set[Id] = set()
    left = iter(sends)

    async def client() -> None:
        for command, send in left:
            receipt = await send(random.choice(servers))
            assert answers.setdefault(command, receipt.result) == receipt.result
            if not receipt.replayed:
                assert command not in first, "two answers say that they were the first"
                first.add(command)

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    assert len(first) == len(answers) == len(requests)
    return answers


@pytest.mark.slow
async def test_a_hundred_thousand_requests_sent_up_to_three_times_take_effect_once(
    servers: tuple[Parts, Parts],
) -> None:
    random = Random(20261124)
    town: Town = await lay_with(servers[0], people=200, shops=10, seed=1)
    trades = [
        (n, random.choice(town.people), random.choice(town.shops), random.randint(2, 900))
        for n in range(TRADES)
    ]
    shops = {s.merchant: Caller(id=s.merchant, role=Role.OWNER, merchant=s.merchant) for s in town.shops}
    people = {p.person: Caller(id=p.person, role=Role.PERSON, person=p.person) for p in town.people}

    def create(n: int, shop: Caller, amount: int, command: Id) -> Send:
        return lambda parts: trade.prepay(
            shop, parts.payments, command=command, out_trade_no=str(n), amount=amount
        )

    def pay(person: Caller, wallet: Id, id: Id, command: Id) -> Send:
        return lambda parts: trade.pay(person, parts.payments, command=command, trade=id, wallet=wallet)

    def give_back(n: int, shop: Caller, id: Id, amount: int, command: Id) -> Send:
        return lambda parts: refund.refund(
            shop, parts.payments, command=command, trade=id, out_refund_no=str(n), amount=amount
        )

    keys = {n: (derive(shop.merchant, f"c{n}"), derive(p.person, f"p{n}"), derive(shop.merchant, f"r{n}"))
            for n, p, shop, _ in trades}  # fmt: skip
    made = await sent_shuffled(
        servers,
        [(keys[n][0], create(n, shops[s.merchant], amount, keys[n][0])) for n, _, s, amount in trades],
        random,
    )
    ids = {n: Id(made[keys[n][0]]["id"]) for n, *_ in trades}
    await sent_shuffled(
        servers,
        [(keys[n][1], pay(people[p.person], p.wallet, ids[n], keys[n][1])) for n, p, *_ in trades],
        random,
    )
    await sent_shuffled(
        servers,
        [
            (keys[n][2], give_back(n, shops[s.merchant], ids[n], amount // 2, keys[n][2]))
            for n, _, s, amount in trades
        ],
        random,
    )

    spent = dict.fromkeys((p.wallet for p in town.people), 0)
    for _, person, _, amount in trades:
        spent[person.wallet] += amount - amount // 2
    accounts = await servers[0].ledger.lookup_accounts([wallet.int for wallet in spent])
    left = {account.id: account.credits_posted - account.debits_posted for account in accounts}
    assert left == {wallet.int: MONEY - amount for wallet, amount in spent.items()}
    assert await books.check(servers[0].db) == []
    assert await servers[0].ledger.check() == []


async def test_another_callers_same_key_is_another_command(servers: tuple[Parts, Parts]) -> None:
    parts = servers[0]
    town = await lay_with(parts, people=2, shops=2, seed=2)
    one, other = (Caller(id=s.merchant, role=Role.OWNER, merchant=s.merchant) for s in town.shops)
    mine = await trade.prepay(
        one, parts.payments, command=derive(one.id, "key"), out_trade_no="1", amount=100
    )
    theirs = await trade.prepay(
        other, parts.payments, command=derive(other.id, "key"), out_trade_no="1", amount=999
    )
    assert mine.result["id"] != theirs.result["id"]
    assert not theirs.replayed
    with pytest.raises(QianbaoError) as refused:
        await trade.prepay(one, parts.payments, command=derive(one.id, "key"), out_trade_no="2", amount=100)
    assert refused.value.code == "idempotency_key_reused"
