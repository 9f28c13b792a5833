"""The authorisation matrix, made from the OpenAPI: every endpoint against everybody who might call it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2 as httpx
import pytest

from qianbao.api.parts import Parts, opened
from qianbao.credentials import api_keys, operators, sessions, staff
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.ids import Id, derive, new
from tests.api.authorisation import ONES_OWN, ROWS
from tests.faults.town import lay_with, prepare, settings_of
from tests.live import Live

LETTERS = {
    Role.PERSON: "P",
    Role.CASHIER: "C",
    Role.SUPERVISOR: "S",
    Role.OWNER: "O",
    Role.OPERATOR: "X",
    Role.AUDITOR: "A",
}
PIN, PASSWORD = "940271", "quiet-river-stone-lamp-41"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side: a person, and a merchant with its staff. There are two, strangers to each other."""

    person: Id
    wallet: Id
    merchant: Id
    store: Id
    cashier: Id
    supervisor: Id


class World:
    """Both sides and the house, and a way to sign any of them in anew."""

    def __init__(self, parts: Parts, sides: tuple[Side, Side], operator: Id, auditor: Id) -> None:
        self.parts = parts
        self.sides = sides
        self.house = {Role.OPERATOR: operator, Role.AUDITOR: auditor}

    async def session(self, role: Role, side: int = 0) -> tuple[dict[str, str], Caller]:
        """A fresh session of a role on a side: its headers, and who it is."""
        here = self.sides[side]
        holder = {
            Role.PERSON: here.person,
            Role.OWNER: here.merchant,
            Role.CASHIER: here.cashier,
            Role.SUPERVISOR: here.supervisor,
            **self.house,
        }[role]
        at_store = role in {Role.CASHIER, Role.SUPERVISOR}
        signed = await sessions.open_session(
            self.parts.credentials,
            holder=holder,
            role=role,
            device=None,
            device_name="matrix",
            person=here.person if role is Role.PERSON else None,
            merchant=here.merchant if at_store or role is Role.OWNER else None,
            store=here.store if at_store else None,
        )
        caller = Caller(id=holder, role=role, session=signed.session.id, device=signed.session.device)
        return {"Cookie": f"qianbao_session={signed.token}"}, caller

    async def key(self, *scopes: Scope, side: int = 0) -> tuple[dict[str, str], Id]:
        """A fresh API key of a side's merchant: its headers and id."""
        merchant = self.sides[side].merchant
        made = await api_keys.make(
            self.parts.credentials,
            Caller(id=merchant, role=Role.OWNER, merchant=merchant),
            merchant=merchant,
            name="matrix",
            scopes=scopes,
        )
        return {"Authorization": f"Bearer {made.secret}"}, made.key.id


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """An installation whose rates the matrix does not meet."""
    home: Path = tmp_path_factory.mktemp("matrix") / "home"
    prepare(home)
    live = Live(home, QIANBAO_WEBHOOK_ALLOW="loopback")
    live.start()
    yield live
    live.stop()


@pytest.fixture(scope="module")
async def world(wide: Live) -> AsyncIterator[World]:
    """Two sides and the house."""
    async with opened(settings_of(wide)) as parts:
        town = await lay_with(parts, people=2, shops=2, seed=11)
        sides: list[Side] = []
        for resident, shop in zip(town.people, town.shops, strict=True):
            store = derive(shop.merchant, "store")
            owner = Caller(id=shop.merchant, role=Role.OWNER, merchant=shop.merchant)
            hired = [
                await staff.add_at_store(
                    parts.credentials,
                    owner,
                    id=new(parts.clock.now()),
                    store=store,
                    role=role,
                    login=f"{role}1",
                    name="Someone",
                    pin=PIN,
                )
                for role in (Role.CASHIER, Role.SUPERVISOR)
            ]
            sides.append(
                Side(
                    person=resident.person,
                    wallet=resident.wallet,
                    merchant=shop.merchant,
                    store=store,
                    cashier=hired[0].id,
                    supervisor=hired[1].id,
                )
            )
        house = [
            await operators.add_operator(
                parts.credentials, login=f"matrix-{role}", name="House", secret=PASSWORD, role=role
            )
            for role in (Role.OPERATOR, Role.AUDITOR)
        ]
        yield World(parts, (sides[0], sides[1]), house[0].id, house[1].id)


@pytest.fixture(scope="module")
async def http(wide: Live) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is nobody."""
    async with httpx.AsyncClient(base_url=wide.url, timeout=30, headers={"Origin": wide.url}) as client:
        yield client


async def status(http: httpx.AsyncClient, row: str, ids: dict[str, Any], headers: dict[str, str]) -> int:
    """The status that an endpoint answers with, asked with an empty body and these ids in its path."""
    method, template = row.split(" ")
    path = re.sub(r"\{(\w+)\}", lambda found: str(ids.get(found.group(1), uuid4())), template)
    body = None if method in {"GET", "DELETE"} else {}
    async with http.stream(method, f"/api/v1{path}", headers=headers, json=body) as response:
        return response.status_code


def own_ids(side: Side) -> dict[str, Any]:
    """Ids for the path that are the side's own."""
    return {
        "account_id": side.merchant,
        "merchant_id": side.merchant,
        "store_id": side.store,
        "person_id": side.person,
        "bank": "icbc",
        "code": "131234567890123456",
    }


async def test_every_endpoint_has_a_row_and_every_row_an_endpoint(http: httpx.AsyncClient) -> None:
    told = (await http.get("/openapi.json")).json()["paths"]
    there = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, operations in told.items()
        for method in operations
    }
    assert there == set(ROWS)


@pytest.mark.parametrize("row", ROWS)
async def test_only_those_of_the_row_are_let_in(row: str, world: World, http: httpx.AsyncClient) -> None:
    letters, scope = ROWS[row]
    side = world.sides[0]
    ids = own_ids(side)
    open_to_all = letters == "*"

    got: dict[str, int] = {"nobody": await status(http, row, ids, {})}
    for role, letter in LETTERS.items():
        headers, _ = await world.session(role)
        own = {**ids, "account_id": side.wallet} if role is Role.PERSON else ids
        got[letter] = await status(http, row, own, headers)
    right, revoked = await world.key(scope or Scope.TRADES_READ)
    got["key"] = await status(http, row, ids, right)
    wrong, _ = await world.key(*(set(Scope) - {scope, Scope.SUBSIDIES_GRANT}))
    got["key of other scopes"] = await status(http, row, ids, wrong)

    for name, code in got.items():
        any_key = "K" in letters and name.startswith("key")
        if open_to_all or any_key or name in letters or (name == "key" and scope is not None):
            assert code not in {401, 403, 405}, (row, name, code)
        else:
            assert code == (401 if name == "nobody" else 403), (row, name, code)

    if open_to_all:
        return
    headers, caller = await world.session(Role.PERSON)
    await sessions.sign_out(world.parts.credentials, caller, session_id=caller.session)
    assert await status(http, row, ids, headers) == 401, "a session that was ended"
    headers, caller = await world.session(Role.PERSON)
    await world.parts.db.write("UPDATE session SET expires_at = 1 WHERE id = $1", caller.session)
    assert await status(http, row, ids, headers) == 401, "a session that ran out"
    merchant = side.merchant
    await api_keys.revoke(
        world.parts.credentials,
        Caller(id=merchant, role=Role.OWNER, merchant=merchant),
        merchant=merchant,
        id=revoked,
    )
    unused, unused_id = await world.key(scope or Scope.TRADES_READ)
    await api_keys.revoke(
        world.parts.credentials,
        Caller(id=merchant, role=Role.OWNER, merchant=merchant),
        merchant=merchant,
        id=unused_id,
    )
    assert await status(http, row, ids, unused) == 401, "a key that was revoked"


async def test_what_is_one_persons_or_merchants_is_not_anothers(
    world: World, http: httpx.AsyncClient
) -> None:
    mine, theirs = world.sides
    shop, _ = await world.key(Scope.TRADES_WRITE, Scope.TRADES_READ)
    made = await http.post(
        "/api/v1/trades",
        json={"out_trade_no": "mine", "amount": 100},
        headers={**shop, "Idempotency-Key": "mine"},
    )
    payer, payer_caller = await world.session(Role.PERSON)
    paid = await http.post(
        f"/api/v1/trades/{made.json()['id']}/pay",
        json={"wallet": str(mine.wallet)},
        headers={**payer, "Idempotency-Key": "mine"},
    )
    assert paid.status_code == 201, paid.text
    hook_key, _ = await world.key(Scope.WEBHOOKS_WRITE)
    hook = await http.post("/api/v1/webhooks", json={"url": "http://127.0.0.1:9/hook"}, headers=hook_key)
    assert hook.status_code == 201, hook.text
    ids: dict[str, Any] = {
        "wallet": mine.wallet,
        "merchant": mine.merchant,
        "store": mine.store,
        "cashier": mine.cashier,
        "trade": made.json()["id"],
        "webhook": hook.json()["id"],
        "session": payer_caller.session,
        "device": payer_caller.device,
        "event": derive(mine.person, "mine"),
    }
    assert theirs.merchant != mine.merchant
    for row, body in ONES_OWN.items():
        method, template = row.split(" ")
        path = template.format(**ids)
        for role in (Role.PERSON, Role.CASHIER, Role.OWNER):
            headers, _ = await world.session(role, side=1)
            headers |= {"Idempotency-Key": f"{role} {row}"[:64]}
            answer = await http.request(method, f"/api/v1{path}", json=body, headers=headers)
            assert answer.status_code in {403, 404}, (row, role, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
    still = await http.get(f"/api/v1/trades/{ids['trade']}", headers=shop)
    assert still.json()["state"] == "paid"
    assert (await http.get(f"/api/v1/webhooks/{ids['webhook']}", headers=hook_key)).status_code == 200
