"""Settings, in one place: the environment first, then `config.toml` in `QIANBAO_HOME`, then the default."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qianbao.errors import Invalid


class SettingMalformed(Invalid):
    """A setting has a value that cannot be used."""

    code = "setting_malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this installation runs. Names in upper case with `QIANBAO_` before them are the environment's."""

    home: Path
    host: str = "127.0.0.1"
    port: int = 8088
    database_url: str | None = None
    ledger_url: str | None = None
    workers: int = 1
    demo: bool = True
    webhook_allow: tuple[str, ...] = ()
    lan_name: str | None = None
    """Under which name phones on the network find this machine (`qianbao up --lan`)."""
    tables: Mapping[str, Any]
    """The tables of `config.toml`: `[brands]`, `[kyc]`, `[limits]`, … Each room reads its own."""


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises `SettingMalformed`."""
    env = os.environ if environ is None else environ
    home = Path(env.get("QIANBAO_HOME") or Path.home() / ".qianbao").expanduser().absolute()
    file: dict[str, Any] = {}
    path = home / "config.toml"
    if path.exists():
        try:
            file = tomllib.loads(path.read_text())
        except tomllib.TOMLDecodeError as broken:
            raise SettingMalformed(f"{path}: {broken}") from None

    def text(name: str) -> str | None:
        value = env.get(f"QIANBAO_{name}", file.get(f"QIANBAO_{name}"))
        return None if value is None or value == "" else str(value)

    def number(name: str, default: int, low: int, high: int) -> int:
        value = text(name)
        try:
            chosen = default if value is None else int(value)
        except ValueError:
            chosen = low - 1
        if not low <= chosen <= high:
            raise SettingMalformed(
                f"{value!r} is no use.", field=f"QIANBAO_{name}", expected=f"a whole number {low} to {high}"
            )
        return chosen

    return Settings(
        home=home,
        host=text("HOST") or "127.0.0.1",
        port=number("PORT", 8088, 0, 65_535),
        database_url=text("DATABASE_URL"),
        ledger_url=text("LEDGER_URL"),
        workers=number("WORKERS", 1, 1, 64),
        demo=number("DEMO", 1, 0, 1) == 1,
        webhook_allow=tuple(
            part.strip() for part in (text("WEBHOOK_ALLOW") or "").split(",") if part.strip()
        ),
        lan_name=text("LAN_NAME"),
        tables={name: table for name, table in file.items() if isinstance(table, dict)},
    )
