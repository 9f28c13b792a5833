"""How figures are shown: as a table, or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

import msgspec
from rich.console import Console
from rich.table import Table

from qianbao.insight.evaluate.figures import Figure

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
    for split in dict.fromkeys(figure.split for figure in figures):
        table = Table("metric", "value", "95 %", "beside", title=split, title_justify="left")
        for figure in (one for one in figures if one.split == split):
            table.add_row(figure.metric, f"{figure.value:,.6g}", _interval(figure), _beside(figure))
        out.print(table)


def _interval(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"{figure.low:,.4g} to {figure.high:,.4g}"


def _beside(figure: Figure) -> str:
    return "" if figure.baseline is None else f"{figure.baseline:,.6g}"
