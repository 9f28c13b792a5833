"""Tokens and keys: random secrets of 256 bits, of which only digests are kept. Pure, randomness given."""

from __future__ import annotations

import base64
import hashlib
import string
import zlib
from collections.abc import Callable
from typing import Final

TOKEN_BYTES: Final = 32
TOKEN_SIZE: Final = 43
_LETTERS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
KEY_LIVE: Final = "qb_live_"
KEY_TEST: Final = "qb_test_"
_SECRET_SIZE: Final = 43
_CHECK_SIZE: Final = 6
KEY_SIZE: Final = len(KEY_LIVE) + _SECRET_SIZE + _CHECK_SIZE


def new_token(random: Callable[[int], bytes]) -> str:
    """A session's token."""
    return base64.urlsafe_b64encode(random(TOKEN_BYTES)).rstrip(b"=").decode()


def token_digest(token: str) -> bytes:
    """What is kept of a token. It has 256 random bits, so a plain digest tells nothing."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _base62(number: int, size: int) -> str:
    digits: list[str] = []
    for _ in range(size):
        number, digit = divmod(number, 62)
        digits.append(_LETTERS[digit])
    return "".join(reversed(digits))


def new_key(random: Callable[[int], bytes], *, live: bool) -> str:
    """An API key: what it is for, the secret, and six letters by which scanners and typos are told apart."""
    begun = KEY_LIVE if live else KEY_TEST
    secret = _base62(int.from_bytes(random(TOKEN_BYTES), "big"), _SECRET_SIZE)
    return f"{begun}{secret}{_check(begun + secret)}"


def _check(text: str) -> str:
    return _base62(zlib.crc32(text.encode()), _CHECK_SIZE)


def is_key(text: str) -> bool:
    """Whether a text has the form of an API key, its check letters included."""
    return (
        len(text) == KEY_SIZE
        and text.startswith((KEY_LIVE, KEY_TEST))
        and text.isascii()
        and _check(text[:-_CHECK_SIZE]) == text[-_CHECK_SIZE:]
    )


def key_hint(key: str) -> str:
    """What may be shown of a key ever after: its beginning."""
    return f"{key[: len(KEY_LIVE) + 4]}…"
