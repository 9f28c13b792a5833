"""What secrets and logins must look like. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from itertools import pairwise
from typing import Final

from qianbao.credentials.errors import CredentialMalformed, PasswordWeak, PinTrivial

PASSWORD_MIN: Final = 8
PASSWORD_MAX: Final = 128
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,62}[a-z0-9]")

_COMMON: Final = """
12345678 123456789 1234567890 password password1 password123 passw0rd qwertyui qwertyuiop qwerty123
11111111 00000000 88888888 66666666 12341234 11223344 87654321 abcd1234 abc12345 a1234567 a12345678
aa123456 woaini1314 woaini520 5201314520 iloveyou iloveyou1 1qaz2wsx 1q2w3e4r qazwsxedc asdfghjkl
zxcvbnm1 admin123 administrator welcome1 letmein1 sunshine princess football baseball superman
trustno1 qianbao1 qianbao123
"""
_GUESSED_FIRST: Final = frozenset(_COMMON.split())


def password(text: str, *, known: tuple[str, ...] = ()) -> str:
    """A password, NFKC (one person's keyboards agree). Length counts, kinds of characters do not
    (NIST SP 800-63B). `known`: the account's own names, which it may not be. Raises `PasswordWeak`."""
    plain = unicodedata.normalize("NFKC", text)
    if not PASSWORD_MIN <= len(plain) <= PASSWORD_MAX:
        raise PasswordWeak("", field="password", expected=f"{PASSWORD_MIN} to {PASSWORD_MAX} characters")
    low = plain.casefold()
    names = {name.casefold() for name in known if name}
    if low in _GUESSED_FIRST or low in names or low[::-1] in names or len(set(low)) < 4:
        raise PasswordWeak(
            "This password is among the first to be guessed.",
            field="password",
            expected="one nobody would guess",
        )
    return plain


def given(text: str) -> str:
    """A password as tried: in the form it was hashed in."""
    return unicodedata.normalize("NFKC", text[: 4 * PASSWORD_MAX])


def pin(text: str, *, birth_year: int | None = None, phone: str | None = None) -> str:
    """A payment PIN of six digits that is no run, no repetition, no birthday of the year known and no part
    of the phone's number. Raises `PinTrivial`."""
    if not re.fullmatch(r"[0-9]{6}", text):
        raise PinTrivial("", field="pin", expected="six digits")
    digits = [int(digit) for digit in text]
    steps = {(b - a) % 10 for a, b in pairwise(digits)}
    trivial = (
        len(set(text)) < 3
        or steps in ({1}, {9})  # 123456, 890123, 654321
        or text[:3] in (text[3:], text[:2:-1])  # 123123, 123321
        or (text[0] == text[1] and text[2] == text[3] and text[4] == text[5])  # 112233
        or text[:2] * 3 == text
        or text in ("520131", "131452", "147258", "159357", "142536")
        or (birth_year is not None and _birthday(text, birth_year))
        or (phone is not None and text in phone)
    )
    if trivial:
        raise PinTrivial(
            "This PIN is among the first to be guessed.",
            field="pin",
            expected="six digits nobody would guess",
        )
    return text


def _birthday(text: str, year: int) -> bool:
    if str(year) in text:
        return True
    two = f"{year % 100:02}"
    orders = (
        (text[:2], text[2:4], text[4:]),
        (text[4:], text[2:4], text[:2]),
        (text[4:], text[:2], text[2:4]),
    )
    return any(part == two and _is_date(year, int(month), int(day)) for part, month, day in orders)


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def login(text: str) -> tuple[str, str]:
    """A login name as shown and as compared. Raises `CredentialMalformed`."""
    shown = unicodedata.normalize("NFKC", text).strip()
    key = shown.casefold()
    if not _LOGIN.fullmatch(key):
        raise CredentialMalformed(
            "", field="login", expected="3 to 64 letters a-z, digits, dots, dashes, underscores or @"
        )
    return shown, key


def login_key(text: str) -> str:
    """A login name as tried: in the form it is compared in."""
    return unicodedata.normalize("NFKC", text[:256]).strip().casefold()
