"""How figures are shown: as a table, or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from qianbao.insight.evaluate.figures import Figure

Json = Annotated[bool, typer.Option("--json", help="Machine-readable.")]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def fitting() -> AbstractContextManager[object]:
    """While a model is fitted, standard error says so."""
    return err.status("Fitting …")


def show(figures: Sequence[Figure], *, as_json: bool) -> None:
    """Print them."""
    if as_json:
        print(msgspec.json.encode(figures).decode())
        return
    table = Table("metric", "value", "95 %", "beside", "split")
    for figure in figures:
        interval = (
            "" if figure.low is None or figure.high is None else f"{figure.low:,.4g} to {figure.high:,.4g}"
        )
        beside = "" if figure.baseline is None else f"{figure.baseline:,.6g}"
        table.add_row(figure.metric, f"{figure.value:,.6g}", interval, beside, figure.split)
    out.print(table)
