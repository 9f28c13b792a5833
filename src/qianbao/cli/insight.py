"""`qianbao insight build | score | report | evaluate`: records, scores, groups, published comparisons."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from qianbao.api.parts import Parts
from qianbao.cli import behaviour, bills, evaluate, features, rights
from qianbao.cli.within import within
from qianbao.clock import rfc3339
from qianbao.insight.demand.stores.models import Batch as Demand
from qianbao.insight.needs.models import Batch as Needs
from qianbao.insight.recurring.service import Batch as Again
from qianbao.insight.scores.models import Batch, Card, Group
from qianbao.insight.scores.service import NotScoredYet
from qianbao.money import show

Json = Annotated[bool, typer.Option("--json", help="Machine-readable.")]

app = typer.Typer(help="Consumption records, user models, and what they tell.", no_args_is_help=True)
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(behaviour.app, name="quarantine")
app.command("ingest")(behaviour.ingest)
app.command("bills")(bills.command)
app.command("features")(features.command)
app.command("synth")(features.synth)
app.command("breach")(rights.breach)
app.command("release")(rights.release)
app.command("retain")(rights.retain)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def bar() -> Progress:
    """A progress bar on standard error; none where nobody looks."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,}"),
        TimeElapsedColumn(),
        console=err,
        disable=not sys.stderr.isatty(),
    )


@app.command()
def build(as_json: Json = False) -> None:
    """Read what has been paid into records, and close the lake's files."""

    async def run(parts: Parts) -> dict[str, Any]:
        room = parts.insight
        with bar() as shown:
            task = shown.add_task("Events read", total=None)
            while moved := await room.reader.turn():
                shown.advance(task, moved)
        taken = await room.reader.taken()
        files = await room.lake.close()
        return {
            "facts": taken.facts,
            "quarantined": taken.quarantined,
            "files": len(files),
            "rows": sum(file.rows for file in files),
            "bytes": sum(file.bytes for file in files),
            "lake": str(room.lake.folder),
        }

    told = within(run)
    if as_json:
        print(json.dumps(told))
        return
    out.print(f"{told['facts']:,} facts, {told['quarantined']:,} events kept aside with their reasons.")
    out.print(f"{told['rows']:,} more are in {told['files']} new files of {told['lake']}")


@app.command()
def score(as_json: Json = False) -> None:
    """Fit the models, score everybody who lets them be scored, release figures of groups, forecast stores."""

    async def run(parts: Parts) -> tuple[Batch, Needs, Card | None, Demand, Again]:
        room = parts.insight
        with err.status("Fitting and scoring …"):
            scored, needs = await room.scores.batch(), await room.needs.batch()
            await room.segments.lay_if_due()
            return scored, *needs, await room.demands.batch(), await room.recurring.batch()

    batch, needs, card, demand, again = within(run)
    if as_json:
        told = {**msgspec.to_builtins(batch), "demand": msgspec.to_builtins(demand)}
        told["recurring"] = msgspec.to_builtins(again)
        told["needs"] = {**msgspec.to_builtins(needs), "card": msgspec.to_builtins(card)}
        print(json.dumps(told, ensure_ascii=False))
        return
    out.print(f"{batch.people:,} people scored from {batch.records:,} records.")
    for one in (*batch.cards, *([card] if card else [])):
        measured = ", ".join(f"{measure.metric} {measure.value:.3g}" for measure in one.measures[:3])
        out.print(f"  {one.name}: {one.about} {measured}")
    if not card:
        out.print(f"  needs: not fitted: {needs.refused}.")
    if not batch.cards:
        out.print("  Too little is known yet to fit a model: six months of fifty people are needed.")
    out.print(
        f"{demand.card.stores:,} stores forecast from {demand.first} on, by the model {demand.card.name}."
    )
    out.print(
        f"{again.recurring:,} payments that come again and {again.odd:,} odd ones, "
        f"of {again.people:,} people who asked."
    )


@app.command()
def report(as_json: Json = False) -> None:
    """The figures of groups as the last batch released them, and its models' cards."""

    async def run(parts: Parts) -> tuple[Batch, list[Group], Card | None]:
        room = parts.insight
        batch, groups = await room.scores.last(), await room.scores.groups()
        try:
            return batch, groups, (await room.needs.last())[1]
        except NotScoredYet:  # that batch is of an earlier version
            return batch, groups, None

    batch, groups, card = within(run)
    if as_json:
        told = {**msgspec.to_builtins(batch), "groups": msgspec.to_builtins(groups)}
        told["cards"] += [msgspec.to_builtins(card)] if card else []
        print(json.dumps(told, ensure_ascii=False))
        return
    out.print(f"{batch.people:,} people, {batch.records:,} records, as of {rfc3339(batch.made)}")
    table = Table("kind", "group", "people", "records", "¥ spent", title=f"{batch.month:%Y-%m}")
    for group in groups:
        numbers = (f"{group.people:,}", f"{group.records:,}", show(group.spent))
        table.add_row(group.kind, group.key, *numbers)
    out.print(table)
    out.print(f"{batch.withheld} groups are withheld: too small, or they would give a small one away.")
