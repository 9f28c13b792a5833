"""Any mix of plans, in any batches, gives what the plain model gives: answers, balances, rows and events."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qianbao.clock import SystemClock
from qianbao.db import Database
from qianbao.errors import QianbaoError
from qianbao.ids import Id, new
from qianbao.journal import Journal, Plan, Receipt, Spend, Stale, Step
from tests.journal.jar import JarMade, JarSet, JarSip, account, balance, jar, level, plan
from tests.journal.model import Model

ACCOUNTS, JARS, KEYS = 4, 2, 30


@dataclass(frozen=True)
class Asked:
    """One drawn command, before the ids of this run are known."""

    key: int
    moves: tuple[tuple[int, int, int], ...]
    limited: bool
    steps: tuple[tuple[str, int, int], ...]


moves = st.tuples(st.integers(0, ACCOUNTS), st.integers(0, ACCOUNTS - 1), st.integers(20, 70)).filter(
    lambda move: move[0] != move[1]
)
steps = st.tuples(st.sampled_from(["made", "set", "sip"]), st.integers(0, JARS - 1), st.integers(1, 3))
asked = st.builds(
    Asked,
    key=st.integers(0, KEYS - 1),
    moves=st.lists(moves, max_size=3).map(tuple),
    limited=st.booleans(),
    steps=st.lists(steps, max_size=2, unique_by=lambda s: s[0]).map(tuple),
)


@given(
    known=st.lists(asked, min_size=10, max_size=30, unique_by=lambda one: one.key),
    batches=st.lists(
        st.lists(
            st.tuples(st.integers(0, 29), st.sampled_from([False] * 9 + [True])), min_size=4, max_size=16
        ),
        min_size=2,
        max_size=5,
    ),
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_mix_of_plans_gives_what_the_plain_model_gives(
    house: Database, known: list[Asked], batches: list[list[tuple[int, bool]]]
) -> None:
    journal = Journal(house, clock=SystemClock(), lanes=1)
    accounts = [await account(house, 100, day=30_000, day_max=90, day_used=0) for _ in range(ACCOUNTS)]
    jars = [await jar(house, 2) for _ in range(JARS)]
    shared = [await jar(house, 2) for _ in range(JARS)]
    model = Model(
        dict.fromkeys(accounts, 100), dict.fromkeys(accounts, 90), dict.fromkeys((*jars, *shared), (1, 2))
    )
    run = new(0).hex
    nobody = new(0)
    made: dict[tuple[int, int], Id] = {}

    def prepare(one: Asked) -> Plan:
        parts: list[Step] = []
        for kind, which, number in one.steps:
            if kind == "made":
                fresh = made.setdefault((one.key, which), new(0))
                parts.append(JarMade(jar=fresh, level=number))
            elif kind == "set":
                parts.append(JarSet(jar=jars[which], seen=number, level=number))
            else:
                parts.append(JarSip(jar=shared[which], command=nobody))
        named = [((*accounts, nobody)[d], accounts[c], amount) for d, c, amount in one.moves]
        whole = plan(
            f"{run}-{one.key}",
            *named,
            steps=tuple(parts),
            content=repr(one),
            result={"key": one.key, "moves": len(named)},
            spend=Spend.LIMITED if one.limited else Spend.NOTHING,
        )
        mended = tuple(
            msgspec.structs.replace(s, command=whole.command) if isinstance(s, JarSip) else s
            for s in whole.steps
        )
        return msgspec.structs.replace(whole, steps=mended)

    async def commit(one: Plan) -> tuple[str, object]:
        return await name(journal.commit(one))

    async def look_up(command: Id, digest: int) -> tuple[str, object]:
        return await name(journal.receipt(command, digest))

    async def name(asked: Awaitable[Receipt | Stale | None]) -> tuple[str, object]:
        try:
            answer = await asked
        except QianbaoError as refused:
            return refused.code, "again" if refused.replayed else None
        if not isinstance(answer, Receipt):
            return "stale" if answer else "nothing", None
        return "replayed" if answer.replayed else "done", answer.result

    try:
        for batch in batches:
            plans = [
                prepare(
                    replace(known[n % len(known)], limited=True, steps=()) if other else known[n % len(known)]
                )
                for n, other in batch
            ]
            got = await asyncio.gather(*(commit(one) for one in plans))
            # A command that is under way waits for its twin: repeats within a batch are later batches,
            # in the order in which their twins were answered.
            commands = [one.command for one in plans]
            turns: dict[Id, int] = {}
            rounds: dict[int, list[int]] = {}
            for place, one in enumerate(plans):
                turns[one.command] = turns.get(one.command, 0) + 1
                rounds.setdefault(turns[one.command], []).append(place)
            for places in rounds.values():
                places.sort(key=lambda p: commands.index(plans[p].command))
                for place, word in zip(places, model.batch([plans[p] for p in places]), strict=True):
                    assert got[place] == word

        for one in accounts:
            assert await balance(house, one) == model.balances[one]
        for one, state in model.jars.items():
            assert await level(house, one) == state
        rows = await house.rows(
            "SELECT id FROM command WHERE outcome = 0 AND id = ANY ($1::uuid[]) ORDER BY xid, ordinal",
            list(model.answers),
        )
        assert [row["id"] for row in rows] == model.told
        for command, (digest, word, result) in model.answers.items():
            assert await look_up(command, digest) == (
                ("replayed", result) if word == "done" else (word, "again")
            )
    finally:
        await journal.close()
