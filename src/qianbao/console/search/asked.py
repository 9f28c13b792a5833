"""What a text that somebody seeks may be. Pure: one text may be several things."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import msgspec

from qianbao import money
from qianbao.console.search.models import SearchTooShort
from qianbao.ids import Id, IdMalformed, parse
from qianbao.parties import names
from qianbao.parties.errors import PartyMalformed

TEXT_MIN: Final = 2
TAIL_MIN: Final = 4
NUMBER_MIN: Final = 4
_UUID: Final = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\+?\d+", re.ASCII)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The readings of a text; None where it cannot be that."""

    text: str
    id: Id | None = None
    phone_tail: str | None = None
    """The last four digits or more, or a whole number."""
    account_number: str | None = None
    handle_key: str | None = None
    amount: int | None = None
    """Minor units."""
    number: str | None = None
    """A merchant's own number of a trade or a refund."""
    name: str | None = None


def read(text: str) -> Asked:
    """Everything that the text may be. Raises `SearchTooShort`."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if len(plain) < TEXT_MIN:
        raise SearchTooShort(field="q", expected=f"{TEXT_MIN} characters or more")
    if _UUID.fullmatch(plain):
        return Asked(text=plain, id=_id(plain), number=plain)
    digits = plain.replace(" ", "").replace("-", "")
    tail = digits.lstrip("+") if _DIGITS.fullmatch(digits) and TAIL_MIN <= len(digits) <= 16 else None
    return Asked(
        text=plain,
        phone_tail=tail,
        account_number=_account_number(plain),
        handle_key=_handle(plain),
        amount=_amount(plain),
        number=plain if len(plain) >= NUMBER_MIN and " " not in plain and len(plain) <= 64 else None,
        name=None if plain.startswith("¥") else plain,
    )


def _id(text: str) -> Id | None:
    try:
        return parse(text)
    except IdMalformed:
        return None


def _account_number(text: str) -> str | None:
    try:
        return names.account_number(text)
    except PartyMalformed:
        return None


def _handle(text: str) -> str | None:
    try:
        return names.handle(text.removeprefix("@"))[1]
    except PartyMalformed:
        return None


def _amount(text: str) -> int | None:
    try:
        amount = money.parse(text)
    except money.AmountMalformed:
        return None
    return amount or None
