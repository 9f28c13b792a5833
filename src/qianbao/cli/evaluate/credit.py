"""`qianbao insight evaluate credit`, and the known sets of people with a yes or no."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from qianbao.cli.evaluate.options import Card, Data, Json, LeftOut, Reasons, Since, Until, asked
from qianbao.cli.evaluate.shown import err, fitting, show

SETS: Final = {
    "taiwan": "Who defaults on a credit card next month (Taiwan, 2005).",
    "givemesomecredit": "Who falls 90 days behind within two years (United States, 2011).",
    "pakdd2009": "Whose shop card goes bad (Brazil).",
    "german": "The classic check of a scorecard (Germany, 1973 to 1975).",
    "berka": "Whose loan goes bad, from what the account did before it (Czech bank, 1993 to 1998).",
    "bankmarketing": "Who takes a time deposit when asked by phone (Portugal, 2008 to 2010).",
    "caravan": "Who buys a caravan insurance policy (CoIL Challenge 2000).",
}
"""Name and what is forecast, one a line."""


def credit(
    train: Annotated[Path, typer.Option(help="CSV or Parquet: people to learn from.")],
    test: Annotated[Path, typer.Option(help="CSV or Parquet: people to score.")],
    target: Annotated[str, typer.Option(help="The column with the outcome.")],
    positive: Annotated[
        str | None, typer.Option(help="Which value is the yes; by default 1, yes, bad, or the rarer.")
    ] = None,
    leave_out: LeftOut = None,
    scores: Annotated[Path | None, typer.Option(help="Write both models' probabilities here.")] = None,
    reasons: Reasons = None,
    card: Card = None,
    group: Annotated[
        list[str] | None, typer.Option(help="A column by which the card looks at fairness; may be repeated.")
    ] = None,
    psi_max: Annotated[
        float | None, typer.Option(min=0, help="Refuse people who have drifted further than this.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Any table of people with a yes or no: a scorecard and its challenger."""
    with fitting():
        from qianbao.insight.evaluate.credit import Tables, evaluate  # SciPy: only who asks loads it

        figures = evaluate(
            Tables(
                train=train,
                test=test,
                target=target,
                positive=positive,
                left_out=tuple(leave_out or ()),
                scores=scores,
                reasons=reasons,
                card=card,
                groups=tuple(group or ()),
                psi_max=psi_max,
            ),
            say=err.print,
        )
    show(figures, as_json=as_json)


def command(name: str) -> Callable[..., None]:
    """The command that evaluates one known set."""

    def run(
        data: Data = None,
        since: Since = None,
        until: Until = None,
        repeats: Annotated[
            int | None, typer.Option(min=1, help="How often folds are dealt; by default by the set's size.")
        ] = None,
        reasons: Reasons = None,
        card: Card = None,
        as_json: Json = False,
    ) -> None:
        with fitting():
            from qianbao.insight.evaluate import berka, ratings

            known = asked(data, since, until)
            if name == berka.NAME:
                figures = berka.evaluate(known, times=repeats, card=card, reasons=reasons)
            else:
                figures = ratings.evaluate(name, known, times=repeats, card=card, reasons=reasons)
        show(figures, as_json=as_json)

    return run
