"""What is kept of credentials, as far as anybody may see it: never a secret, never a digest."""

from __future__ import annotations

import msgspec

from qianbao.credentials.models import Role, Scope
from qianbao.ids import Id


class Session(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Somebody signed in on a device. Moments in nanoseconds."""

    id: Id
    holder: Id
    role: Role
    merchant: Id | None
    store: Id | None
    till: str | None
    device: Id
    device_name: str
    created_at: int
    seen_at: int
    """Exact to a minute."""
    expires_at: int


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A new session, with the token that is shown this once."""

    token: str
    session: Session

    def __repr__(self) -> str:
        return f"SignedIn(token=…, session={self.session!r})"


class ApiKey(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A key of a merchant's programs."""

    id: Id
    merchant: Id
    name: str
    hint: str
    """What the key begins with, to tell it by."""
    scopes: frozenset[Scope]
    created_by: Id
    created_at: int
    expires_at: int
    used_at: int | None
    """Exact to a minute."""
    revoked_at: int | None


class MadeKey(msgspec.Struct, frozen=True, kw_only=True):
    """A new API key, with the secret that is shown this once."""

    secret: str
    key: ApiKey

    def __repr__(self) -> str:
        return f"MadeKey(secret=…, key={self.key!r})"


class Staff(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A cashier or supervisor of a store, or an owner of a merchant."""

    id: Id
    merchant: Id
    store: Id | None
    role: Role
    login: str
    name: str
    active: bool
    created_at: int


class Operator(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Somebody of the house: an operator, or an auditor who only reads."""

    id: Id
    role: Role
    login: str
    name: str
    active: bool
    created_at: int


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey of somebody."""

    id: bytes
    holder: Id
    name: str
    device: Id
    """The device it was registered on."""
    created_at: int
    used_at: int | None
