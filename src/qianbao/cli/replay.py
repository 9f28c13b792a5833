"""`qianbao replay FILE`: consumption records through the payment path, with a progress bar.

What reads records loads pyarrow: within the command, so that every other one starts without it.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace as with_database
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import uvloop
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from qianbao.api import install
from qianbao.api.parts import opened as opened_parts
from qianbao.api.starter import replaying
from qianbao.cli.within import running_database
from qianbao.config import Settings, load
from qianbao.db import connect
from qianbao.money import show
from qianbao.replay.models import Run, RunState
from qianbao.replay.pace import Pace
from qianbao.replay.store import Runs

if TYPE_CHECKING:
    from qianbao.replay.adapters import Adapter
    from qianbao.replay.source import Source

err = Console(stderr=True, highlight=False)
out = Console(highlight=False)
INTERRUPTED = 130
"""Exit status when Ctrl-C stopped it; the same command goes on."""


def command(
    file: Annotated[Path, typer.Argument(help="CSV (plain or gzip) or Parquet.")],
    adapter: Annotated[
        str | None,
        typer.Option(
            help="How to read it; else it is told by the columns: native, baskets, shop-days, olist,"
            " online-retail"
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Record ids and keys are those of this source; else each file is its own."),
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Where rows that were not paid are listed; else beside the file.")
    ] = None,
    shops: Annotated[Path | None, typer.Option(help="Shop-days: the table of shops.")] = None,
    encoding: Annotated[str, typer.Option(help="Of a CSV file.")] = "utf-8",
    per_second: Annotated[int | None, typer.Option(min=1, help="At most so many records a second.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """Pay the records of FILE, each once for all time; stopped at any moment, the same command goes on."""
    from qianbao.replay.adapters import Options, choose
    from qianbao.replay.service import beside, replay
    from qianbao.replay.source import open_source

    opened = open_source(file, encoding=encoding)
    chosen = choose(opened, adapter)
    listing = rejects or beside(file)
    heard = Heard(opened, chosen)

    async def run(settings: Settings) -> Run:
        await install.prepare(settings)  # a new home, or one of an older version
        with heard:
            async with opened_parts(settings, application="qianbao-replay") as parts:
                return await replay(
                    opened,
                    chosen,
                    parts=replaying(parts),
                    options=Options(shops=shops),
                    name=source,
                    rejects=listing,
                    pace=Pace(parts.clock, per_s=per_second),
                    told=heard.told,
                )

    settings = load()
    try:
        with running_database(settings) as url:
            done = uvloop.run(run(with_database(settings, database_url=url)))
    except KeyboardInterrupt:
        err.print("Stopped. Nothing is lost: the same command goes on from there.")
        raise typer.Exit(INTERRUPTED) from None
    summary = told(done, listing, heard)
    if as_json:
        print(json.dumps(summary, ensure_ascii=False))
    else:
        _show(done, summary, heard)
    if not done.counts.adds_up():
        raise typer.Exit(1)


class Heard:
    """What the run tells of itself, as a progress bar on standard error."""

    def __init__(self, source: Source, adapter: Adapter) -> None:
        self.adapter = adapter
        self.first: Run | None = None
        self.began = self.ended = time.monotonic()
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:>9,.0f}/s"),
            TimeElapsedColumn(),
            console=err,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task(source.path.name, total=None, rate=0.0)

    def __enter__(self) -> Heard:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def told(self, run: Run) -> None:
        """Hear of a settled chunk."""
        self.ended = time.monotonic()
        if self.first is None:
            self.first, self.began = run, self.ended
        self._bar.update(self._task, completed=run.counts.read, total=run.total, rate=self.rate(run))

    def read(self, run: Run) -> int:
        """How many items this call has settled."""
        return run.counts.read - (self.first.counts.read if self.first else 0)

    def rate(self, run: Run) -> float:
        """Items a second, of this call."""
        return self.read(run) / max(self.ended - self.began, 1e-6)


def told(run: Run, listing: Path, heard: Heard) -> dict[str, Any]:
    """The summary that `--json` prints."""
    counts = run.counts
    return {
        "run": str(run.id),
        "file": run.file,
        "source": run.source,
        "adapter": run.adapter,
        "state": run.state.value,
        "read": counts.read,
        "paid": counts.paid,
        "repeated": counts.repeated,
        "refused": counts.refused,
        "rejected": counts.rejected,
        "amount": counts.amount,
        "currency": "CNY",
        "rejects": str(listing) if run.rejects_size else None,
        "this_time": {
            "read": heard.read(run),
            "seconds": round(heard.ended - heard.began, 3),
            "records_per_s": round(heard.rate(run), 1),
        },
    }


def _show(run: Run, summary: dict[str, Any], heard: Heard) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    for name in ("read", "paid", "repeated", "refused", "rejected"):
        table.add_row(name, f"{summary[name]:,}")
    out.print(f"[bold]{run.file}[/bold], read as {heard.adapter.about}")
    out.print(table)
    counts = run.counts
    parts = " + ".join(f"{n:,}" for n in (counts.paid, counts.repeated, counts.refused, counts.rejected))
    out.print(f"{counts.read:,} = {parts}: nothing lost. Paid ¥{show(counts.amount)}.")
    if not heard.read(run) and run.state is RunState.DONE:
        out.print("It was replayed before; nothing was paid again.")
    else:
        seconds = summary["this_time"]["seconds"]
        out.print(f"This time {heard.read(run):,} in {seconds:.1f} s, {heard.rate(run):,.0f}/s.")
    if summary["rejects"]:
        out.print(f"What was not paid is listed, with line and reason, in {summary['rejects']}")


def standing(url: str) -> list[dict[str, Any]]:
    """The replays of the network on this database, as `qianbao status` shows them."""

    async def read() -> list[Run]:
        db = await connect(url, size_max=1, application="qianbao-status")
        try:
            return await Runs(db).all()
        finally:
            await db.close()

    return [
        {
            "source": run.source,
            "file": run.file,
            "state": run.state.value,
            "read": run.counts.read,
            "total": run.total,
            "paid": run.counts.paid,
        }
        for run in uvloop.run(read())
    ]
