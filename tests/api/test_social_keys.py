"""Every endpoint by which people move money, under one key: once, again, with other content, by another
caller, ten at once. What is answered is one answer, and what has moved has moved once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from tests.api.test_social import Someone
from tests.faults.town import lay
from tests.live import Live

AMOUNT = 5_00
AT_ONCE = 10
REPLAYED = "idempotency-replayed"

Trio = tuple[Someone, Someone, Someone]
"""Ben asks for it, Anna is the other side, Cara is a third."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of Ben's."""

    path: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """`lay` makes a thing to ask for; `moves` is what Ben and Anna have more after it was asked for once.
    `stands`: it was done before, so that the first answer is a replay already."""

    lay: Callable[[Someone, Someone], Awaitable[Asked]]
    moves: tuple[int, int]
    stands: bool = False


async def _payment(ben: Someone, anna: Someone) -> Asked:
    return Asked(
        "/personal-payments",
        {"wallet": ben.wallet, "payee": anna.wallet, "amount": AMOUNT, "note": uuid4().hex},
    )


async def _return(ben: Someone, anna: Someone) -> Asked:
    sent = await anna.post("/personal-payments", wallet=anna.wallet, payee=ben.wallet, amount=AMOUNT)
    return Asked(f"/personal-payments/{sent.json()['id']}/return", {})


async def _packet(ben: Someone, _anna: Someone) -> Asked:
    return Asked(
        "/red-packets",
        {"wallet": ben.wallet, "kind": "equal", "amount": AMOUNT, "count": 1, "wish": uuid4().hex},
    )


async def _grab(ben: Someone, anna: Someone, *, count: int = 2) -> Asked:
    sent = await anna.post(
        "/red-packets", wallet=anna.wallet, kind="equal", amount=AMOUNT * count, count=count
    )
    return Asked(f"/red-packets/{sent.json()['id']}/grabs", {"wallet": ben.wallet})


async def _grab_again(ben: Someone, anna: Someone) -> Asked:
    asked = await _grab(ben, anna)
    await ben.post(asked.path, **asked.body)
    return asked


async def _grab_after_all_are_gone(ben: Someone, anna: Someone) -> Asked:
    asked = await _grab(ben, anna, count=1)
    await ben.post(asked.path, **asked.body)
    await anna.post(asked.path, 409, wallet=anna.wallet)  # from here on this server knows it
    return asked


async def _part(ben: Someone, anna: Someone) -> Asked:
    made = await anna.post("/collections", wallet=anna.wallet, title="tea", each=AMOUNT, people=2)
    return Asked(f"/collections/{made.json()['id']}/payments", {"wallet": ben.wallet})


CASES = {
    "a personal payment": Case(_payment, (-AMOUNT, AMOUNT)),
    "a payment given back": Case(_return, (-AMOUNT, AMOUNT)),
    "a red packet": Case(_packet, (-AMOUNT, 0)),
    "a share": Case(_grab, (AMOUNT, 0)),
    "a share had before": Case(_grab_again, (0, 0), stands=True),
    "a share had before of an emptied packet": Case(_grab_after_all_are_gone, (0, 0), stands=True),
    "a part of a collection": Case(_part, (-AMOUNT, AMOUNT)),
}


@pytest.fixture
async def trio(live: Live, request: pytest.FixtureRequest) -> AsyncIterator[Trio]:
    """Three people of a test's own, so that no day's limit of another test meets them."""
    case: str = request.getfixturevalue("name")
    town = await lay(live, people=3, shops=0, seed=900 + list(CASES).index(case))
    async with contextlib.AsyncExitStack() as stack:
        ben, anna, cara = [Someone(live, who) for who in town.people]
        for one in (ben, anna, cara):
            await stack.enter_async_context(one.http)
        yield ben, anna, cara


@pytest.mark.parametrize("name", CASES)
async def test_a_key_is_one_thing_done_once(name: str, trio: Trio) -> None:
    ben, anna, cara = trio
    case = CASES[name]

    async def moved(before: tuple[int, int]) -> tuple[int, int]:
        return await ben.balance() - before[0], await anna.balance() - before[1]

    async def balances() -> tuple[int, int]:
        return await moved((0, 0))

    asked, other, race = [await case.lay(ben, anna) for _ in range(3)]

    before, key = await balances(), uuid4().hex
    first = await ben.post(asked.path, key=key, **asked.body)
    assert (REPLAYED in first.headers) is case.stands
    assert await moved(before) == case.moves
    again = await ben.post(asked.path, key=key, **asked.body)
    assert (again.json(), again.headers[REPLAYED]) == (first.json(), "true")
    reused = await ben.post(other.path, 409, key=key, **other.body)
    assert reused.json()["code"] == "idempotency_key_reused"
    assert await moved(before) == case.moves

    theirs = await cara.post("/personal-payments", key=key, wallet=cara.wallet, payee=anna.wallet, amount=1)
    assert REPLAYED not in theirs.headers
    assert await moved(before) == (case.moves[0], case.moves[1] + 1)

    before, key = await balances(), uuid4().hex
    at_once = await asyncio.gather(*(ben.post(race.path, key=key, **race.body) for _ in range(AT_ONCE)))
    assert all(one.json() == at_once[0].json() for one in at_once)
    assert sum(REPLAYED not in one.headers for one in at_once) == (0 if case.stands else 1)
    assert await moved(before) == case.moves


async def test_the_books_are_right_after_it_all(live: Live) -> None:
    assert '"sound": true' in live.command("books", "check", "--json").stdout
