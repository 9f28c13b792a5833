"""The room's statements, and its rows as records."""

from __future__ import annotations

from typing import Final

import asyncpg

from qianbao.credentials.models import Role, Scope
from qianbao.credentials.records import ApiKey, Operator, Passkey, Session, Staff
from qianbao.db import queries

SQL: Final = queries(__package__ or "qianbao.credentials")


def session(row: asyncpg.Record) -> Session:
    """A row of `session`, with its device's name."""
    return Session(
        id=row["id"],
        holder=row["holder"],
        role=Role(row["role"]),
        merchant=row["merchant"],
        store=row["store"],
        till=row["till"],
        device=row["device"],
        device_name=row["device_name"],
        created_at=row["created_at"],
        seen_at=row["seen_at"],
        expires_at=row["expires_at"],
    )


def api_key(row: asyncpg.Record) -> ApiKey:
    """A row of `api_key`."""
    return ApiKey(
        id=row["id"],
        merchant=row["merchant"],
        name=row["name"],
        hint=row["hint"],
        scopes=frozenset(map(Scope, row["scopes"])),
        created_by=row["created_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        used_at=row["used_at"],
        revoked_at=row["revoked_at"],
    )


def staff(row: asyncpg.Record) -> Staff:
    """A row of `staff`."""
    return Staff(
        id=row["id"],
        merchant=row["merchant"],
        store=row["store"],
        role=Role(row["role"]),
        login=row["login"],
        name=row["name"],
        active=row["active"],
        created_at=row["created_at"],
    )


def operator(row: asyncpg.Record) -> Operator:
    """A row of `operator`."""
    return Operator(
        id=row["id"],
        role=Role(row["role"]),
        login=row["login"],
        name=row["name"],
        active=row["active"],
        created_at=row["created_at"],
    )


def passkey(row: asyncpg.Record) -> Passkey:
    """A row of `passkey`."""
    return Passkey(
        id=row["id"],
        holder=row["holder"],
        name=row["name"],
        device=row["device"],
        created_at=row["created_at"],
        used_at=row["used_at"],
    )
