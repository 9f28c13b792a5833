"""A deed as the log keeps it, and what of a request it may keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import msgspec

from qianbao.errors import Unavailable
from qianbao.ids import Id

MACHINE: Final = "machine"
"""The role of somebody who acts at the machine itself (the command line)."""
SAID_MAX: Final = 4_000
"""Characters of what was asked that are kept."""
SECRET: Final = (
    "password",
    "pin",
    "secret",
    "token",
    "key",
    "code",
    "proof",
    "credential",
    "response",
    "account_number",
)
"""A member of a request under such a name is cut out."""
CUT: Final = "…"


class AuditUnwritten(Unavailable):
    """The audit log cannot be written, so nothing was done. The same request may be sent again."""

    code = "audit_unwritten"


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who does something."""

    actor: Id | None
    """None: at the machine itself."""
    role: str
    name: str
    """A login, or the machine's user."""


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is about to do."""

    who: Who
    action: str
    """The route's template with its method, or the command."""
    target: str
    """The address asked, or the command's argument."""
    reason: str | None = None
    request: str = ""
    """The request's id."""
    address: str
    """From where."""
    said: dict[str, Any] = {}
    """What was asked for, secrets cut out."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the log: a deed and what became of it."""

    seq: int
    at: int
    """Nanoseconds."""
    deed: Deed
    hash: str
    """Hexadecimal."""
    done_at: int | None
    """None: nobody knows what became of it (a process died in the middle)."""
    status: int | None
    """The answer's HTTP status; of a command 0 (done) or 1 (refused)."""
    became: dict[str, Any]
    """`before` and `after`, where they are known."""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the log is whole."""

    size: int
    broken: int | None
    """The first number at which the chain does not hold; None: it holds to its end."""


def without_secrets(value: Any) -> Any:
    """What was asked for, with everything under a secret's name cut out, at any depth."""
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        return {name: CUT if _secret(name) else without_secrets(inner) for name, inner in members.items()}
    if isinstance(value, list):
        return [without_secrets(inner) for inner in cast("list[Any]", value)]
    return value


def _secret(name: str) -> bool:
    return any(name == part or name.endswith(f"_{part}") for part in SECRET)


def kept(said: Mapping[str, Any]) -> str:
    """The JSON of what was asked for, as the log keeps it; one that is too long loses its members."""
    text = msgspec.json.encode(without_secrets(said)).decode()
    return text if len(text) <= SAID_MAX else msgspec.json.encode({"members": sorted(said)[:50]}).decode()
