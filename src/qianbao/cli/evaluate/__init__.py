"""`qianbao insight evaluate NAME`: known sets by name, and any table of a kind by a command of its own."""

from __future__ import annotations

from typing import Any

import typer
import typer.core

from qianbao.cli.evaluate import credit, named
from qianbao.cli.evaluate.demand import demand
from qianbao.cli.evaluate.uplift import uplift
from qianbao.errors import NotFound


class ComparisonUnknown(NotFound):
    """There is no comparison of that name."""

    code = "insight_comparison_unknown"


class Comparisons(typer.core.TyperGroup):
    """The commands, with our own refusal of a name that is none of them."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name. Raises `ComparisonUnknown`."""
        found = super().get_command(ctx, cmd_name)
        if found is None:
            expected = ", ".join(sorted(self.commands))
            raise ComparisonUnknown(f"No comparison {cmd_name!r}.", field="NAME", expected=expected)
        return found


app = typer.Typer(
    cls=Comparisons,
    help="Comparisons with published results, or with time or people that a model has not seen.",
    no_args_is_help=True,
)
for name, about in named.SETS.items():
    app.command(name, help=about)(named.command(name))
app.command("demand")(demand)
app.command("uplift")(uplift)
for name, about in credit.SETS.items():
    app.command(name, help=about)(credit.command(name))
app.command("credit")(credit.credit)
