"""How often somebody may try to sign in, so that nobody gets in by guessing and nobody is locked out by it.

Tries are counted before a secret is looked at. An account counts those of each address by itself, and those
of all addresses that it does not know together, more widely. Where it was signed in to lately (from that
address, or on that device) its own count alone matters: who guesses from elsewhere cannot lock a till out.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import msgspec

from qianbao.clock import SECOND
from qianbao.credentials.parts import Credentials
from qianbao.credentials.store import SQL
from qianbao.ids import Id

DAY_S: Final = 86_400
FAMILIAR_S: Final = 30 * DAY_S
"""How long an address stays known to an account after a sign-in."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """From where somebody signs in."""

    address: str
    """The peer's address: wrong tries are counted by it."""
    loopback: bool = False
    """Whether it is this machine itself: only here a password drawn at installation is taken, and tries
    are counted by account alone."""
    device: Id | None = None
    """The device, where it is known from before."""
    device_name: str = "A device"


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """A try that was let in."""

    account: str
    place: Place
    counted: tuple[str, ...]
    """The counters that it stands in, but for its address's own of this account."""


def cashier(store: Id | None, login_key: str) -> str:
    """The name under which the tries at a cashier's account are counted."""
    return f"cashier:{store}:{login_key}"


async def count(
    parts: Credentials, place: Place, account: str, holder: Id | None, *, by_pin: bool = False
) -> Try:
    """Let a try at `account` (a name of it; `holder` None: nobody's) in, counted. Raises `TooManyTries`."""
    rules = parts.rules
    known = place.loopback or await _familiar(parts, place, account, holder)
    counted: list[tuple[str, int, int]] = []
    if not place.loopback:
        counted.append((_address(place), rules.sign_in_address_tries_max, rules.sign_in_period_s))
    if not known:
        counted.append((_wide(account), rules.sign_in_account_tries_max, rules.sign_in_period_s))
    if by_pin:  # there are only a million, so a day has a bound too
        counted.append((_day(account, place if known else None), rules.sign_in_pin_tries_max, DAY_S))
    await parts.rates.demand(_here(account, place), rules.sign_in_tries_max, rules.sign_in_period_s)
    for key, limit, period_s in counted:
        await parts.rates.demand(key, limit, period_s)
    return Try(account=account, place=place, counted=tuple(key for key, _, _ in counted))


async def right(parts: Credentials, tried: Try) -> None:
    """The try was right: its address begins anew, and the account knows it from now on."""
    account, place = tried.account, tried.place
    await parts.rates.forget(_here(account, place))
    for key in tried.counted:
        await parts.rates.give_back(key)
    if not place.loopback:
        await parts.db.write(
            SQL["note_sign_in_from"], _digest(account), _digest(place.address), parts.clock.now()
        )


async def reopen(parts: Credentials, account: str) -> None:
    """Begin to count the tries of unknown addresses anew, for an account that has another secret."""
    for key in (_wide(account), _day(account, None)):
        await parts.rates.forget(key)


async def _familiar(parts: Credentials, place: Place, account: str, holder: Id | None) -> bool:
    on = None if holder is None or place.device is None else (place.device, holder)
    if on is not None and await parts.db.row(SQL["device"], *on) is not None:
        return True
    since = parts.clock.now() - FAMILIAR_S * SECOND
    found = await parts.db.row(SQL["sign_in_from"], _digest(account), _digest(place.address), since)
    return found is not None


# An identifier can be of any length and content: its digest is what is counted.


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _address(place: Place) -> str:
    return f"sign-in:address:{place.address}"


def _here(account: str, place: Place) -> str:
    return f"sign-in:here:{_digest(account).hex()}:{'' if place.loopback else place.address}"


def _wide(account: str) -> str:
    return f"sign-in:account:{_digest(account).hex()}"


def _day(account: str, place: Place | None) -> str:
    where = "" if place is None or place.loopback else place.address
    return f"sign-in:day:{place is not None}:{_digest(account).hex()}:{where}"
