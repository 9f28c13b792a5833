"""Which adapter reads which file."""

from __future__ import annotations

from typing import Final

from qianbao.replay.adapters.base import Adapter
from qianbao.replay.adapters.baskets import BASKETS
from qianbao.replay.adapters.marketplaces import OLIST, RETAIL
from qianbao.replay.adapters.native import NATIVE
from qianbao.replay.adapters.shop_days import SHOP_DAYS
from qianbao.replay.models import ColumnsUnknown
from qianbao.replay.source import Source

ADAPTERS: Final = {adapter.name: adapter for adapter in (NATIVE, BASKETS, SHOP_DAYS, OLIST, RETAIL)}
"""In the order in which they are tried."""


def choose(source: Source, name: str | None = None) -> Adapter:
    """The adapter of that name, or the first that fits the columns. Raises `ColumnsUnknown`."""
    if name is not None and name not in ADAPTERS:
        raise ColumnsUnknown(f"There is no adapter {name!r}.", field="adapter", expected=", ".join(ADAPTERS))
    for adapter in (ADAPTERS[name],) if name else ADAPTERS.values():
        if adapter.fits(source.columns):
            return adapter
    wanted = "; ".join(
        f"{one.name}: {_columns(one)}" for one in ADAPTERS.values() if name in (None, one.name)
    )
    have = ", ".join(source.columns)
    raise ColumnsUnknown(f"{source.path} has the columns {have[:500]}.", expected=wanted)


def _columns(adapter: Adapter) -> str:
    return ", ".join("|".join(sorted(names)) for names in adapter.needs)
