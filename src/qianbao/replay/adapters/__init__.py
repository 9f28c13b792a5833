"""Adapters: what a kind of file calls things → records. A new one is a module and a line in `ADAPTERS`."""

from qianbao.replay.adapters.base import Adapter, Options
from qianbao.replay.adapters.table import ADAPTERS, choose

__all__ = ["ADAPTERS", "Adapter", "Options", "choose"]
