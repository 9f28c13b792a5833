"""The commands. Each is a few lines: what it does is in the rooms and in the modules beside this one."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import msgspec
import segno
import typer
from rich.console import Console

from qianbao.api.logins import read_logins
from qianbao.cli import bench, demo, house, insight, keep, replay
from qianbao.cli import up as network
from qianbao.cli.home import read_running, without_password
from qianbao.config import load
from qianbao.replay.models import Run

app = typer.Typer(
    help="Qianbao 钱包: the open mobile-payment network.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(house.books, name="books")
app.add_typer(house.figures, name="figures")
app.add_typer(house.audit, name="audit")
app.add_typer(house.keys, name="keys")
app.add_typer(house.operator, name="operator")
app.add_typer(house.channels, name="channels")
app.add_typer(insight.app, name="insight")
app.command("replay")(replay.command)
app.command("demo")(demo.command)
Json = Annotated[bool, typer.Option("--json", help="Machine-readable.")]
DOWN_TIMEOUT_S = 60.0
PAGES = {"wallet": "/", "till": "/till", "console": "/console", "API": "/docs"}
"""What a browser opens, by where it stands."""

out = Console(highlight=False)


@app.command()
def up(
    lan: Annotated[bool, typer.Option("--lan", help="TLS on this machine's address, with a QR.")] = False,
) -> None:
    """Start the network in the foreground; Ctrl-C stops it."""
    settings = load()

    def say(address: network.Address) -> None:
        out.print(f"[bold]Qianbao 钱包[/bold] takes payments at [link]{address.url}[/link]")
        for page, path in PAGES.items():
            out.print(f"  {page:12} {address.url}{path}")
        for who, login in (read_logins(settings.home) or {}).items():
            if login:
                told = "  ".join(f"{name} {value}" for name, value in login.items())
                out.print(f"  {who:12} {told}", soft_wrap=True)
        if lan:
            segno.make(address.url).terminal(out=sys.stdout, compact=True)
            out.print(f"  Trust on the phone once: {address.url}/ca.pem", soft_wrap=True)
            out.print("  A drawn password works on this machine alone: change it here before the phone.")
            if address.nameless:
                out.print("  Passkeys need a name, and nothing answers for this machine's here:")
                out.print("  docs/how-to/open-on-a-phone.md")
        out.print("Ctrl-C stops it; nothing acknowledged is lost.")

    with out.status("Starting …") as shown:

        def city(run: Run) -> None:
            shown.update(
                f"A starter city comes to life: {run.counts.paid:,} payments of {run.total or 0:,} …"
            )

        def said(address: network.Address) -> None:
            shown.stop()
            say(address)

        network.up(settings, on_lan=lan, say=said, city=city)


@app.command()
def down() -> None:
    """Stop the network that runs on this home."""
    home = load().home
    running = read_running(home)
    if running is None:
        out.print("Nothing runs.")
        return
    os.kill(running.supervisor, signal.SIGTERM)
    deadline = time.monotonic() + DOWN_TIMEOUT_S
    while read_running(home) is not None:
        if time.monotonic() > deadline:
            raise typer.Exit(1)
        time.sleep(0.1)
    out.print("Stopped.")


@app.command()
def status(as_json: Json = False) -> None:
    """Show what runs on this home."""
    settings = load()
    running = read_running(settings.home)
    told: dict[str, Any] = {"home": str(settings.home), "running": running is not None}
    told |= msgspec.to_builtins(running) if running else {}
    if running is not None:
        told["replays"] = replay.standing(running.database_url)
        told["database_url"] = without_password(running.database_url)
    if as_json:
        print(json.dumps(told))
    else:
        for one in told.pop("replays", []):
            total = f" of {one['total']:,}" if one["total"] is not None else ""
            out.print(f"{'replay':14} {one['file']}: {one['read']:,}{total}, {one['state']}")
        for name, value in told.items():
            out.print(f"{name:14} {value}")
    if running is None:
        raise typer.Exit(3)


@app.command()
def backup(file: Path, as_json: Json = False) -> None:
    """Keep the whole installation in FILE; it may go on running."""
    manifest = keep.backup(load(), file)
    if as_json:
        print(msgspec.json.encode(manifest).decode())
    else:
        out.print(f"Kept in {file} (mode 0600: it holds secrets). Books {manifest.books}")


@app.command()
def restore(
    file: Path,
    replace: Annotated[bool, typer.Option("--replace", help="Put what is there aside.")] = False,
    as_json: Json = False,
) -> None:
    """Bring an installation back from FILE, with the same books."""
    manifest, books = keep.restore(load(), file, replace=replace)
    if as_json:
        told = {**msgspec.to_builtins(manifest), "restored_books": books, "same": books == manifest.books}
        print(json.dumps(told))
        return
    same = "the same as" if books == manifest.books else "later than (payments went on meanwhile)"
    out.print(f"Restored what was kept {manifest.made_at}. Books {books}, {same} when the backup began.")


@app.command("bench")
def run_benchmark(
    name: Annotated[str, typer.Argument(help="A script of benchmarks/, or `all`.")],
    as_json: Json = False,
) -> None:
    """Run a benchmark of this checkout and keep its figures in benchmarks/."""
    figures = [figure for one in (bench.names() if name == "all" else [name]) for figure in bench.run(one)]
    if as_json:
        print(msgspec.json.encode(figures).decode())
        return
    for figure in figures:
        out.print(f"{figure.name:28} {figure.value:>14,.2f} {figure.unit}")
