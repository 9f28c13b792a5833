"""A person's two roles: into their own shop, and back to their own wallet."""

from __future__ import annotations

import asyncio

import pytest

from qianbao.credentials import acting, sessions
from qianbao.credentials.errors import (
    CredentialUnknown,
    NotFresh,
    NotYours,
    PinLocked,
    PinWrong,
    SessionUnknown,
)
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.records import SignedIn
from qianbao.ids import Id
from tests.credentials.conftest import PIN, Desk

HOUR = 3600


async def in_shop(desk: Desk) -> tuple[SignedIn, SignedIn, Id]:
    """Somebody who has gone into their own shop: the session of their own, the shop's, and who it is."""
    person = await desk.person()
    await desk.parts.pins.set_first(person.id, PIN)
    mine, _ = await desk.shop(owner=person.id)
    own = await desk.signed_in(person)
    return own, await acting.act_for(desk.parts, await desk.caller(own), merchant=mine.id), person.id


async def test_a_person_acts_for_the_merchant_they_own_and_for_no_other(desk: Desk) -> None:
    own, shop, person = await in_shop(desk)
    caller = await desk.caller(own)
    owner = await desk.caller(shop)
    assert (owner.role, owner.person, owner.device) == (Role.OWNER, person, caller.device)
    others, _ = await desk.shop()
    for merchant in (others.id, desk.id()):
        with pytest.raises(NotYours):
            await acting.act_for(desk.parts, caller, merchant=merchant)


async def test_going_into_a_shop_proves_nothing_anew(desk: Desk) -> None:
    own, _, person = await in_shop(desk)
    mine, _ = await desk.shop(owner=person)
    desk.clock.advance(HOUR)
    later = await acting.act_for(desk.parts, await desk.caller(own), merchant=mine.id)
    with pytest.raises(NotFresh):
        await sessions.demand_fresh(desk.parts, await desk.caller(later))


async def test_back_from_the_shop_the_persons_own_session_goes_on_under_a_new_token(desk: Desk) -> None:
    own, shop, person = await in_shop(desk)
    desk.clock.advance(HOUR)
    owner = await desk.caller(shop)
    with pytest.raises(PinWrong):
        await acting.back_to_person(desk.parts, owner, pin="000000")
    back = await acting.back_to_person(desk.parts, owner, pin=PIN)
    assert back.session.id == own.session.id
    assert back.session.expires_at == own.session.expires_at
    caller = await desk.caller(back)
    assert (caller.id, caller.role, caller.merchant) == (person, Role.PERSON, None)
    for gone in (own, shop):
        with pytest.raises(CredentialUnknown):
            await desk.caller(gone)
    with pytest.raises(NotFresh):
        await sessions.demand_fresh(desk.parts, caller)


async def test_from_shop_to_shop_it_still_goes_back_to_the_person(desk: Desk) -> None:
    own, shop, person = await in_shop(desk)
    second, _ = await desk.shop(owner=person)
    other = await acting.act_for(desk.parts, await desk.caller(shop), merchant=second.id)
    back = await acting.back_to_person(desk.parts, await desk.caller(other), pin=PIN)
    assert back.session.id == own.session.id


async def test_what_ended_the_persons_session_ends_the_way_back(desk: Desk) -> None:
    own, shop, person = await in_shop(desk)
    owner = await desk.caller(shop)
    await sessions.sign_out(desk.parts, await desk.caller(own))
    with pytest.raises(SessionUnknown):
        await acting.back_to_person(desk.parts, owner, pin=PIN)
    assert (await desk.caller(shop)).role is Role.OWNER  # the shop goes on
    assert await sessions.end_sessions_of(desk.parts, person) == 1  # a lost phone ends it too
    with pytest.raises(CredentialUnknown):
        await desk.caller(shop)


async def test_guesses_of_the_pin_lock_the_way_back(desk: Desk) -> None:
    _, shop, _ = await in_shop(desk)
    owner = await desk.caller(shop)
    for _ in range(4):
        with pytest.raises(PinWrong):
            await acting.back_to_person(desk.parts, owner, pin="000000")
    for pin in ("000000", PIN):
        with pytest.raises(PinLocked):
            await acting.back_to_person(desk.parts, owner, pin=pin)


async def test_two_ways_back_at_once_make_one_session(desk: Desk) -> None:
    _, shop, _ = await in_shop(desk)
    owner = await desk.caller(shop)

    async def back() -> SignedIn | SessionUnknown:
        try:
            return await acting.back_to_person(desk.parts, owner, pin=PIN)
        except SessionUnknown as gone:
            return gone

    ends = await asyncio.gather(back(), back())
    (kept,) = (end for end in ends if isinstance(end, SignedIn))
    assert (await desk.caller(kept)).role is Role.PERSON


async def test_a_shops_own_login_has_no_wallet_to_go_back_to(desk: Desk) -> None:
    owner, merchant, _ = await desk.owner()
    assert (owner.person, owner.merchant) == (None, merchant.id)
    for caller in (owner, Caller(id=merchant.id, role=Role.OWNER, merchant=merchant.id)):
        with pytest.raises(NotYours):
            await acting.back_to_person(desk.parts, caller, pin=PIN)
