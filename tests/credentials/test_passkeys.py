"""Passkeys: real signatures are taken once; replays, clones, strangers and other origins are not."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qianbao.credentials import passkeys, people, sessions
from qianbao.credentials.errors import (
    ChallengeGone,
    CredentialMalformed,
    NotFresh,
    PasskeyExists,
    PasskeyRefused,
    PasskeyUnknown,
)
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.records import SignedIn
from tests.credentials.authenticator import PRESENT, SoftAuthenticator
from tests.credentials.conftest import AWAY, HERE, PIN, Desk


async def registered(desk: Desk, caller: Caller, phone: SoftAuthenticator | None = None) -> SoftAuthenticator:
    phone = phone or SoftAuthenticator()
    asked = await passkeys.register_options(desk.parts, caller, party=desk.party, name="Ann")
    await passkeys.register(
        desk.parts,
        caller,
        party=desk.party,
        challenge=asked.id,
        answer=phone.create(asked.options),
        name="My phone",
    )
    return phone


async def sign_in(desk: Desk, phone: SoftAuthenticator) -> SignedIn:
    asked = await passkeys.sign_in_options(desk.parts, party=desk.party)
    return await passkeys.sign_in(
        desk.parts, AWAY, party=desk.party, challenge=asked.id, answer=phone.get(asked.options)
    )


async def person(desk: Desk) -> Caller:
    return await desk.caller(await desk.signed_in(await desk.person()))


async def test_a_person_registers_a_passkey_and_signs_in_with_nothing_else(desk: Desk) -> None:
    caller = await person(desk)
    phone = await registered(desk, caller)
    again = await desk.caller(await sign_in(desk, phone))
    assert (again.id, again.role, again.person) == (caller.id, Role.PERSON, caller.person)
    assert again.device == caller.device, "the passkey's device is known again"
    (kept,) = await passkeys.passkeys_of(desk.parts, caller)
    assert (kept.name, kept.id) == ("My phone", phone.credential_id)
    assert kept.used_at is not None


async def test_an_operator_signs_in_by_passkey_as_what_they_are(desk: Desk) -> None:
    caller = await desk.operator(Role.AUDITOR)
    phone = await registered(desk, caller)
    again = await desk.caller(await sign_in(desk, phone))
    assert (again.id, again.role, again.person) == (caller.id, Role.AUDITOR, None)


async def test_an_authenticator_without_a_counter_works_again_and_again(desk: Desk) -> None:
    phone = await registered(desk, await person(desk), SoftAuthenticator(counts=False))
    for _ in range(3):
        await sign_in(desk, phone)


async def test_an_answer_is_taken_once_even_when_sent_twice_at_once(desk: Desk) -> None:
    phone = await registered(desk, await person(desk))
    asked = await passkeys.sign_in_options(desk.parts, party=desk.party)
    answer = phone.get(asked.options)
    ends = await asyncio.gather(
        *(
            passkeys.sign_in(desk.parts, AWAY, party=desk.party, challenge=asked.id, answer=answer)
            for _ in range(5)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(end, SignedIn) for end in ends) == 1
    assert sum(isinstance(end, ChallengeGone) for end in ends) == 4


async def test_a_cloned_authenticator_is_noticed_by_its_counter(desk: Desk) -> None:
    phone = await registered(desk, await person(desk))
    clone = SoftAuthenticator(
        key=phone.key,
        credential_id=phone.credential_id,
        user_handle=phone.user_handle,
        counter=phone.counter,
    )
    await sign_in(desk, phone)
    with pytest.raises(PasskeyRefused):
        await sign_in(desk, clone)


async def test_a_challenge_that_has_expired_or_was_for_something_else_is_gone(desk: Desk) -> None:
    caller = await person(desk)
    phone = await registered(desk, caller)
    late = await passkeys.sign_in_options(desk.parts, party=desk.party)
    desk.clock.advance(301)
    with pytest.raises(ChallengeGone):
        await passkeys.sign_in(
            desk.parts, HERE, party=desk.party, challenge=late.id, answer=phone.get(late.options)
        )
    mine = await passkeys.prove_options(desk.parts, caller, party=desk.party)
    with pytest.raises(ChallengeGone):
        await passkeys.sign_in(
            desk.parts, HERE, party=desk.party, challenge=mine.id, answer=phone.get(mine.options)
        )
    with pytest.raises(ChallengeGone):
        await passkeys.sign_in(
            desk.parts, HERE, party=desk.party, challenge=desk.id(), answer=phone.get(mine.options)
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
        {"flags": 0},
    ],
    ids=["another origin", "another domain", "nobody verified", "nobody there"],
)
async def test_an_answer_given_elsewhere_or_without_the_holder_is_refused(
    desk: Desk, wrong: dict[str, Any]
) -> None:
    caller = await person(desk)
    phone = await registered(desk, caller)
    for name, value in wrong.items():
        setattr(phone, name, value)
    with pytest.raises(PasskeyRefused):
        await sign_in(desk, phone)
    with pytest.raises(PasskeyRefused):
        await registered(desk, caller, SoftAuthenticator(**wrong))


async def test_another_key_or_a_stranger_is_refused(desk: Desk) -> None:
    phone = await registered(desk, await person(desk))
    with pytest.raises(PasskeyRefused):
        await sign_in(desk, SoftAuthenticator(credential_id=phone.credential_id))
    with pytest.raises(PasskeyRefused):
        await sign_in(desk, SoftAuthenticator())


async def test_one_passkey_belongs_to_one(desk: Desk) -> None:
    phone = await registered(desk, await person(desk))
    with pytest.raises(PasskeyExists):
        await registered(desk, await person(desk), phone)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    answer=st.dictionaries(
        st.sampled_from(["id", "rawId", "type", "response", "x"]),
        st.recursive(
            st.none() | st.text(max_size=20) | st.integers() | st.just("public-key"),
            lambda inner: st.dictionaries(
                st.sampled_from(["clientDataJSON", "authenticatorData", "signature", "userHandle"]), inner
            ),
            max_leaves=5,
        ),
    )
)
async def test_no_malformed_answer_is_more_than_refused(desk: Desk, answer: dict[str, Any]) -> None:
    asked = await passkeys.sign_in_options(desk.parts, party=desk.party)
    with pytest.raises(PasskeyRefused):
        await passkeys.sign_in(desk.parts, HERE, party=desk.party, challenge=asked.id, answer=answer)


async def test_an_endless_answer_is_not_even_read(desk: Desk) -> None:
    asked = await passkeys.sign_in_options(desk.parts, party=desk.party)
    with pytest.raises(CredentialMalformed):
        await passkeys.sign_in(
            desk.parts, HERE, party=desk.party, challenge=asked.id, answer={"id": "A" * 20_000}
        )


async def test_a_passkey_makes_an_old_session_fresh_and_resets_a_pin_without_the_password(desk: Desk) -> None:
    caller = await person(desk)
    phone = await registered(desk, caller)
    await people.set_pin(desk.parts, caller, PIN)
    desk.clock.advance(3600)
    for wanted in (False, True):
        with pytest.raises(NotFresh):
            await sessions.demand_fresh(desk.parts, caller, passkey=wanted)
    asked = await passkeys.prove_options(desk.parts, caller, party=desk.party)
    await passkeys.prove(
        desk.parts, caller, party=desk.party, challenge=asked.id, answer=phone.get(asked.options)
    )
    await people.reset_pin(desk.parts, caller, new="702931")
    await desk.parts.pins.verify(caller.id, "702931")


async def test_a_signed_out_device_takes_its_passkeys_along_and_a_removed_one_opens_nothing(
    desk: Desk,
) -> None:
    caller = await person(desk)
    phone = await registered(desk, caller)
    with pytest.raises(PasskeyUnknown):
        await passkeys.remove(desk.parts, await person(desk), phone.credential_id)
    await passkeys.remove(desk.parts, caller, phone.credential_id)
    with pytest.raises(PasskeyRefused):
        await sign_in(desk, phone)
    other = await registered(desk, caller)
    assert caller.device
    await sessions.sign_out_device(desk.parts, caller, caller.device)
    with pytest.raises(PasskeyRefused):
        await sign_in(desk, other)


async def test_a_lost_phone_loses_its_passkey_and_the_phone_at_hand_keeps_its_own(desk: Desk) -> None:
    someone = await desk.person()
    lost = await desk.caller(await desk.signed_in(someone))
    lost_phone = await registered(desk, lost)
    here = await desk.caller(await desk.signed_in(someone, AWAY))
    phone = await registered(desk, here)
    done = await people.lost_phone(desk.parts, here, journal=desk.journal, command=desk.id())
    assert done.passkeys_removed == 1
    with pytest.raises(PasskeyRefused):
        await sign_in(desk, lost_phone)
    await sign_in(desk, phone)
