"""The people of the house: operators and auditors, who sign in by password and, better, by passkey."""

from __future__ import annotations

import asyncpg

from qianbao import ids
from qianbao.credentials import forms, password, sessions
from qianbao.credentials.errors import CredentialMalformed, LoginTaken, NotYours, OperatorUnknown
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.parts import Credentials
from qianbao.credentials.records import Operator
from qianbao.credentials.store import SQL
from qianbao.credentials.store import operator as operator_row
from qianbao.ids import Id
from qianbao.parties import names


async def add_operator(
    parts: Credentials,
    *,
    login: str,
    name: str,
    secret: str,
    role: Role = Role.OPERATOR,
    must_change: bool = False,
) -> Operator:
    """Add an operator or an auditor (the command line, or another operator). `must_change`: the password
    was drawn by the installation.

    Raises `LoginTaken`, `PasswordWeak`, `CredentialMalformed`, `PartyMalformed`.
    """
    if role not in (Role.OPERATOR, Role.AUDITOR):
        raise CredentialMalformed("", field="role", expected="operator, auditor")
    shown, key = forms.login(login)
    now = parts.clock.now()
    made = Operator(
        id=ids.new(now, random=parts.random),
        role=role,
        login=shown,
        name=names.label(name, field="name"),
        active=True,
        created_at=now,
    )
    # The password first: without it an operator who stands could not sign in, and their login would be taken.
    await password.set_password(parts, made.id, secret, must_change=must_change, known=(shown,))
    try:
        await parts.db.write(SQL["add_operator"], made.id, role, made.login, key, made.name, made.created_at)
    except asyncpg.UniqueViolationError:
        raise LoginTaken(field="login") from None
    return made


async def operator_of(parts: Credentials, login: str) -> Operator | None:
    """The operator or auditor of a login, or None."""
    row = await parts.db.row(SQL["operator_by_login"], forms.login_key(login))
    return None if row is None else operator_row(row)


async def operator(parts: Credentials, id: Id) -> Operator | None:
    """The operator or auditor of an id, or None."""
    row = await parts.db.row(SQL["operator"], id)
    return None if row is None else operator_row(row)


async def end_operator(parts: Credentials, id: Id) -> None:
    """Let somebody of the house sign in no more, and sign them out. Raises `OperatorUnknown`."""
    if not await parts.db.write(SQL["end_operator"], id):
        raise OperatorUnknown()
    await sessions.end_sessions_of(parts, id)


async def add(
    parts: Credentials, caller: Caller, *, login: str, name: str, secret: str, role: Role
) -> Operator:
    """Add somebody of the house as an operator who signed in lately.

    Raises `NotYours`, `NotFresh`, and what `add_operator` refuses.
    """
    await _demand_operator(parts, caller)
    return await add_operator(parts, login=login, name=name, secret=secret, role=role)


async def end(parts: Credentials, caller: Caller, id: Id) -> None:
    """End somebody of the house as an operator who signed in lately; nobody ends themselves, so that one
    operator is always left. Raises `NotYours`, `NotFresh`, `OperatorUnknown`."""
    await _demand_operator(parts, caller)
    if id == caller.id:
        raise NotYours()
    await end_operator(parts, id)


async def _demand_operator(parts: Credentials, caller: Caller) -> None:
    if caller.role is not Role.OPERATOR:
        raise NotYours()
    await sessions.demand_fresh(parts, caller)
