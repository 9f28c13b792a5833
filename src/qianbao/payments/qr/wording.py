"""A merchant's name and city as the payload takes them: ASCII within bounds, and the local name beside it."""

from __future__ import annotations

from typing import NamedTuple

from anyascii import anyascii

from qianbao.payments.qr.models import CITY_MAX, NAME_MAX

UNNAMED = "MERCHANT"


class Wording(NamedTuple):
    """A name or a city: for every reader, and as people here write it (empty: the same)."""

    plain: str
    local: str


def worded(text: str, size_max: int) -> Wording:
    """`text` within a field of `size_max` characters. A name in two scripts is taken apart: its Latin part
    is for every reader; one without is spelt in Latin letters."""
    whole = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    latin = " ".join("".join(sign if sign.isascii() else " " for sign in whole).split())
    if not any(sign.isalpha() for sign in latin):
        latin = " ".join(anyascii(whole).split())
    plain = "".join(sign for sign in latin if sign.isascii() and sign.isprintable())[:size_max].strip()
    local = "" if whole.isascii() else whole[:size_max].strip()
    return Wording(plain or UNNAMED[:size_max], local)


def name(text: str) -> Wording:
    """A merchant's name."""
    return worded(text, NAME_MAX)


def city(text: str) -> Wording:
    """A city's name."""
    return worded(text, CITY_MAX)
