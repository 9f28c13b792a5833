"""Passwords of people, owners and operators: set, change, verify; wrong ones counted per holder."""

from __future__ import annotations

from qianbao.credentials import forms
from qianbao.credentials.errors import PasswordWrong
from qianbao.credentials.parts import Credentials
from qianbao.credentials.store import SQL
from qianbao.ids import Id


async def set_password(
    parts: Credentials, holder: Id, password: str, *, must_change: bool = False, known: tuple[str, ...] = ()
) -> None:
    """Set a holder's password; `must_change`: drawn by the installation. Raises `PasswordWeak`."""
    hash = await parts.hasher.hash(forms.password(password, known=known))
    await parts.db.write(SQL["set_password"], holder, hash, must_change, parts.clock.now())


async def check(parts: Credentials, holder: Id | None, password: str) -> bool | None:
    """None for a wrong password (or nobody), else whether it must be changed. Takes as long either way.

    Counts nothing: whoever lets guesses in counts them first.
    """
    row = None if holder is None else await parts.db.row(SQL["password"], holder)
    if row is None:
        await parts.hasher.refuse(password)
        return None
    given = forms.given(password)
    if not await parts.hasher.verify(row["hash"], given):
        return None
    if parts.hasher.outdated(row["hash"]):
        await parts.db.write(SQL["rehash_password"], holder, row["hash"], await parts.hasher.hash(given))
    return row["must_change"]


async def demand(parts: Credentials, holder: Id, password: str) -> bool:
    """Verify the password of somebody signed in; whether it must be changed.

    Raises `PasswordWrong`, and `TooManyTries` for a guesser.
    """
    rules = parts.rules
    key = f"password:{holder}"
    await parts.rates.demand(key, rules.sign_in_tries_max, rules.sign_in_period_s)
    must_change = await check(parts, holder, password)
    if must_change is None:
        raise PasswordWrong(field="password")
    await parts.rates.forget(key)
    return must_change


async def change(parts: Credentials, holder: Id, *, old: str, new: str, known: tuple[str, ...] = ()) -> None:
    """Change a password for another. Raises `PasswordWrong`, `TooManyTries`, `PasswordWeak`."""
    await demand(parts, holder, old)
    await set_password(parts, holder, new, known=(*known, old))
