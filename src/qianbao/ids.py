"""128-bit ids: new ones are ordered by time (RFC 9562, UUID version 7), derived ones repeat exactly."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable
from typing import TypeAlias

from asyncpg.pgproto.pgproto import UUID as _FastUUID

from qianbao.errors import Invalid

Id: TypeAlias = uuid.UUID
"""Any id of the network. Built here as asyncpg's C subclass, seven times faster to make."""

NONE: Id = _FastUUID(bytes(16))
"""The id that means "no id" in the ledger's model (zero)."""


class IdMalformed(Invalid):
    """A text that should be an id is none."""

    code = "id_malformed"


def of_bytes(raw: bytes) -> Id:
    """The id of sixteen bytes."""
    return _FastUUID(raw)


def of_int(number: int) -> Id:
    """The id of an unsigned 128-bit integer, as the ledger's published model counts them."""
    return _FastUUID(number.to_bytes(16, "big"))


def parse(text: str, *, field: str = "id") -> Id:
    """The id that `text` writes. Raises `IdMalformed`."""
    try:
        return _FastUUID(uuid.UUID(text).bytes)
    except ValueError:
        raise IdMalformed(f"{text[:64]!r} is no id.", field=field, expected="a UUID") from None


def new(now_ns: int, *, random: Callable[[int], bytes] = secrets.token_bytes) -> Id:
    """A new id that sorts by its time: 48 bits of milliseconds, 6 of version and variant, 74 random."""
    tail = bytearray(random(10))
    tail[0] = 0x70 | (tail[0] & 0x0F)
    tail[2] = 0x80 | (tail[2] & 0x3F)
    return _FastUUID((now_ns // 1_000_000).to_bytes(6, "big") + bytes(tail))


def derive(scope: Id, key: str) -> Id:
    """The id of `key` within `scope`: the same pair always gives the same id, and nobody outside the
    scope can guess or claim it. The last byte is left zero for `leg`."""
    digest = hashlib.blake2b(key.encode(), key=scope.bytes, digest_size=16).digest()
    return _FastUUID(digest[:15] + b"\0")


def leg(command: Id, number: int) -> Id:
    """The id of a command's transfer, 1 <= number <= 255: the command's own with another last byte."""
    return _FastUUID(command.bytes[:15] + bytes((number,)))
