"""The routes, a module a room. A new module is found by its place, listed nowhere.

Each has a `router` (paths from `/api/v1` on) and, where it has hot routes, a tuple `hot` of them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from fastapi import APIRouter

from qianbao.api.hot import HotRoute


def _modules() -> Iterator[ModuleType]:
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        yield importlib.import_module(f"{__name__}.{found.name}")


def routers() -> Iterator[APIRouter]:
    """The router of every module here, by name."""
    for module in _modules():
        router: APIRouter = module.router
        yield router


def hot_routes() -> Iterator[HotRoute[Any]]:
    """The hot routes of every module here."""
    for module in _modules():
        hot: tuple[HotRoute[Any], ...] = getattr(module, "hot", ())
        yield from hot
