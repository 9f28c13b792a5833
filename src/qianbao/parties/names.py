"""Names people go by: how they are normalised, checked and masked. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import iso18245

from qianbao.parties.errors import PartyMalformed, UnknownMcc

HANDLE_FORM = "3 to 20 letters (Latin or Han), digits, dots, dashes or underscores, not digits alone"
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
# No Cyrillic or Greek: with look-alike letters one person could pose as another.
_HANDLE = re.compile(rf"[a-zA-Z{_HAN}0-9][a-zA-Z{_HAN}0-9._-]{{1,18}}[a-zA-Z{_HAN}0-9]")
_ACCOUNT_NUMBER = re.compile(r"[1-9][0-9]{4,10}", re.ASCII)
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def handle(text: str) -> tuple[str, str]:
    """A handle as shown (NFKC) and as compared (case-folded too). Raises `PartyMalformed`."""
    shown = unicodedata.normalize("NFKC", text).strip()
    if not _HANDLE.fullmatch(shown) or shown.isdigit():
        raise PartyMalformed(f"{text[:32]!r} is no handle.", field="handle", expected=HANDLE_FORM)
    return shown, unicodedata.normalize("NFKC", shown.casefold())


def account_number(text: str) -> str:
    """An account number: 5 to 11 digits. Raises `PartyMalformed`."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not _ACCOUNT_NUMBER.fullmatch(plain):
        raise PartyMalformed(
            f"{text[:32]!r} is no account number.",
            field="account_number",
            expected="5 to 11 digits, not beginning with 0",
        )
    return plain


def draw_account_number(random: Callable[[int], bytes]) -> str:
    """A new account number of nine digits: drawn, so that numbers cannot be walked through."""
    return str(100_000_000 + int.from_bytes(random(8), "big") % 900_000_000)


def phone(text: str) -> str:
    """A phone number by E.164; spaces and dashes are dropped. Raises `PartyMalformed`."""
    plain = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", text))
    if not _PHONE.fullmatch(plain):
        raise PartyMalformed("", field="phone", expected="E.164, as in +8613800138000")
    return plain


def phone_as_typed(text: str) -> str | None:
    """A phone number as E.164; eleven digits alone are China's. None: it is none."""
    plain = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", text))
    if re.fullmatch("1[0-9]{10}", plain, re.ASCII):
        plain = "+86" + plain
    return plain if _PHONE.fullmatch(plain) else None


def phone_masked(number: str) -> str:
    """An E.164 number of which the middle is hidden: +86138****8000."""
    return f"{number[:-8]}****{number[-4:]}"


def label(text: str, *, field: str, size_max: int = 64) -> str:
    """A name of a person, shop, store or till: 1 to `size_max` characters, none of them a control
    character. Raises `PartyMalformed`."""
    plain = unicodedata.normalize("NFC", text).strip()
    if not 0 < len(plain) <= size_max or any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in plain):
        raise PartyMalformed("", field=field, expected=f"1 to {size_max} printable characters")
    return plain


def mcc(text: str) -> str:
    """A merchant category code by ISO 18245. Raises `UnknownMcc`."""
    try:
        return iso18245.get_mcc(text).mcc
    except (ValueError, LookupError):
        raise UnknownMcc(
            f"{text[:8]!r} is no category.", field="mcc", expected="four digits of ISO 18245"
        ) from None


def bank_account_masked(number: str) -> str:
    """All but the last four characters of a bank account's number hidden. Raises `PartyMalformed`."""
    plain = re.sub(r"[\s-]", "", number)
    if not re.fullmatch(r"[A-Za-z0-9]{8,34}", plain):
        raise PartyMalformed("", field="settlement_account", expected="8 to 34 letters and digits")
    return f"****{plain[-4:]}"


def masked(name: str) -> str:
    """A name that its owner's friends recognise and nobody else learns: 张*明, 李*, J*** S***."""
    words = name.split()
    if len(words) > 1 or name.isascii():
        return " ".join(f"{word[0]}***" for word in words)
    if len(name) < 3:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"
