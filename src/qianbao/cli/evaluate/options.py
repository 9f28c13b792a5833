"""What every comparison can be asked: where its data lie, and which days are the test window."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from qianbao.insight.evaluate.figures import Asked

Data = Annotated[Path | None, typer.Option(help="The folder with the set's files.")]
Since = Annotated[
    datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of the test window.")
]
Until = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Its last day.")]
Card = Annotated[Path | None, typer.Option(help="Write the model card here.")]
Reasons = Annotated[
    Path | None, typer.Option(help="Write the reasons of each score here, a JSON line a person.")
]
LeftOut = Annotated[
    list[str] | None, typer.Option("--leave-out", help="A column that is not to be read; may be repeated.")
]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable.")]


def asked(data: Path | None, since: datetime | None, until: datetime | None) -> Asked:
    """The options as a comparison takes them."""
    return Asked(data=data, since=since.date() if since else None, until=until.date() if until else None)
