"""The payment PIN: locked after wrong tries whoever sends them at once, over processes and restarts."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.credentials import forms, people
from qianbao.credentials.errors import (
    NotFresh,
    PasswordWrong,
    PinAlreadySet,
    PinLocked,
    PinMustReset,
    PinNotSet,
    PinTrivial,
    PinWrong,
)
from qianbao.credentials.hashing import Hasher
from qianbao.credentials.keyring import rotate
from qianbao.credentials.rules import Rules
from qianbao.ids import Id
from tests.credentials.conftest import PIN, SECRET, Desk


class CountingHasher(Hasher):
    """A real hasher that counts what it verifies."""

    verified = 0

    async def verify(self, hash: str, secret: str) -> bool:
        CountingHasher.verified += 1
        return await super().verify(hash, secret)


async def with_pin(desk: Desk) -> Id:
    person = await desk.person()
    await desk.parts.pins.set_first(person.id, PIN)
    return person.id


async def test_the_right_pin_is_taken_and_ends_the_count_of_wrong_ones(desk: Desk) -> None:
    holder = await with_pin(desk)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(PinWrong):
                await desk.parts.pins.verify(holder, "000000")
        await desk.parts.pins.verify(holder, PIN)


async def test_five_wrong_ones_lock_it_even_for_the_right_one_until_its_time_is_over(desk: Desk) -> None:
    holder = await with_pin(desk)
    for _ in range(4):
        with pytest.raises(PinWrong):
            await desk.parts.pins.verify(holder, "000000")
    with pytest.raises(PinLocked) as locked:
        await desk.parts.pins.verify(holder, "000000")
    assert locked.value.retry_after_s == 900
    with pytest.raises(PinLocked):
        await desk.parts.pins.verify(holder, PIN)
    desk.clock.advance(901)
    await desk.parts.pins.verify(holder, PIN)


async def test_each_next_lock_lasts_twice_as_long_up_to_a_day(desk: Desk) -> None:
    holder, waits = await with_pin(desk), []
    for _ in range(9):
        for _ in range(4):
            with pytest.raises(PinWrong):
                await desk.parts.pins.verify(holder, "000000")
        with pytest.raises(PinLocked) as refused:
            await desk.parts.pins.verify(holder, "000000")
        wait = refused.value.retry_after_s
        assert wait is not None
        waits.append(wait)
        desk.clock.advance(wait + 1)
    assert waits == [900, 1800, 3600, 7200, 14400, 28800, 57600, 86400, 86400]


async def test_of_a_hundred_wrong_ones_at_once_exactly_five_are_looked_at_over_two_processes(
    desk: Desk,
) -> None:
    holder = await with_pin(desk)
    other = await desk.again()
    counting = CountingHasher(desk.parts.rules)
    for parts in (desk.parts, other):
        parts.pins._hasher = counting
    CountingHasher.verified = 0
    ends = await asyncio.gather(
        *(parts.pins.verify(holder, f"{n:06}") for n in range(50) for parts in (desk.parts, other)),
        return_exceptions=True,
    )
    assert CountingHasher.verified == 5
    assert sum(isinstance(end, PinWrong) for end in ends) == 4
    assert sum(isinstance(end, PinLocked) for end in ends) == 96
    with pytest.raises(PinLocked):
        await (await desk.again()).pins.verify(holder, PIN)
    await other.db.close()


async def test_right_ones_sent_at_once_do_not_lock_each_other_out(desk: Desk) -> None:
    holder = await with_pin(desk)
    await asyncio.gather(*(desk.parts.pins.verify(holder, PIN) for _ in range(30)))


async def test_who_has_none_is_told_so(desk: Desk) -> None:
    with pytest.raises(PinNotSet):
        await desk.parts.pins.verify(desk.id(), PIN)


async def test_a_pin_outlives_a_rotation_and_new_parameters_and_is_hashed_anew(desk: Desk) -> None:
    holder = await with_pin(desk)
    before = await desk.db.row("SELECT hash FROM pin WHERE holder = $1", holder)
    assert before is not None
    rotate(desk.settings.home)
    await desk.parts.pins.verify(holder, PIN)
    after = await desk.db.row("SELECT hash FROM pin WHERE holder = $1", holder)
    assert after is not None
    assert before["hash"].partition("$")[0] != after["hash"].partition("$")[0]
    await desk.parts.pins.verify(holder, PIN)
    desk.parts.pins._hasher = Hasher(Rules(argon2_time=2, argon2_memory_kib=128))
    await desk.parts.pins.verify(holder, PIN)
    last = await desk.db.row("SELECT hash FROM pin WHERE holder = $1", holder)
    assert last is not None
    assert "m=128,t=2" in last["hash"]


async def test_the_same_pin_of_two_people_is_kept_differently_and_never_in_the_clear(desk: Desk) -> None:
    holders = [await with_pin(desk) for _ in range(2)]
    rows = await desk.db.rows("SELECT hash FROM pin WHERE holder = ANY ($1)", holders)
    assert len({row["hash"] for row in rows}) == 2
    assert all(PIN not in row["hash"] for row in rows)


async def test_hashing_leaves_the_event_loop_free() -> None:
    hasher = Hasher(Rules())
    turns, done = 0, False

    async def count() -> None:
        nonlocal turns
        while not done:
            turns += 1
            await asyncio.sleep(0.001)

    counting = asyncio.create_task(count())
    begun = time.monotonic()
    await asyncio.gather(*(hasher.hash(f"secret {n}") for n in range(6)))
    took = time.monotonic() - begun
    done = True
    await counting
    assert turns > took / 0.05, "the loop turned all the while"
    hasher.close()


async def test_setting_changing_and_resetting_ask_for_what_they_must(desk: Desk) -> None:
    person = await desk.person()
    caller = await desk.caller(await desk.signed_in(person))
    await people.set_pin(desk.parts, caller, PIN)
    with pytest.raises(PinAlreadySet):
        await people.set_pin(desk.parts, caller, "702931")
    with pytest.raises(PinWrong):
        await people.change_pin(desk.parts, caller, old="111222", new="702931")
    await people.change_pin(desk.parts, caller, old=PIN, new="702931")
    await desk.parts.pins.verify(person.id, "702931")
    with pytest.raises(PasswordWrong):
        await people.reset_pin(desk.parts, caller, new=PIN, secret="wrong password")
    with pytest.raises(NotFresh):
        await people.reset_pin(desk.parts, caller, new=PIN)
    await desk.parts.pins.demand_reset(person.id)
    with pytest.raises(PinMustReset):
        await desk.parts.pins.verify(person.id, "702931")
    await people.reset_pin(desk.parts, caller, new=PIN, secret=SECRET)
    await desk.parts.pins.verify(person.id, PIN)
    desk.clock.advance(700)
    with pytest.raises(NotFresh):
        await people.reset_pin(desk.parts, caller, new="702931", secret=SECRET)


@pytest.mark.parametrize(
    "pin",
    [
        "123456", "654321", "890123", "111111", "112233", "123123", "121212", "123321", "199007",
        "900721", "210790", "072190", "520131", "12345", "1234567", "12345a", "１２３４５６", "",
    ],
)  # fmt: skip
def test_pins_that_are_guessed_first_are_refused(pin: str) -> None:
    with pytest.raises(PinTrivial):
        forms.pin(pin, birth_year=1990, phone="+8613900802931")


def test_the_phones_own_digits_are_no_pin() -> None:
    with pytest.raises(PinTrivial):
        forms.pin("802931", phone="+8613900802931")


@given(st.from_regex(r"[0-9]{6}", fullmatch=True))
def test_a_pin_that_is_taken_is_no_run_and_no_repetition(pin: str) -> None:
    try:
        forms.pin(pin)
    except PinTrivial:
        return
    assert len(set(pin)) > 2
    assert pin not in "01234567890123456789"
    assert pin not in "98765432109876543210"
