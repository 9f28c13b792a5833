"""Bills handed on to other programs: plain-text accounting, tables, OFX. Every target is a pure function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Final

from qianbao.insight.bills.errors import BillsTargetUnknown
from qianbao.insight.bills.models import Bill

TARGETS: Final[Mapping[str, str]] = {
    "beancount": "plain",
    "ledger": "plain",
    "csv": "table",
    "parquet": "table",
    "ofx": "ofx",
}
"""Each form, and the module whose function of that name writes it: loaded when it is asked for."""


def written(target: str, bills: Sequence[Bill]) -> bytes:
    """The bills in that form. Raises `BillsTargetUnknown`."""
    if target not in TARGETS:
        expected = ", ".join(TARGETS)
        raise BillsTargetUnknown(f"Bills cannot be handed on as {target!r}.", field="--to", expected=expected)
    write: Callable[[Sequence[Bill]], bytes] = getattr(import_module(f"{__name__}.{TARGETS[target]}"), target)
    return write(bills)
