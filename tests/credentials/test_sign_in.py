"""Signing in: everybody by their own means, nobody by guessing, and no account is given away."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from qianbao.credentials import forms, operators, password, people, sign_in, staff
from qianbao.credentials.errors import (
    CredentialUnknown,
    InitialPassword,
    LoginTaken,
    NotYours,
    PasswordWeak,
    SignInRefused,
    StaffUnknown,
)
from qianbao.credentials.hashing import Hasher
from qianbao.credentials.models import Role
from qianbao.credentials.rate import TooManyTries
from qianbao.credentials.rules import Rules
from qianbao.credentials.throttle import Place
from qianbao.errors import QianbaoError
from qianbao.parties.models import Person, Store
from tests.credentials.conftest import AWAY, HERE, PIN, SECRET, Desk


async def test_a_person_signs_in_by_phone_or_account_number(desk: Desk) -> None:
    person = await desk.person()
    wallet = await desk.wallet(person)
    assert wallet.account_number
    for identifier in (person.phone, wallet.account_number):
        assert identifier
        signed = await sign_in.person(desk.parts, AWAY, identifier=identifier, secret=SECRET)
        caller = await desk.caller(signed)
        assert (caller.id, caller.role, caller.person) == (person.id, Role.PERSON, person.id)
        assert caller.scopes is None


async def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(desk: Desk) -> None:
    person = await desk.person()
    answers: list[tuple[str, str]] = []
    for identifier, secret in [
        (person.phone, "wrong password"),
        ("+8613999999999", SECRET),
        ("no-such-handle", SECRET),
        ("\x00" * 500, SECRET),
    ]:
        assert identifier
        with pytest.raises(SignInRefused) as refused:
            await sign_in.person(desk.parts, AWAY, identifier=identifier, secret=secret)
        answers.append((refused.value.code, refused.value.detail))
    assert len(set(answers)) == 1


async def guessed(desk: Desk, person: Person, addresses: Sequence[str]) -> Counter[type[object]]:
    """How guesses at a password end that come at once, one from each of these addresses."""
    assert person.phone
    ends = await asyncio.gather(
        *(
            sign_in.person(
                desk.parts, Place(address=address), identifier=person.phone, secret=f"guess {n} at it"
            )
            for n, address in enumerate(addresses)
        ),
        return_exceptions=True,
    )
    return Counter(type(end) for end in ends)


async def test_guessing_at_one_account_from_one_address_stops_after_ten(desk: Desk) -> None:
    person = await desk.person()
    assert await guessed(desk, person, [AWAY.address] * 40) == {SignInRefused: 10, TooManyTries: 30}
    with pytest.raises(TooManyTries) as many:
        await desk.signed_in(person, AWAY)
    assert many.value.retry_after_s
    await desk.signed_in(person, Place(address="203.0.113.200"))
    desk.clock.advance(1800)
    await desk.signed_in(person, AWAY)


async def test_guessing_at_one_account_from_many_addresses_stops_after_sixty(desk: Desk) -> None:
    person = await desk.person()
    many = [f"203.0.113.{n}" for n in range(90)]
    assert await guessed(desk, person, many) == {SignInRefused: 60, TooManyTries: 30}
    with pytest.raises(TooManyTries):
        await desk.signed_in(person, AWAY)
    desk.clock.advance(1800)
    await desk.signed_in(person, AWAY)


async def test_guesses_from_elsewhere_lock_nobody_out_where_they_signed_in_before(desk: Desk) -> None:
    person = await desk.person()
    signed = await desk.signed_in(person, AWAY)
    many = [f"192.168.2.{n}" for n in range(90)]
    assert (await guessed(desk, person, many))[TooManyTries] == 30
    await desk.signed_in(person, AWAY)
    known = Place(address="203.0.113.77", device=signed.session.device)
    await desk.signed_in(person, known)
    with pytest.raises(TooManyTries):
        await desk.signed_in(person, Place(address="203.0.113.78", device=desk.id()))
    await desk.signed_in(person, known)
    # Its own count holds for a known address too.
    assert await guessed(desk, person, [AWAY.address] * 20) == {SignInRefused: 10, TooManyTries: 10}


async def test_guessing_at_many_accounts_from_one_address_stops_too(desk: Desk) -> None:
    place = Place(address="192.0.2.66")
    ends: list[Any] = await asyncio.gather(
        *(
            sign_in.person(desk.parts, place, identifier=f"victim{n}", secret="the same guess")
            for n in range(120)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(end, SignInRefused) for end in ends) == 100
    assert sum(isinstance(end, TooManyTries) for end in ends) == 20


async def test_right_ones_do_not_count_against_an_address(desk: Desk) -> None:
    person = await desk.person()
    campus = Place(address="192.0.2.99")
    for _ in range(110):
        await desk.signed_in(person, campus)


async def test_a_password_drawn_at_installation_works_on_this_machine_alone_until_it_is_changed(
    desk: Desk,
) -> None:
    await operators.add_operator(
        desk.parts, login="admin", name="Admin", secret="drawn-by-chance-77", must_change=True
    )
    with pytest.raises(InitialPassword):
        await sign_in.house(desk.parts, AWAY, login="admin", secret="drawn-by-chance-77")
    signed = await sign_in.house(desk.parts, HERE, login="ADMIN", secret="drawn-by-chance-77")
    caller = await desk.caller(signed)
    assert caller.role is Role.OPERATOR
    assert caller.person is None
    await people.change_password(desk.parts, caller, old="drawn-by-chance-77", new="my own choice")
    await sign_in.house(desk.parts, AWAY, login="admin", secret="my own choice")
    with pytest.raises(LoginTaken):
        await operators.add_operator(desk.parts, login="Admin", name="Admin", secret=SECRET)


async def test_an_operator_who_left_is_signed_out_and_cannot_come_back(desk: Desk) -> None:
    added = await operators.add_operator(
        desk.parts, login="leaver", name="Leaver", secret=SECRET, role=Role.AUDITOR
    )
    signed = await sign_in.house(desk.parts, HERE, login="leaver", secret=SECRET)
    await operators.end_operator(desk.parts, added.id)
    with pytest.raises(CredentialUnknown):
        await desk.caller(signed)
    with pytest.raises(SignInRefused):
        await sign_in.house(desk.parts, HERE, login="leaver", secret=SECRET)


async def test_a_cashier_signs_in_at_a_till_of_the_store_by_pin(desk: Desk) -> None:
    owner, merchant, store = await desk.owner()
    id = desk.id()
    member, again = [
        await staff.add_at_store(
            desk.parts, owner, id=id, store=store.id, role=Role.CASHIER, login="lili", name="Li Li", pin=PIN
        )
        for _ in range(2)
    ]
    assert again == member
    signed = await sign_in.cashier(desk.parts, AWAY, store=store.id, login="LiLi", pin=PIN, till="3")
    caller = await desk.caller(signed)
    assert (caller.id, caller.role, caller.merchant, caller.store, caller.till) == (
        member.id,
        Role.CASHIER,
        merchant.id,
        store.id,
        "3",
    )
    for wrong_store, login, pin in [
        (desk.id(), "lili", PIN),
        (store.id, "nobody", PIN),
        (store.id, "lili", "000000"),
    ]:
        with pytest.raises(SignInRefused):
            await sign_in.cashier(desk.parts, AWAY, store=wrong_store, login=login, pin=pin, till=None)
    with pytest.raises(LoginTaken):
        await staff.add_at_store(
            desk.parts,
            owner,
            id=desk.id(),
            store=store.id,
            role=Role.CASHIER,
            login="LILI",
            name="L",
            pin=PIN,
        )


async def pins_tried(desk: Desk, store: Store, login: str, addresses: Sequence[str]) -> Counter[type[object]]:
    """How guesses at a cashier's PIN end, one from each of these addresses."""
    ends = await asyncio.gather(
        *(
            sign_in.cashier(
                desk.parts, Place(address=one), store=store.id, login=login, pin="000000", till=None
            )
            for one in addresses
        ),
        return_exceptions=True,
    )
    return Counter(type(end) for end in ends)


async def test_a_till_is_not_locked_out_by_guesses_from_elsewhere_and_a_day_bounds_those(desk: Desk) -> None:
    owner, _, store = await desk.owner()
    member = await staff.add_at_store(
        desk.parts, owner, id=desk.id(), store=store.id, role=Role.SUPERVISOR, login="sup", name="S", pin=PIN
    )

    async def at_the_till(pin: str = PIN, place: Place = AWAY) -> None:
        await sign_in.cashier(desk.parts, place, store=store.id, login="sup", pin=pin, till=None)

    await at_the_till()
    for hour in range(3):
        bots = [f"203.0.{113 + hour}.{n}" for n in range(70)]
        ends = await pins_tried(desk, store, "sup", bots)
        assert ends == ({SignInRefused: 50, TooManyTries: 20} if hour == 0 else {TooManyTries: 70})
        await at_the_till()
        desk.clock.advance(3600)
    new_till = Place(address="198.51.100.200")
    with pytest.raises(TooManyTries):
        await at_the_till(place=new_till)
    await staff.set_pin(desk.parts, owner, member.id, "702931")
    await at_the_till("702931", new_till)


async def test_guessing_at_a_cashiers_pin_stops_at_the_till_itself_too(desk: Desk) -> None:
    owner, _, store = await desk.owner()
    await staff.add_at_store(
        desk.parts, owner, id=desk.id(), store=store.id, role=Role.CASHIER, login="own", name="O", pin=PIN
    )
    await sign_in.cashier(desk.parts, AWAY, store=store.id, login="own", pin=PIN, till=None)
    refused = 0
    for _ in range(24):
        refused += (await pins_tried(desk, store, "own", [AWAY.address] * 20))[SignInRefused]
        desk.clock.advance(1800)
    assert refused == 50


async def test_a_cashier_who_is_let_go_is_signed_out_at_once(desk: Desk) -> None:
    owner, merchant, store = await desk.owner()
    member = await staff.add_at_store(
        desk.parts, owner, id=desk.id(), store=store.id, role=Role.CASHIER, login="gone", name="G", pin=PIN
    )
    signed = await sign_in.cashier(desk.parts, AWAY, store=store.id, login="gone", pin=PIN, till="1")
    await desk.caller(signed)
    await staff.end(desk.parts, owner, member.id)
    with pytest.raises(CredentialUnknown):
        await desk.caller(signed)
    with pytest.raises(SignInRefused):
        await sign_in.cashier(desk.parts, AWAY, store=store.id, login="gone", pin=PIN, till="1")
    assert [m.active for m in await staff.staff_of(desk.parts, owner, merchant.id) if m.id == member.id] == [
        False
    ]


async def test_nobody_manages_another_merchants_staff(desk: Desk) -> None:
    owner, _, store = await desk.owner()
    other, _, _ = await desk.owner()
    member = await staff.add_at_store(
        desk.parts, owner, id=desk.id(), store=store.id, role=Role.CASHIER, login="mine", name="M", pin=PIN
    )
    with pytest.raises(NotYours):
        await staff.add_at_store(
            desk.parts, other, id=desk.id(), store=store.id, role=Role.CASHIER, login="spy", name="S", pin=PIN
        )
    with pytest.raises(StaffUnknown):
        await staff.set_pin(desk.parts, other, member.id, PIN)
    with pytest.raises(StaffUnknown):
        await staff.end(desk.parts, other, member.id)
    with pytest.raises(NotYours):
        await staff.staff_of(desk.parts, other, store.merchant)


async def test_a_changed_password_signs_the_other_devices_out(desk: Desk) -> None:
    person = await desk.person()
    here, away = await desk.signed_in(person), await desk.signed_in(person, AWAY)
    caller = await desk.caller(here)
    await people.change_password(desk.parts, caller, old=SECRET, new="another good one")
    await desk.caller(here)
    with pytest.raises(CredentialUnknown):
        await desk.caller(away)
    with pytest.raises(SignInRefused):
        await desk.signed_in(person)


@pytest.mark.parametrize(
    "secret", ["short", "x" * 129, "password123", "aaaaaaaa", "PassWord", "lili@shop", "pohs@ilil"]
)
def test_passwords_that_are_guessed_first_are_refused(secret: str) -> None:
    with pytest.raises(PasswordWeak):
        forms.password(secret, known=("Lili@shop",))


async def test_a_password_is_hashed_anew_when_the_parameters_have_changed(desk: Desk) -> None:
    person = await desk.person()
    stronger = replace(desk.parts, hasher=Hasher(Rules(argon2_time=2, argon2_memory_kib=128)))
    assert await password.check(stronger, person.id, SECRET) is False
    rows = await desk.db.rows("SELECT hash FROM password WHERE holder = $1", person.id)
    assert "m=128,t=2" in rows[0]["hash"]
    await desk.signed_in(person)


async def test_no_password_and_no_token_is_kept_in_the_clear_or_shown(desk: Desk) -> None:
    person = await desk.person()
    signed = await desk.signed_in(person)
    for table in ("password", "session", "device", "rate", "staff", "operator"):
        rows = await desk.db.rows(f"SELECT t::text AS kept FROM {table} AS t")  # noqa: S608 - our own names
        assert all(SECRET not in row["kept"] and signed.token not in row["kept"] for row in rows)
    assert signed.token not in repr(signed)
    with pytest.raises(QianbaoError) as refused:
        await password.demand(desk.parts, person.id, "a wrong secret")
    assert "a wrong secret" not in str(refused.value)
