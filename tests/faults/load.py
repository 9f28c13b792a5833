"""Load over HTTP that never gives up: the same key is sent again until it has a final answer."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx2 as httpx

from tests.faults.client_log import ClientLog
from tests.faults.town import Resident, Shop, Town
from tests.live import Live

PATIENCE_S = 180.0
"""An installation that cannot answer for so long has not recovered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A command's final answer."""

    status: int
    body: dict[str, Any]


class Load:
    """Clients that create, pay, charge codes, refund and close, each one command after the other."""

    def __init__(self, live: Live, town: Town, log: ClientLog, *, run: str, seed: int) -> None:
        self.live = live
        self.town = town
        self.log = log
        self.run = run
        self.random = Random(seed)
        self.stopping = False
        self.tries = 0
        self.statuses: Counter[int] = Counter()

    async def clients(self, count: int) -> None:
        """Run `count` clients until `stopping`; each then finishes what it began."""
        limits = httpx.Limits(max_connections=count, max_keepalive_connections=count)
        async with httpx.AsyncClient(base_url=self.live.url, timeout=10, limits=limits) as http:
            await asyncio.gather(*(self._client(http, number) for number in range(count)))

    async def _client(self, http: httpx.AsyncClient, number: int) -> None:
        turn = 0
        while not self.stopping:
            turn += 1
            name = f"{self.run}-{number}-{turn}"
            person, shop = self.random.choice(self.town.people), self.random.choice(self.town.shops)
            if self.random.random() < 0.3:
                paid = await self._charge_code(http, name, person, shop)
            else:
                paid = await self._create_and_pay(http, name, person, shop)
            if paid is not None and self.random.random() < 0.3:
                body = {"out_refund_no": f"{name}-r", "amount": self.random.randint(1, paid.body["amount"])}
                await self._as_shop(http, f"{name}-r", f"/trades/{paid.body['id']}/refunds", body, shop)

    async def _create_and_pay(
        self, http: httpx.AsyncClient, name: str, person: Resident, shop: Shop
    ) -> Answer | None:
        body = {"out_trade_no": name, "amount": self.random.randint(1, 500)}
        made = await self._as_shop(http, f"{name}-c", "/trades", body, shop)
        assert made.status == 201, made
        if self.random.random() < 0.1:
            await self._as_shop(http, f"{name}-x", f"/trades/{made.body['id']}/close", {}, shop)
        paid = await self._as_person(
            http, f"{name}-p", f"/trades/{made.body['id']}/pay", {"wallet": str(person.wallet)}, person
        )
        return paid if paid.status == 201 else None

    async def _charge_code(
        self, http: httpx.AsyncClient, name: str, person: Resident, shop: Shop
    ) -> Answer | None:
        shown = await self._send(http, "/codes", {"wallet": str(person.wallet)}, self._cookie(person))
        if shown.status != 201:
            return None
        body = {"code": shown.body["code"], "out_trade_no": name, "amount": self.random.randint(1, 500)}
        paid = await self._as_shop(http, f"{name}-q", "/code-payments", body, shop)
        return paid if paid.status == 201 and paid.body["state"] == "paid" else None

    async def _as_shop(
        self, http: httpx.AsyncClient, key: str, path: str, body: dict[str, Any], shop: Shop
    ) -> Answer:
        headers = {"Authorization": f"Bearer {shop.key}"}
        return await self._command(http, key, path, body, headers, who=str(shop.merchant))

    async def _as_person(
        self, http: httpx.AsyncClient, key: str, path: str, body: dict[str, Any], person: Resident
    ) -> Answer:
        return await self._command(http, key, path, body, self._cookie(person), who=str(person.person))

    def _cookie(self, person: Resident) -> dict[str, str]:
        return {"Cookie": f"qianbao_session={person.cookie}", "Origin": self.live.url}

    async def _command(
        self,
        http: httpx.AsyncClient,
        key: str,
        path: str,
        body: dict[str, Any],
        headers: dict[str, str],
        *,
        who: str,
    ) -> Answer:
        self.log.sent(key, path, who)
        answer = await self._send(http, path, body, {**headers, "Idempotency-Key": key})
        self.log.acknowledged(key, path, who, answer.status, answer.body)
        return answer

    async def _send(
        self, http: httpx.AsyncClient, path: str, body: dict[str, Any], headers: dict[str, str]
    ) -> Answer:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            self.tries += 1
            try:
                response = await http.post(f"/api/v1{path}", json=body, headers=headers)
            except httpx.HTTPError:
                pass  # the line is lost: the outcome is unknown, and the same key asks for it
            else:
                self.statuses[response.status_code] += 1
                if response.status_code < 500 and response.status_code != 429:
                    return Answer(status=response.status_code, body=response.json())
                assert response.status_code in {429, 503}, response.text
            assert time.monotonic() < deadline, f"no answer to {path} in {PATIENCE_S} s"
            await asyncio.sleep(0.05)
