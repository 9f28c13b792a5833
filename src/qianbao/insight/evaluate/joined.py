"""What joined sources add, set by set. `--data`: a folder with the folders of those sets that are there."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Final

import msgspec

from qianbao.insight.evaluate.figures import Asked, DataMissing, Figure

SETS: Final = {
    "completejourney": ("completejourney", "joined"),
    "bitcoinotc": ("bitcoinotc", "evaluate"),
    "koubei": ("koubei_sources", "evaluate"),
}
"""Folder, module and function. The first one comes as a package, too."""


def evaluate(asked: Asked) -> list[Figure]:
    """The tables of all sets that are there, one after the other. Raises what their modules raise."""
    told: list[Figure] = []
    for folder, (module, function) in SETS.items():
        place = None if asked.data is None else asked.data / folder
        here = place is not None and any(place.glob("*.parquet"))
        if not here and folder != "completejourney":
            continue
        of: Callable[[Asked], list[Figure]] = getattr(
            importlib.import_module(f"qianbao.insight.evaluate.{module}"), function
        )
        told += of(msgspec.structs.replace(asked, data=place if here else None))
    if not told:
        raise DataMissing(field="--data", expected="a folder with " + ", ".join(SETS))
    return told
