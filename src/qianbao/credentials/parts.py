"""The parts that this room's use cases share, opened once for each process."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from qianbao.clock import Clock
from qianbao.config import Settings
from qianbao.credentials import rules as _rules
from qianbao.credentials.authenticate import Authenticator
from qianbao.credentials.hashing import Hasher
from qianbao.credentials.keyring import Keyring, open_keyring
from qianbao.credentials.pin import Pins
from qianbao.credentials.rate import Rates
from qianbao.credentials.rules import Rules
from qianbao.db import Database
from qianbao.parties.store import Parties


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What the use cases of this room need. Holds no secret but the keyring."""

    db: Database
    clock: Clock
    rules: Rules
    parties: Parties
    hasher: Hasher
    rates: Rates
    keyring: Keyring
    pins: Pins
    authenticator: Authenticator
    random: Callable[[int], bytes] = secrets.token_bytes

    def close(self) -> None:
        """Let the hashing threads end."""
        self.hasher.close()


def open_credentials(
    settings: Settings,
    *,
    db: Database,
    clock: Clock,
    parties: Parties,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Credentials:
    """Open the room in this process. Raises `SettingMalformed`, `KeyringUnreadable`."""
    rules = _rules.rules(settings)
    hasher = Hasher(rules)
    keyring = open_keyring(settings.home)
    return Credentials(
        db=db,
        clock=clock,
        rules=rules,
        parties=parties,
        hasher=hasher,
        rates=Rates(db, clock=clock),
        keyring=keyring,
        pins=Pins(db, clock=clock, rules=rules, hasher=hasher, keyring=keyring),
        authenticator=Authenticator(db, clock=clock, rules=rules, keyring=keyring),
        random=random,
    )
