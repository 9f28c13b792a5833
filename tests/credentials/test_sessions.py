"""Sessions and API keys: cheap to know, gone within a second when revoked, anywhere."""

import asyncio
from collections.abc import Mapping

import pytest

from qianbao.credentials import api_keys, people, sessions, tokens
from qianbao.credentials.authenticate import Authenticator
from qianbao.credentials.errors import (
    ApiKeyUnknown,
    CredentialMalformed,
    CredentialUnknown,
    NotFresh,
    NotYours,
    PinMustReset,
    SessionUnknown,
)
from qianbao.credentials.keyring import rotate
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.credentials.sweep import sweep
from qianbao.credentials.throttle import Place
from qianbao.ids import Id
from qianbao.parties import service
from qianbao.parties.errors import FrozenByHouse
from qianbao.parties.models import FrozenBy, PartyKind, PartyState
from tests.credentials.conftest import AWAY, PIN, SECRET, Desk

DAY = 86_400


class CountingAuthenticator(Authenticator):
    """A real authenticator that counts its queries."""

    queries = 0

    async def _fetch_sessions(self, digests: list[bytes]) -> Mapping[bytes, tuple[Id, Caller]]:
        self.queries += 1
        return await super()._fetch_sessions(digests)


async def test_a_session_ends_unseen_after_a_week_and_seen_after_a_month(desk: Desk) -> None:
    person = await desk.person()
    idle, busy = await desk.signed_in(person), await desk.signed_in(person)
    for _ in range(4):
        desk.clock.advance(6 * DAY)
        await desk.caller(busy)
    with pytest.raises(CredentialUnknown):
        await desk.caller(idle)
    desk.clock.advance(6 * DAY + 1)
    with pytest.raises(CredentialUnknown):
        await desk.caller(busy)


async def test_an_operators_session_ends_after_half_an_hour_unseen(desk: Desk) -> None:
    person = await desk.person()
    signed = await desk.signed_in(person)
    operator = await desk.operator()
    assert operator.session
    rows = await desk.db.rows("SELECT idle FROM session WHERE id = $1", operator.session)
    assert rows[0]["idle"] == 1800 * 10**9
    desk.clock.advance(3600)
    await desk.caller(signed)


async def test_an_own_revocation_holds_at_once_and_in_another_process_within_a_second(desk: Desk) -> None:
    person = await desk.person()
    signed = await desk.signed_in(person)
    other = await desk.again()
    caller = await desk.caller(signed)
    assert await other.authenticator.authenticate(signed.token) == caller
    await sessions.sign_out(desk.parts, caller)
    with pytest.raises(CredentialUnknown):
        await desk.caller(signed)
    desk.clock.advance(0.999)
    with pytest.raises(CredentialUnknown):
        await other.authenticator.authenticate(signed.token)
    with pytest.raises(SessionUnknown):
        await sessions.sign_out(desk.parts, caller)
    await other.db.close()


async def test_many_requests_of_many_sessions_are_few_queries(desk: Desk) -> None:
    person = await desk.person()
    signed = [await desk.signed_in(person) for _ in range(50)]
    counting = CountingAuthenticator(
        desk.db, clock=desk.clock, rules=desk.parts.rules, keyring=desk.parts.keyring
    )
    for _ in range(3):
        await asyncio.gather(*(counting.authenticate(one.token) for one in signed for _ in range(20)))
    assert counting.queries == 1
    desk.clock.advance(1)
    await asyncio.gather(*(counting.authenticate(one.token) for one in signed for _ in range(20)))
    assert counting.queries == 2


async def test_sessions_long_over_are_swept_and_living_ones_stay(desk: Desk) -> None:
    person = await desk.person()
    old = await desk.signed_in(person)
    desk.clock.advance(40 * DAY)
    living = await desk.signed_in(person)
    assert await sweep(desk.parts) >= 1
    rows = await desk.db.rows(
        "SELECT id FROM session WHERE id = ANY ($1)", [old.session.id, living.session.id]
    )
    assert [row["id"] for row in rows] == [living.session.id]
    await desk.caller(living)


async def test_devices_are_listed_and_signed_out_one_by_one_or_all(desk: Desk) -> None:
    person, stranger = await desk.person(), await desk.person()
    here, away = await desk.signed_in(person), await desk.signed_in(person, AWAY)
    caller, thief = await desk.caller(here), await desk.caller(await desk.signed_in(stranger))
    assert {s.device_name for s in await sessions.sessions_of(desk.parts, caller)} == {
        "Test phone",
        "Other phone",
    }
    with pytest.raises(SessionUnknown):
        await sessions.sign_out(desk.parts, thief, session_id=away.session.id)
    with pytest.raises(SessionUnknown):
        await sessions.sign_out_device(desk.parts, thief, away.session.device)
    assert await sessions.sign_out_device(desk.parts, caller, away.session.device) == 1
    with pytest.raises(CredentialUnknown):
        await desk.caller(away)
    assert await sessions.end_sessions_of(desk.parts, person.id) == 1
    with pytest.raises(CredentialUnknown):
        await desk.caller(here)


async def test_a_known_device_is_known_again_and_only_to_its_holder(desk: Desk) -> None:
    person, stranger = await desk.person(), await desk.person()
    first = await desk.signed_in(person)
    again = Place(address="x", device=first.session.device, device_name="Renamed")
    assert (await desk.signed_in(person, again)).session.device == first.session.device
    assert (await desk.signed_in(stranger, again)).session.device != first.session.device


async def test_a_lost_phone_is_signed_out_its_wallets_frozen_and_its_pin_worth_nothing(desk: Desk) -> None:
    person = await desk.person()
    wallet = await desk.wallet(person)
    await desk.parts.pins.set_first(person.id, PIN)
    lost = await desk.signed_in(person)
    desk.clock.advance(3600)
    thief = await desk.caller(lost)
    with pytest.raises(NotFresh):
        await people.lost_phone(desk.parts, thief, journal=desk.journal, command=desk.id())
    owner = await desk.caller(await desk.signed_in(person, AWAY))
    command = desk.id()
    for ended in (1, 0):
        done = await people.lost_phone(desk.parts, owner, journal=desk.journal, command=command)
        assert done.wallets_frozen == (wallet.id,)
        assert done.sessions_ended == ended
    with pytest.raises(CredentialUnknown):
        await desk.caller(lost)
    assert (await desk.parts.parties.wallet(wallet.id)).state is PartyState.FROZEN
    with pytest.raises(PinMustReset):
        await desk.parts.pins.verify(person.id, PIN)
    with pytest.raises(PinMustReset):
        await people.reopen(desk.parts, owner, journal=desk.journal, command=desk.id())
    await people.reset_pin(desk.parts, owner, new="702931", secret=SECRET)
    assert await people.reopen(desk.parts, owner, journal=desk.journal, command=desk.id()) == (wallet.id,)
    assert (await desk.parts.parties.wallet(wallet.id)).state is PartyState.ACTIVE
    await desk.parts.pins.verify(person.id, "702931")


async def test_what_the_house_froze_stays_frozen_when_the_holder_reopens(desk: Desk) -> None:
    person = await desk.person()
    wallet = await desk.wallet(person)
    caller = await desk.caller(await desk.signed_in(person))
    await service.freeze(
        desk.id(),
        parties=desk.parts.parties,
        journal=desk.journal,
        command=desk.id(),
        kind=PartyKind.WALLET,
        account=wallet.id,
        by=FrozenBy.HOUSE,
        reason="court order",
    )
    assert await people.reopen(desk.parts, caller, journal=desk.journal, command=desk.id()) == ()
    with pytest.raises(FrozenByHouse):
        await service.unfreeze(
            person.id,
            parties=desk.parts.parties,
            journal=desk.journal,
            command=desk.id(),
            kind=PartyKind.WALLET,
            account=wallet.id,
            by=FrozenBy.HOLDER,
            reason="please",
        )


async def test_an_api_key_acts_for_its_merchant_within_its_scopes(desk: Desk) -> None:
    owner, merchant, _ = await desk.owner()
    made = await api_keys.make(
        desk.parts,
        owner,
        merchant=merchant.id,
        name="Till software",
        scopes=[Scope.TRADES_WRITE, Scope.TRADES_READ],
        live=False,
    )
    assert made.secret.startswith("qb_test_")
    assert made.secret not in repr(made)
    caller = await desk.parts.authenticator.authenticate(made.secret)
    assert (caller.id, caller.role, caller.merchant) == (merchant.id, Role.OWNER, merchant.id)
    assert caller.scopes == {Scope.TRADES_WRITE, Scope.TRADES_READ}
    assert caller.session is None
    listed = await api_keys.keys_of(desk.parts, owner, merchant.id)
    assert listed[0].used_at is not None
    rows = await desk.db.rows("SELECT k::text AS kept FROM api_key AS k")
    assert all(made.secret not in row["kept"] for row in rows)
    for forbidden in (
        api_keys.make(desk.parts, caller, merchant=merchant.id, name="child", scopes=[Scope.TRADES_READ]),
        api_keys.keys_of(desk.parts, caller, merchant.id),
    ):
        with pytest.raises(NotYours):
            await forbidden


async def test_an_api_key_that_is_revoked_expired_mistyped_or_made_up_is_nobodys(desk: Desk) -> None:
    owner, merchant, _ = await desk.owner()
    stranger, _, _ = await desk.owner()

    async def key(expires_s: int | None = None) -> tuple[str, Id]:
        made = await api_keys.make(
            desk.parts, owner, merchant=merchant.id, name="k", scopes=[Scope.TRADES_READ], expires_s=expires_s
        )
        await desk.parts.authenticator.authenticate(made.secret)
        return made.secret, made.key.id

    revoked, id = await key()
    with pytest.raises(NotYours):
        await api_keys.revoke(desk.parts, stranger, merchant=merchant.id, id=owner.id)
    with pytest.raises(ApiKeyUnknown):
        await api_keys.revoke(desk.parts, owner, merchant=merchant.id, id=owner.id)
    other = await desk.again()
    await other.authenticator.authenticate(revoked)
    for _ in range(2):
        await api_keys.revoke(desk.parts, owner, merchant=merchant.id, id=id)
    expired, _ = await key(expires_s=60)
    desk.clock.advance(61)
    mistyped = expired[:-1] + ("A" if expired[-1] != "A" else "B")
    made_up = tokens.new_key(lambda size: b"\x07" * size, live=True)
    for text in (
        revoked,
        expired,
        mistyped,
        made_up,
        "",
        "x" * 43,
        "x" * 10_000,
        "\udcff" * 43,
        "qb_live_" + "é" * 49,
    ):
        for parts in (desk.parts, other):
            with pytest.raises(CredentialUnknown):
                await parts.authenticator.authenticate(text)
    await other.db.close()


async def test_an_api_key_outlives_a_rotation_of_the_keyring_and_moves_to_its_newest_secret(
    desk: Desk,
) -> None:
    owner, merchant, _ = await desk.owner()
    made = await api_keys.make(
        desk.parts, owner, merchant=merchant.id, name="old", scopes=[Scope.TRADES_READ]
    )
    rotate(desk.settings.home)
    desk.clock.advance(1)
    await desk.parts.authenticator.authenticate(made.secret)
    rows = await desk.db.rows("SELECT digest FROM api_key WHERE id = $1", made.key.id)
    assert rows[0]["digest"] == desk.parts.keyring.digest("api_key", made.secret.encode())
    rotate(desk.settings.home, keep=2)
    desk.clock.advance(1)
    await desk.parts.authenticator.authenticate(made.secret)


async def test_only_the_house_lets_a_key_grant_subsidies(desk: Desk) -> None:
    owner, merchant, _ = await desk.owner()
    operator = await desk.operator()
    with pytest.raises(CredentialMalformed):
        await api_keys.make(desk.parts, owner, merchant=merchant.id, name="k", scopes=[Scope.SUBSIDIES_GRANT])
    await api_keys.make(desk.parts, operator, merchant=merchant.id, name="k", scopes=[Scope.SUBSIDIES_GRANT])
    for scopes, expires_s in [([], None), ([Scope.TRADES_READ], 0), ([Scope.TRADES_READ], 10**9)]:
        with pytest.raises(CredentialMalformed):
            await api_keys.make(
                desk.parts, owner, merchant=merchant.id, name="k", scopes=scopes, expires_s=expires_s
            )
    auditor = await desk.operator(Role.AUDITOR)
    assert len(await api_keys.keys_of(desk.parts, auditor, merchant.id)) == 1
    with pytest.raises(NotYours):
        await api_keys.make(desk.parts, auditor, merchant=merchant.id, name="k", scopes=[Scope.TRADES_READ])
