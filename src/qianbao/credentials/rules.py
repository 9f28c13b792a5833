"""How credentials are kept: the table `[credentials]` of `config.toml`, or these defaults."""

from __future__ import annotations

import msgspec

from qianbao.config import SettingMalformed, Settings

MINUTE_S = 60
DAY_S = 86_400


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times in seconds, memory in KiB."""

    argon2_time: int = 2
    argon2_memory_kib: int = 19_456
    """OWASP's first choice for argon2id: 19 MiB, two passes, one lane."""
    argon2_lanes: int = 1
    hash_threads: int = 2
    """How many secrets are checked at once, beside the event loop."""
    hash_waiting_max: int = 512

    pin_tries_max: int = 5
    pin_lock_s: int = 15 * MINUTE_S
    """How long the first lock lasts; each next one in a row twice as long."""
    pin_lock_s_max: int = DAY_S

    sign_in_tries_max: int = 10
    """Secrets that may be tried for one account from one address within `sign_in_period_s`; a right one
    begins anew."""
    sign_in_account_tries_max: int = 60
    """For one account from all addresses that it was not signed in to from lately."""
    sign_in_pin_tries_max: int = 50
    """PINs a day for a cashier's account: from all such addresses, and from each of its own."""
    sign_in_address_tries_max: int = 100
    """Wrong ones from one address: a campus may stand behind one."""
    sign_in_period_s: int = 15 * MINUTE_S

    sign_ups_max: int = 60
    """Sign-ups from one address within an hour."""

    session_s: int = 30 * DAY_S
    session_idle_s: int = 7 * DAY_S
    staff_session_s: int = 14 * 3600
    """A cashier's, supervisor's or owner's session: one long shift."""
    staff_session_idle_s: int = 4 * 3600
    operator_session_s: int = 10 * 3600
    operator_session_idle_s: int = 30 * MINUTE_S
    fresh_s: int = 10 * MINUTE_S
    """How long after a sign-in or a passkey what needs a fresh one may be done."""

    cache_ms: int = 500
    """How long a positive answer to "who is this" is remembered. A revocation holds everywhere after it."""
    cache_size_max: int = 100_000

    api_key_s: int = 365 * DAY_S
    """How long an API key lives when its maker says nothing; also the longest."""
    challenge_s: int = 5 * MINUTE_S
    """How long a passkey's challenge may be answered."""


def rules(settings: Settings) -> Rules:
    """The house's rules. Raises `SettingMalformed`."""
    table = settings.tables.get("credentials", {})
    try:
        found = msgspec.convert(table, Rules)
    except msgspec.ValidationError as wrong:
        raise SettingMalformed(f"[credentials]: {wrong}", field="credentials") from None
    for name in found.__struct_fields__:
        if getattr(found, name) < 1:
            raise SettingMalformed(
                f"[credentials] {name} is below one.",
                field=f"credentials.{name}",
                expected="a whole number from 1",
            )
    if found.cache_ms > 900:
        raise SettingMalformed(
            "A revocation must hold within a second.", field="credentials.cache_ms", expected="at most 900"
        )
    return found
