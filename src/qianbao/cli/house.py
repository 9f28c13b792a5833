"""`qianbao books | figures | audit | keys | operator | channels`: done from the machine itself."""

from __future__ import annotations

import getpass
import json
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from qianbao.api.parts import Parts
from qianbao.channels.simulator import behaviour
from qianbao.cli.audited import doing
from qianbao.cli.within import within
from qianbao.config import load
from qianbao.console.audit.models import Chain
from qianbao.console.backups.hashing import books_hash
from qianbao.credentials import keyring, operators
from qianbao.credentials.models import Role
from qianbao.payments import books as payment_books
from qianbao.social import books as social_books

Json = Annotated[bool, typer.Option("--json", help="Machine-readable.")]

books = typer.Typer(help="The books as a whole.", no_args_is_help=True)
keys = typer.Typer(help="The installation's own secrets.", no_args_is_help=True)
operator = typer.Typer(help="The people of the house.", no_args_is_help=True)
figures = typer.Typer(help="The figures of the console.", no_args_is_help=True)
audit = typer.Typer(help="The log of what the people of the house did.", no_args_is_help=True)
channels = typer.Typer(help="Banks (the simulated ones are labelled so).", no_args_is_help=True)

out = Console(highlight=False)


@books.command()
def check(as_json: Json = False) -> None:
    """Zero-sum, balances against transfers, trades against transfers and events. Exit status 1: a break."""

    async def run(parts: Parts) -> list[dict[str, Any]]:
        ledger = [
            {
                "kind": f"ledger_{one.problem}",
                "subject": f"{one.account:032x}" if one.account else f"ledger {one.ledger}",
                "detail": f"expected {one.expected}, found {one.found}",
            }
            for one in await parts.ledger.check()
        ]
        trades = [
            {"kind": one.kind, "subject": str(one.subject), "detail": one.detail}
            for one in await payment_books.check(parts.db)
        ]
        social = [
            {"kind": one.kind, "subject": str(one.subject), "detail": one.detail}
            for one in await social_books.check(parts.db)
        ]
        return ledger + trades + social

    breaks = within(run)
    if as_json:
        print(json.dumps({"sound": not breaks, "breaks": breaks}))
    elif not breaks:
        out.print("[green]The books are sound.[/green]")
    else:
        table = Table("kind", "subject", "detail", title=f"{len(breaks)} breaks")
        for one in breaks:
            table.add_row(one["kind"], one["subject"], one["detail"])
        out.print(table)
    if breaks:
        raise typer.Exit(1)


@books.command("hash")
def hash_of(as_json: Json = False) -> None:
    """SHA-256 over the books: equal for equal books, on whatever machine."""

    async def url(parts: Parts) -> str:
        return await books_hash(parts.db.url)

    found = within(url)
    print(json.dumps({"books": found}) if as_json else found)


@figures.command()
def rebuild() -> None:
    """Throw the figures away; the worker adds them up again from the first event on."""

    async def run(parts: Parts) -> None:
        async with doing(parts, "figures rebuild"):
            await parts.console.figures.rebuild()

    within(run)
    out.print("The worker adds them up again.")


@audit.command("check")
def check_log(as_json: Json = False) -> None:
    """Whether a line of the audit log was changed or taken away. Exit status 1: one was."""

    async def run(parts: Parts) -> Chain:
        return await parts.console.audit.check()

    chain = within(run)
    if as_json:
        print(json.dumps({"size": chain.size, "whole": chain.broken is None, "broken": chain.broken}))
    elif chain.broken is None:
        out.print(f"[green]The log is whole: {chain.size} lines.[/green]")
    else:
        out.print(f"[red]The log does not hold from line {chain.broken} on.[/red]")
    if chain.broken is not None:
        raise typer.Exit(1)


@keys.command()
def rotate(
    keep: Annotated[
        int | None,
        typer.Option(min=2, help="Drop all but the newest so many: what hangs on an older one is refused."),
    ] = None,
) -> None:
    """Draw a new secret for keyed digests (codes, PINs, API keys); those of the ones before still hold."""

    async def run(parts: Parts) -> int:
        async with doing(parts, "keys rotate"):
            return keyring.rotate(load().home, keep=keep)

    out.print(f"Secret number {within(run)} is in use.")


@operator.command()
def add(
    login: str,
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    auditor: Annotated[bool, typer.Option("--auditor", help="Reads everything, changes nothing.")] = False,
) -> None:
    """Add an operator (or an auditor). The password is asked for, or read from standard input."""
    secret = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")

    async def run(parts: Parts) -> None:
        role = Role.AUDITOR if auditor else Role.OPERATOR
        async with doing(parts, "operator add", target=login, said={"role": role, "name": name or login}):
            await operators.add_operator(
                parts.credentials, login=login, name=name or login, secret=secret, role=role
            )

    within(run)
    out.print(f"{login} may sign in.")


@channels.command("list")
def list_banks(as_json: Json = False) -> None:
    """The banks and how they behave now."""

    async def run(parts: Parts) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        for bank in parts.channels.banks:
            acts = await behaviour.behaviour_of(parts.db, bank.name)
            told.append(
                {
                    "bank": bank.name,
                    "title": bank.title,
                    "simulated": bank.simulated,
                    "delay_ms": acts.delay_ms,
                    "late_ms": acts.late_ms,
                    "repeats": acts.repeats,
                    "dark": acts.dark,
                    "decline": acts.decline,
                }
            )
        return told

    found = within(run)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    table = Table(*found[0])
    for one in found:
        table.add_row(*("" if value is None else str(value) for value in one.values()))
    out.print(table)


@channels.command()
def behave(
    bank: str,
    delay_ms: Annotated[int, typer.Option(help="How long it takes to answer.")] = 0,
    late_ms: Annotated[int, typer.Option(help="How long it has not decided yet.")] = 0,
    repeats: Annotated[int, typer.Option(help="How often it tells its answer again.")] = 0,
    dark: Annotated[str | None, typer.Option(help="before, after or wholly.")] = None,
    decline: Annotated[str | None, typer.Option(help="A reason, as insufficient_funds.")] = None,
) -> None:
    """Let a simulated bank behave so from now on; without options, normally."""
    acts = behaviour.asked(delay_ms=delay_ms, late_ms=late_ms, repeats=repeats, dark=dark, decline=decline)

    async def run(parts: Parts) -> str:
        found = parts.channels.banks.get(bank)
        async with doing(parts, "channels behave", target=found.name, said=asdict(acts)):
            await behaviour.behave(parts.db, found.name, acts)
        return found.title

    out.print(f"{within(run)} behaves so from now on.")
