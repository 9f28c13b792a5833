"""Every pair of commands racing on one trade from two server processes ends as the table allows."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Generator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx2 as httpx
import pytest

from qianbao.api.parts import Parts, opened
from qianbao.payments import books
from tests.faults.races import RACES, Act, Race
from tests.faults.sweeper import Sweeper
from tests.faults.town import CONFIG, MONEY, Resident, Shop, lay_with, settings_of
from tests.live import START_TIMEOUT_S, Live, free_port

ROUNDS = int(os.environ.get("QIANBAO_RACE_ROUNDS", "16"))
"""Of each race."""
LANES = 10
"""So many rounds go on at once, each in a shop of its own."""
OFFSET_S = 0.01
"""A command goes out this much before or after the moment, at most: a payment takes as long."""
EARLY_S = 0.05
"""Before a trade runs out it goes out this much earlier at most, to be looked at in time."""
AMOUNT, PIECE = 100, 60
PAYMENTS = "\n[payments]\nexpires_s_min = 1\n"

Answer = tuple[str, httpx.Response | None]
"""A command's state or refusal, and its response."""


@contextmanager
def second_server(live: Live) -> Generator[str]:
    """Another server process on the same home and database, on a port of its own; its address."""
    port = free_port()
    environ = live.environ | {
        "QIANBAO_PORT": str(port),
        "QIANBAO_DATABASE_URL": settings_of(live).database_url or "",
    }
    with (live.home / "up.log").open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "qianbao.api.serve"],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + START_TIMEOUT_S
        while not answers(url):
            assert process.poll() is None, live.log()
            assert time.monotonic() < deadline, live.log()
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def answers(url: str) -> bool:
    """Whether a server says that it can take a payment."""
    try:
        return httpx.get(f"{url}/readyz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


@dataclass
class Lane:
    """A shop, two people, and their ways to two servers. One race at a time."""

    number: int
    servers: tuple[httpx.AsyncClient, httpx.AsyncClient]
    sweepers: tuple[Sweeper, Sweeper]
    shop: Shop
    people: tuple[Resident, Resident]
    operator: str
    """The cookie of somebody of the house."""
    random: Random
    turn: int = 0
    merchant_freezes: bool = False
    """Whether this round's freeze is of the merchant."""

    def _headers(self, who: Resident | Shop | None, server: httpx.AsyncClient, key: str) -> dict[str, str]:
        if isinstance(who, Shop):
            return {"Authorization": f"Bearer {who.key}", "Idempotency-Key": key}
        cookie = self.operator if who is None else who.cookie
        origin = str(server.base_url).rstrip("/")
        return {"Cookie": f"qianbao_session={cookie}", "Origin": origin, "Idempotency-Key": key}

    async def post(
        self, side: int, who: Resident | Shop | None, path: str, body: dict[str, Any], key: str
    ) -> httpx.Response:
        """Send a command to one of the servers; `who` None: the operator."""
        server = self.servers[side]
        return await server.post(f"/api/v1{path}", json=body, headers=self._headers(who, server, key))

    async def made(self, race: Race) -> tuple[str, float]:
        """A trade that stands where the race begins, and when its time is over (`time.time()`)."""
        self.turn += 1
        name = f"{self.number}-{self.turn}"
        body: dict[str, Any] = {"out_trade_no": name, "amount": AMOUNT}
        if Act.EXPIRE in (race.first, race.second):
            body["expires_in_s"] = 1
        answer = await self.post(0, self.shop, "/trades", body, f"{name}-c")
        assert answer.status_code == 201, answer.text
        told = answer.json()
        over = datetime.fromisoformat(told["expires_at"]).timestamp()
        trade: str = told["id"]
        if race.start == "paid":
            wallet = {"wallet": str(self.people[0].wallet)}
            paid = await self.post(1, self.people[0], f"/trades/{trade}/pay", wallet, f"{name}-p")
            assert paid.status_code == 201, paid.text
        return trade, over

    def command(self, act: Act, side: int, trade: str) -> tuple[Resident | Shop | None, str, dict[str, Any]]:
        """Who sends what."""
        payer = self.people[side]
        match act:
            case Act.PAY:
                return payer, f"/trades/{trade}/pay", {"wallet": str(payer.wallet)}
            case Act.REFUND:
                number = {"out_refund_no": f"{trade}-{side}", "amount": PIECE}
                return self.shop, f"/trades/{trade}/refunds", number
            case Act.CLOSE | Act.REVERSE:
                return self.shop, f"/trades/{trade}/{act}", {}
            case Act.FREEZE if self.merchant_freezes:
                return None, f"/merchants/{self.shop.merchant}/freeze", {"reason": "race"}
            case Act.FREEZE:
                first = self.people[0]
                return first, f"/wallets/{first.wallet}/freeze", {"reason": "race"}
            case Act.EXPIRE:
                raise AssertionError("the sweep is not asked for over HTTP")

    async def act(self, act: Act, side: int, trade: str, moment: float) -> Answer:
        """Do one of the two, at a moment (`time.time()`)."""
        await asyncio.sleep(max(0.0, moment - time.time()))
        if act is Act.EXPIRE:
            await self.sweepers[side].sweep()
            return "swept", None
        answer = await self.post(side, *self.command(act, side, trade), f"{self.number}-{self.turn}-{side}")
        assert answer.status_code < 500, answer.text
        told = answer.json()
        return (told["state"] if answer.status_code < 300 else told["code"]), answer

    async def run(self, race: Race) -> tuple[str, str, str]:
        """Race once; the end. Fails where it may not end so, or where an answer is not true."""
        self.merchant_freezes = self.random.random() < 0.5
        trade, over = await self.made(race)
        acts = (race.first, race.second)
        moment = over if Act.EXPIRE in acts else time.time() + OFFSET_S
        early = EARLY_S if Act.EXPIRE in acts else OFFSET_S
        offsets = [0.0 if act is Act.EXPIRE else -self.random.uniform(0, early) for act in acts]
        moments = [moment + offset + self.random.uniform(0, OFFSET_S) for offset in offsets]
        answers = await asyncio.gather(*(self.act(acts[side], side, trade, moments[side]) for side in (0, 1)))
        if Act.EXPIRE in acts:
            await self.sweepers[0].sweep()  # the race may have been before the moment
        stands = [await self.look(side, trade) for side in (0, 1)]
        assert stands[0] == stands[1], "the two servers tell of two trades"
        end = (answers[0][0], answers[1][0], stands[0]["state"])
        frozen = "merchant" if self.merchant_freezes else "payer"
        assert race.allowed(end, frozen=frozen), f"{race.name}: {end}"
        await self.thawed()
        for side in (0, 1):
            await self.repeated(acts[side], side, trade, answers[side][1])
        return end

    async def repeated(self, act: Act, side: int, trade: str, first: httpx.Response | None) -> None:
        """What was done is told again, word for word, by the other server."""
        if first is None or first.status_code >= 300:
            return
        key = f"{self.number}-{self.turn}-{side}"
        again = await self.post(1 - side, *self.command(act, side, trade), key)
        assert (again.status_code, again.json()) == (first.status_code, first.json()), f"{act}: {again.text}"
        assert again.headers.get("Idempotency-Replayed") == "true"

    async def look(self, side: int, trade: str) -> dict[str, Any]:
        """The trade, as one of the servers tells it."""
        headers = {"Authorization": f"Bearer {self.shop.key}"}
        answer = await self.servers[side].get(f"/api/v1/trades/{trade}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def thawed(self) -> None:
        """Open what a freeze has closed."""
        key = f"{self.number}-{self.turn}-thaw"
        for path in (f"/merchants/{self.shop.merchant}", f"/wallets/{self.people[0].wallet}"):
            answer = await self.post(0, None, f"{path}/unfreeze", {"reason": "over"}, key + path[:3])
            assert answer.status_code == 200 or answer.json()["code"] == "not_frozen", answer.text


@dataclass
class Arena:
    """Everything that races need."""

    parts: Parts
    lanes: list[Lane]


@pytest.fixture(scope="module")
async def arena() -> AsyncIterator[Arena]:
    """An installation with a second server process, two sweepers, and lanes."""
    with tempfile.TemporaryDirectory(prefix="qianbao-races-", ignore_cleanup_errors=True) as folder:
        live = Live(Path(folder) / "home", config=CONFIG + PAYMENTS)
        live.start()
        try:
            async with AsyncExitStack() as stack:
                other = stack.enter_context(second_server(live))
                limits = httpx.Limits(max_connections=4 * LANES, max_keepalive_connections=4 * LANES)
                one, two = [
                    await stack.enter_async_context(
                        httpx.AsyncClient(base_url=url, timeout=30, limits=limits)
                    )
                    for url in (live.url, other)
                ]
                sweepers = [await stack.enter_async_context(Sweeper(live)) for _ in (0, 1)]
                house = await stack.enter_async_context(live.signed_in("operator"))
                parts = await stack.enter_async_context(opened(settings_of(live)))
                town = await lay_with(parts, people=2 * LANES, shops=LANES, seed=9)
                lanes = [
                    Lane(
                        number=n,
                        servers=(one, two),
                        sweepers=(sweepers[0], sweepers[1]),
                        shop=town.shops[n],
                        people=(town.people[2 * n], town.people[2 * n + 1]),
                        operator=house.cookies["qianbao_session"],
                        random=Random(n),
                    )
                    for n in range(LANES)
                ]
                yield Arena(parts=parts, lanes=lanes)
        finally:
            live.stop()


@pytest.mark.slow
@pytest.mark.parametrize("race", RACES, ids=[race.name for race in RACES])
async def test_a_race_of_two_server_processes_ends_as_the_table_allows(arena: Arena, race: Race) -> None:
    rounds = iter(range(ROUNDS))
    seen: Counter[tuple[str, str, str]] = Counter()

    async def lane(one: Lane) -> None:
        for _ in rounds:
            seen[await one.run(race)] += 1

    await asyncio.gather(*(lane(one) for one in arena.lanes))
    print(race.name, dict(seen))
    assert seen.total() == ROUNDS
    assert await books.check(arena.parts.db) == []


async def test_after_all_races_the_books_are_whole(arena: Arena) -> None:
    assert await arena.parts.ledger.check() == []
    wallets = [person.wallet for lane in arena.lanes for person in lane.people]
    kept = await arena.parts.db.rows(
        "SELECT payer, sum(amount - refunded)::bigint AS spent FROM trade"
        " WHERE paid IS NOT NULL AND payer = ANY ($1::uuid[]) GROUP BY payer",
        wallets,
    )
    spent: dict[UUID, int] = {row["payer"]: row["spent"] for row in kept}
    accounts = await arena.parts.ledger.lookup_accounts([wallet.int for wallet in wallets])
    left = {account.id: account.credits_posted - account.debits_posted for account in accounts}
    assert left == {wallet.int: MONEY - spent.get(wallet, 0) for wallet in wallets}
