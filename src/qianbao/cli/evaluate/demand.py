"""`qianbao insight evaluate demand`: any table of shop, date and count."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qianbao.cli.evaluate.options import Json, Since, Until, asked
from qianbao.cli.evaluate.shown import fitting, show


def demand(
    data: Annotated[Path, typer.Option(help="A CSV or Parquet file with columns shop, date, count.")],
    since: Since = None,
    until: Until = None,
    forecasts: Annotated[
        Path | None, typer.Option(help="A CSV or Parquet file to write the forecasts to.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Customers of any shops by day: a window, by default the last 14 days, from the days before it."""
    with fitting():
        from qianbao.insight.evaluate.demand import evaluate  # LightGBM: only who asks loads it

        figures = evaluate(asked(data, since, until), forecasts=forecasts)
    show(figures, as_json=as_json)
