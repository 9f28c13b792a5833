"""`qianbao insight evaluate uplift`: any randomised table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qianbao.cli.evaluate.options import Card, Json, LeftOut
from qianbao.cli.evaluate.shown import err, fitting, show


def uplift(
    treatment: Annotated[str, typer.Option(help="The column that says who was treated.")],
    outcome: Annotated[str, typer.Option(help="The column with the outcome, a yes or a no.")],
    data: Annotated[Path | None, typer.Option(help="A CSV or Parquet file, cross-fitted.")] = None,
    train: Annotated[Path | None, typer.Option(help="Or: a file to fit on,")] = None,
    test: Annotated[Path | None, typer.Option(help="and a file to measure on.")] = None,
    treated: Annotated[str | None, typer.Option(help="Its value where somebody was treated.")] = None,
    control: Annotated[
        str | None, typer.Option(help="Its value where somebody was not; by default every other one.")
    ] = None,
    positive: Annotated[str | None, typer.Option(help="The outcome's value that is the yes.")] = None,
    leave_out: LeftOut = None,
    scores: Annotated[
        Path | None, typer.Option(help="A CSV or Parquet file to write each row's scores to.")
    ] = None,
    card: Card = None,
    as_json: Json = False,
) -> None:
    """Whom a treatment that was dealt at random moves: uplift, Qini, and whether targeting is worth it."""
    with fitting():
        from qianbao.insight.evaluate.measured import write
        from qianbao.insight.evaluate.trials import ABOUT  # SciPy: only who asks loads it
        from qianbao.insight.evaluate.uplift import Files, evaluate
        from qianbao.insight.response.arms import Columns

        names = Columns(
            treatment=treatment, outcome=outcome, treated=treated, control=control, positive=positive,
            ignored=tuple(leave_out or ()),
        )  # fmt: skip
        files = Files(data=data, train=train, test=test)
        figures = evaluate(files, names, scores=scores, say=err.print)
        if card is not None:
            write(card, "uplift", ABOUT, figures)
    show(figures, as_json=as_json)
