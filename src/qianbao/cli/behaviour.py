"""`qianbao insight ingest | quarantine`: take other behaviour; see, and try again, what was kept aside."""

from __future__ import annotations

import json
import sys
from itertools import islice
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from qianbao.api.parts import Parts
from qianbao.cli.audited import doing
from qianbao.cli.within import within
from qianbao.clock import rfc3339
from qianbao.ids import parse
from qianbao.insight.behaviour import files
from qianbao.insight.behaviour.models import Counts, Kind, Quarantined
from qianbao.insight.behaviour.service import BATCH

Json = Annotated[bool, typer.Option("--json", help="Machine-readable.")]
Row = Annotated[str, typer.Argument(help="The row's id, as `list` shows it.")]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
app = typer.Typer(help="Rows that were kept aside, with their reasons.", no_args_is_help=True)


def ingest(
    kind: Annotated[Kind, typer.Argument(help="What the rows are.")],
    paths: Annotated[list[Path], typer.Argument(metavar="FILE", help=".csv, .jsonl or .parquet")],
    as_json: Json = False,
) -> None:
    """Take files of other behaviour. Run again after a stop: each row is there once."""

    async def run(parts: Parts) -> Counts:
        total = Counts()
        async with doing(parts, "insight ingest", target=kind):
            with _bar() as shown:
                for path in paths:
                    task = shown.add_task(path.name, total=None)
                    rows = files.rows(path)
                    while batch := list(islice(rows, BATCH)):
                        total += await parts.insight.behaviours.take(kind, batch)
                        shown.advance(task, len(batch))
        return total

    told = within(run)
    if as_json:
        counts = {name: value for name, value in msgspec.to_builtins(told).items() if name != "refusals"}
        print(json.dumps(counts))
        return
    out.print(
        f"{told.rows:,} rows = {told.kept:,} kept + {told.repeated:,} repeated + "
        f"{told.quarantined:,} kept aside."
    )
    if told.quarantined:
        out.print("`qianbao insight quarantine list` has the reasons.")


@app.command("list")
def listed(
    kind: Annotated[str | None, typer.Option(help="orders, events, edges or payments.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 100,
    as_json: Json = False,
) -> None:
    """What is kept aside, oldest first; of payments too. It is audited: it names people."""

    async def run(parts: Parts) -> list[Quarantined]:
        async with doing(parts, "insight quarantine list", target=kind or ""):
            return await parts.insight.behaviours.aside(kind, limit=limit)

    found = within(run)
    if as_json:
        print(msgspec.json.encode(found).decode())
        return
    table = Table("id", "kind", "known", "reason", "detail")
    for one in found:
        table.add_row(str(one.id), one.kind, rfc3339(one.known), one.reason, one.detail)
    out.print(table)


@app.command()
def show(row: Row) -> None:
    """One row as it came, as JSON. It is audited: it names people."""

    async def run(parts: Parts) -> Quarantined:
        async with doing(parts, "insight quarantine show", target=row):
            return await parts.insight.behaviours.one(parse(row, field="row"))

    print(msgspec.json.encode(within(run)).decode())


@app.command()
def replay(
    row: Annotated[str | None, typer.Argument(help="The row's id; all rows of other behaviour.")] = None,
    mended: Annotated[str | None, typer.Option(help="The row as it should be: JSON.")] = None,
    as_json: Json = False,
) -> None:
    """Try rows again: their people may be known by now, or one is mended."""
    if mended is not None and row is None:
        raise typer.BadParameter("--mended mends one row: say which.")

    async def run(parts: Parts) -> Counts:
        room, total = parts.insight.behaviours, Counts()
        async with doing(parts, "insight quarantine replay", target=row or ""):
            if row is not None:
                return total + await room.again(parse(row, field="row"), mended=mended)
            return await room.all_again()

    told = within(run)
    if as_json:
        counts = {name: value for name, value in msgspec.to_builtins(told).items() if name != "refusals"}
        print(json.dumps(counts))
        return
    out.print(
        f"{told.rows:,} rows tried: {told.kept:,} kept, {told.repeated:,} were there, "
        f"{told.quarantined:,} stay aside."
    )


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,} rows"))
    return Progress(*columns, TimeElapsedColumn(), console=err, disable=not sys.stderr.isatty())
