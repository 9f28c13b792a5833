"""The digest of a command's content: the same id with other content is noticed by it."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

import msgspec

_encode: Final = msgspec.json.Encoder(order="deterministic").encode
_POSITIVE: Final = 2**63 - 1


def digest(*content: Any) -> int:
    """63 bits over everything that makes the command what it is (ids, amounts, texts, lists, None)."""
    return int.from_bytes(blake2b(_encode(content), digest_size=8).digest(), "big") & _POSITIVE
