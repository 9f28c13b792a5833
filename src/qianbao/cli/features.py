"""`qianbao insight features | synth`: the registered features as of a day; records with a known truth."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from qianbao.api.parts import Parts
from qianbao.cli.within import within
from qianbao.clock import SystemClock, business_date
from qianbao.config import load
from qianbao.insight.purposes import Purpose
from qianbao.insight.records.archive import MEMORY, THREADS, Snapshot

Json = Annotated[bool, typer.Option("--json", help="Machine-readable.")]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def command(
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day; today if not said.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="The folder of the files; else in the home.")] = None,
    names: Annotated[
        list[str] | None, typer.Option("--feature", help="Only this one; may be repeated.")
    ] = None,
    engine: Annotated[str, typer.Option(help="duckdb or spark.")] = "duckdb",
    memory: Annotated[str, typer.Option(help="What DuckDB may take.")] = MEMORY,
    threads: Annotated[int, typer.Option(min=1, max=64)] = THREADS,
    listed: Annotated[bool, typer.Option("--list", help="Only list what is registered.")] = False,
    as_json: Json = False,
) -> None:
    """Build all registered features of everybody, as of a day, by what was known at its end."""
    from qianbao.insight.features.engines import engine_of
    from qianbao.insight.notebook import (
        chosen,
        day_of,
    )  # DuckDB and Ibis: only who builds features loads them

    asked = chosen(names or None, Purpose.STATISTICS)
    if listed:
        _list(asked, as_json=as_json)
        return
    build = engine_of(engine)
    day = day_of(as_of) if as_of else business_date(SystemClock().now())
    folder = to or load().home / "features" / f"day={day}"

    async def run(parts: Parts) -> Any:
        snapshot: Snapshot = await parts.insight.archive.snapshot(Purpose.STATISTICS)
        with _bar() as shown:
            task = shown.add_task("Features", total=None)

            def done(heap: int, heaps: int) -> None:
                shown.update(task, completed=heap, total=heaps)

            given = {"memory": memory, "threads": threads, "done": done}
            return await asyncio.to_thread(build, snapshot, day, asked, folder, **given)

    built = within(run)
    if as_json:
        print(msgspec.json.encode(built).decode())
        return
    out.print(
        f"{len(asked)} features of {built.people:,} people as of {day}, from {built.facts:,} facts: {folder}"
    )


def synth(
    people: Annotated[int, typer.Option(help="How many.")],
    days: Annotated[int, typer.Option(help="Over how many days.")],
    to: Annotated[Path, typer.Option(help="The folder of the files.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same records.")] = 1,
    as_json: Json = False,
) -> None:
    """Write synthetic records in the lake's columns, and beside them the truth that they were drawn from."""
    from qianbao.insight.synth import files

    with err.status("Drawing …"):
        made = files.write(to, people=people, days=days, seed=seed)
    if as_json:
        print(msgspec.json.encode(made).decode())
        return
    out.print(f"{made.purchases:,} purchases and {made.refunds:,} refunds of {made.people:,} people: {to}")


def _list(asked: Any, *, as_json: bool) -> None:
    if as_json:
        told = [
            {
                "name": one.name, "version": one.version, "kind": one.kind, "unit": one.unit, "en": one.en,
                "zh": one.zh, "purposes": sorted(one.purposes), "grain": one.grain,
            }
            for one in asked
        ]  # fmt: skip
        print(json.dumps(told, ensure_ascii=False))
        return
    table = Table("feature", "unit", "says")
    for one in asked:
        table.add_row(one.key, one.unit.value, one.en)
    out.print(table)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=err, disable=not sys.stderr.isatty())
