"""Wallet brands: several, of one house or competing, on one acceptance network. Names are configuration.

`config.toml` changes a brand, switches one on or off, or adds one:

    [brands.zhuque]
    name_en = "Vermilion"
    [brands.xuanwu]
    enabled = true
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, cast

from qianbao.config import SettingMalformed, Settings
from qianbao.parties.errors import UnknownBrand


class Identification(StrEnum):
    """What a brand's people are paid by."""

    HANDLE = "handle"
    ACCOUNT_NUMBER = "account_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """One wallet brand. `code_prefix` begins its payers' codes, so that a till knows whose code it is."""

    key: str
    name_zh: str
    name_en: str
    house: str
    """Whose brand it is: brands of one house are siblings, the others competitors."""
    code_prefix: str
    identification: Identification
    colour: str
    """#RRGGBB."""

    @property
    def number(self) -> int:
        """The brand's number in the ledger (`user_data_32` of its wallets' accounts)."""
        return int(self.code_prefix)


_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "lanhua": {
        "name_zh": "兰花钱包",
        "name_en": "Lanhua Wallet",
        "house": "qianbao",
        "code_prefix": "13",
        "identification": "handle",
        "colour": "#3B6EA8",
        "enabled": True,
    },
    "zhuque": {
        "name_zh": "朱雀钱包",
        "name_en": "Zhuque Wallet",
        "house": "qianbao",
        "code_prefix": "14",
        "identification": "account_number",
        "colour": "#C8402F",
        "enabled": True,
    },
    "xuanwu": {
        "name_zh": "玄武钱包",
        "name_en": "Xuanwu Wallet",
        "house": "xuanwu",
        "code_prefix": "28",
        "identification": "handle",
        "colour": "#2F4F4F",
        "enabled": False,
    },
}

_TEXT: Final = {
    "name_zh": re.compile(r"[^\x00-\x1f]{1,32}"),
    "name_en": re.compile(r"[^\x00-\x1f]{1,32}"),
    "house": re.compile(r"[a-z][a-z0-9_]{1,15}"),
    "code_prefix": re.compile(r"[1-9][0-9]"),
    "identification": re.compile("|".join(Identification)),
    "colour": re.compile(r"#[0-9A-Fa-f]{6}"),
}
_KEY = re.compile(r"[a-z][a-z0-9_]{1,15}")


class Brands:
    """The brands that are switched on, in the order of their keys' first naming."""

    def __init__(self, brands: tuple[Brand, ...]) -> None:
        self.all = brands
        self._of_key = {brand.key: brand for brand in brands}
        self._of_prefix = {brand.code_prefix: brand for brand in brands}

    def get(self, key: str) -> Brand:
        """The brand of a key. Raises `UnknownBrand`."""
        try:
            return self._of_key[key]
        except KeyError:
            raise UnknownBrand(
                f"{key[:32]!r} is no brand of this network.", field="brand", expected=", ".join(self._of_key)
            ) from None

    def of_code(self, code: str) -> Brand | None:
        """The brand whose payers' codes begin as `code` does, or None."""
        return self._of_prefix.get(code[:2])


def load(settings: Settings) -> Brands:
    """The brands of this installation. Raises `SettingMalformed`, naming the setting."""
    tables = cast("Mapping[str, Any]", settings.tables.get("brands", {}))
    brands: list[Brand] = []
    for key in dict.fromkeys((*_DEFAULTS, *tables)):
        asked = tables.get(key, {})
        if not _KEY.fullmatch(key) or not isinstance(asked, dict):
            raise SettingMalformed(
                f"{key!r} names no brand.", field=f"brands.{key}", expected=f"a table named as {_KEY.pattern}"
            )
        brand = _brand(key, {"enabled": True, **_DEFAULTS.get(key, {}), **asked})
        if brand is not None:
            brands.append(brand)
    if not brands:
        raise SettingMalformed("No brand is switched on.", field="brands", expected="one enabled brand")
    by_prefix: dict[str, str] = {}
    for brand in brands:
        other = by_prefix.setdefault(brand.code_prefix, brand.key)
        if other != brand.key:
            raise SettingMalformed(
                f"{other} and {brand.key} share a code prefix.",
                field=f"brands.{brand.key}.code_prefix",
                expected="two digits of its own",
            )
    return Brands(tuple(brands))


def _brand(key: str, table: dict[str, Any]) -> Brand | None:
    enabled = table.pop("enabled")
    if not isinstance(enabled, bool):
        raise SettingMalformed("", field=f"brands.{key}.enabled", expected="true or false")
    for name in table:
        if name not in _TEXT:
            raise SettingMalformed(
                f"A brand has no {name!r}.",
                field=f"brands.{key}.{name}",
                expected=", ".join((*_TEXT, "enabled")),
            )
    for name, form in _TEXT.items():
        value = table.get(name)
        if not isinstance(value, str) or not form.fullmatch(value):
            raise SettingMalformed(
                f"{value!r} is no use.",
                field=f"brands.{key}.{name}",
                expected=f"text of the form {form.pattern}",
            )
    return (
        Brand(key=key, **{**table, "identification": Identification(table["identification"])})
        if enabled
        else None
    )
