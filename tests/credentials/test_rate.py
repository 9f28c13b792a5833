"""Rate limits hold over processes, slide with time, and say how long to wait."""

import asyncio

import pytest

from qianbao.clock import SECOND, ManualClock
from qianbao.credentials.rate import Rates, TooManyTries
from qianbao.db import Database, connect

START = 1_800_000_000 * SECOND


async def test_what_is_allowed_is_taken_and_the_next_must_wait(db: Database) -> None:
    rates = Rates(db, clock=ManualClock(START))
    assert [(await rates.take("a", 3, 60)).taken for _ in range(4)] == [True, True, True, False]
    with pytest.raises(TooManyTries) as refused:
        await rates.demand("a", 3, 60)
    assert refused.value.retry_after_s is not None
    assert 60 <= refused.value.retry_after_s <= 120


async def test_whoever_waits_as_long_as_told_is_let_in(db: Database) -> None:
    clock = ManualClock(START + 17 * SECOND)
    rates = Rates(db, clock=clock)
    for _ in range(40):
        wait = await rates.take("patient", 5, 60)
        if not wait.taken:
            clock.advance(wait.seconds)
            assert (await rates.take("patient", 5, 60)).taken


async def test_no_window_ever_holds_more_than_allowed_and_a_half(db: Database) -> None:
    clock = ManualClock(START)
    rates = Rates(db, clock=clock)
    taken: list[int] = []
    for _ in range(400):
        clock.advance(1)
        if (await rates.take("steady", 10, 60)).taken:
            taken.append(clock.now())
    for moment in taken:
        within = [t for t in taken if moment - 60 * SECOND < t <= moment]
        assert len(within) <= 15
    assert len(taken) >= 40, "a steady caller is let in at the allowed rate"


async def test_what_was_refused_does_not_count(db: Database) -> None:
    clock = ManualClock(START)
    rates = Rates(db, clock=clock)
    for _ in range(50):
        await rates.take("eager", 2, 10)
    clock.advance(20)
    assert (await rates.take("eager", 2, 10)).taken


async def test_two_processes_taking_at_once_never_pass_the_limit(db: Database) -> None:
    other_db = await connect(db.url)
    clock = ManualClock(START)
    one, other = Rates(db, clock=clock), Rates(other_db, clock=clock)
    waits = await asyncio.gather(*(rates.take("both", 25, 60) for _ in range(50) for rates in (one, other)))
    assert sum(wait.taken for wait in waits) == 25
    await other_db.close()


async def test_several_at_once_are_taken_whole_or_not_at_all(db: Database) -> None:
    rates = Rates(db, clock=ManualClock(START))
    assert (await rates.take("bulk", 10, 60, count=8)).taken
    assert not (await rates.take("bulk", 10, 60, count=3)).taken
    assert (await rates.take("bulk", 10, 60, count=2)).taken


async def test_what_is_given_back_can_be_taken_again(db: Database) -> None:
    rates = Rates(db, clock=ManualClock(START))
    for _ in range(20):
        assert (await rates.take("right", 2, 60)).taken
        await rates.give_back("right")


async def test_a_forgotten_key_begins_anew_and_old_ones_are_swept(db: Database) -> None:
    clock = ManualClock(START)
    rates = Rates(db, clock=clock)
    await rates.take("gone", 1, 60)
    await rates.forget("gone")
    assert (await rates.take("gone", 1, 60)).taken
    clock.advance(3 * 86_400)
    assert await rates.sweep() >= 1
