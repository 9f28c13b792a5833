"""The form of an EMVCo QR payload: fields of two digits, two digits of length, a value; a CRC at the end."""

from __future__ import annotations

import binascii
from collections.abc import Mapping
from typing import Final

from qianbao.payments.qr.errors import QrTorn

CRC_ID: Final = "63"
_CRC_HEAD: Final = CRC_ID + "04"
VALUE_MAX: Final = 99
"""The longest value: its length has two digits."""
TEXT_MAX: Final = 512
"""The longest payload that fits its printed code, by the specification."""


def crc(text: str) -> str:
    """CRC-16/CCITT-FALSE (polynomial 0x1021, from 0xFFFF) of a text's UTF-8 bytes, as four hex digits."""
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


def write(fields: Mapping[str, str]) -> str:
    """The fields one after the other, as they stand; each value 1 to 99 characters long."""
    for tag, value in fields.items():
        assert 1 <= len(value) <= VALUE_MAX, f"field {tag} is {len(value)} characters long"
    return "".join(f"{tag}{len(value):02}{value}" for tag, value in fields.items())


def read(text: str) -> dict[str, str]:
    """The fields of a payload or a template, in their order. Raises `QrTorn`: cut off, doubled, no digits."""
    fields: dict[str, str] = {}
    at = 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if not (_digits(tag) and _digits(length)):
            raise QrTorn(f"No field begins at character {at}.")
        value = text[at + 4 : at + 4 + int(length)]
        if len(value) != int(length) or not value:
            raise QrTorn(f"Field {tag} is cut off.")
        if tag in fields:
            raise QrTorn(f"Field {tag} stands twice.")
        fields[tag] = value
        at += 4 + int(length)
    return fields


def sealed(fields: Mapping[str, str]) -> str:
    """The payload of these fields: with their CRC."""
    body = write(fields) + _CRC_HEAD
    return body + crc(body)


def opened(text: str) -> dict[str, str]:
    """The fields of a payload whose CRC is right, without it. Raises `QrTorn`."""
    if len(text) > TEXT_MAX or text[-8:-4] != _CRC_HEAD or text[-4:] != crc(text[:-4]):
        raise QrTorn("The check value does not fit.")
    return read(text[:-8])


def _digits(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isdigit()
