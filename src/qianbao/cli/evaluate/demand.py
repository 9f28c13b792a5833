"""`qianbao insight evaluate demand`: any table of shop, date and count."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from qianbao.cli.evaluate.shown import Json, fitting, show
from qianbao.insight.evaluate.figures import Asked


def demand(
    data: Annotated[Path, typer.Option(help="A CSV or Parquet file with columns shop, date, count.")],
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day of the test window."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Its last day; by default the last 14 days."),
    ] = None,
    forecasts: Annotated[
        Path | None, typer.Option(help="A CSV or Parquet file to write the forecasts to.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Customers of any shops by day: a window forecast from the days before it."""
    asked = Asked(data=data, since=since.date() if since else None, until=until.date() if until else None)
    with fitting():
        from qianbao.insight.evaluate.demand import evaluate  # LightGBM: only who asks loads it

        figures = evaluate(asked, forecasts=forecasts)
    show(figures, as_json=as_json)
