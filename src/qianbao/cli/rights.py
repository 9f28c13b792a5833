"""`qianbao insight breach | release | retain`: whose records were read, the release, what is too old."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from qianbao.api.parts import Parts
from qianbao.cli.audited import doing
from qianbao.cli.within import within
from qianbao.clock import nanoseconds, rfc3339
from qianbao.errors import Invalid
from qianbao.insight.rights.breach.service import Affected, Breach

Json = Annotated[bool, typer.Option("--json", help="Machine-readable.")]
Since = Annotated[str, typer.Option(help="From this moment on: 2026-11-26 or 2026-11-26T08:00:00Z.")]
Until = Annotated[str | None, typer.Option(help="Up to this moment; now.")]
Reader = Annotated[str | None, typer.Option(help="Read by this one alone, as the log names it.")]
Day = Annotated[str, typer.Option(help="A day that is over.")]

out = Console(highlight=False)
SHOWN = 50


class MomentMalformed(Invalid):
    """This is no day and no moment."""

    code = "moment_malformed"


def moment(text: str, field: str) -> int:
    """Nanoseconds of a day or moment; without a zone it is UTC. Raises `MomentMalformed`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise MomentMalformed(field=field, expected="2026-11-26 or 2026-11-26T08:00:00Z") from None
    return nanoseconds(found if found.tzinfo else found.replace(tzinfo=UTC))


def breach(since: Since, until: Until = None, reader: Reader = None, as_json: Json = False) -> None:
    """Whose records were read since, by account: kinds of data, readers, times. It is audited."""
    first = moment(since, "since")

    async def run(parts: Parts) -> Breach:
        last = moment(until, "until") if until else parts.clock.now()
        said = {"since": since, "until": until, "reader": reader}
        async with doing(parts, "insight breach", said=said):
            return await parts.insight.breaches.of(first, last, reader=reader)

    found = within(run)
    if as_json:
        affected = [_plain(one) for one in found.affected]
        told = msgspec.to_builtins(found) | {
            "since": rfc3339(found.since),
            "until": rfc3339(found.until),
            "affected": affected,
        }
        print(json.dumps(told, ensure_ascii=False))
        return
    table = Table("account", "purpose", "data", "reader", "readings", "rows", "first", "last")
    for one in found.affected[:SHOWN]:
        numbers = (f"{one.readings:,}", f"{one.rows:,}", rfc3339(one.first), rfc3339(one.last))
        table.add_row(str(one.account), one.purpose, one.data, one.reader, *numbers)
    out.print(table)
    out.print(f"{found.people:,} people, from {rfc3339(found.since)} to {rfc3339(found.until)}.")
    if len(found.affected) > SHOWN:
        out.print(f"The first {SHOWN} of {len(found.affected):,} lines are shown; --json has all.")
    for kind, holds in found.holds.items():
        out.print(f"  {kind}: {holds}")
    if found.erased:
        out.print(f"Of {found.erased:,} more, who have been erased since, nobody knows whom to tell.")


def release(day: Day, as_json: Json = False) -> None:
    """Release the figures across stores of a day, once; it is charged to the year's budget."""
    try:
        asked = date.fromisoformat(day)
    except ValueError:
        raise MomentMalformed(field="day", expected="2026-11-26") from None

    async def run(parts: Parts) -> dict[str, Any]:
        async with doing(parts, "insight release", target=day):
            made = await parts.insight.releases.release(asked)
        year = await parts.insight.releases.year(asked.year)
        return {"release": msgspec.to_builtins(made), "year": msgspec.to_builtins(year)}

    told = within(run)
    if as_json:
        print(json.dumps(told))
        return
    year = told["year"]
    out.print(
        f"{day} is released; {told['release']['withheld']} cells are withheld. {year['year']} has told "
        f"at most ε {year['epsilon']:.2f} of {year['epsilon_max']:g} (δ {year['delta']:g}) of one person."
    )


def retain(as_json: Json = False) -> None:
    """Take out records that are older than they are kept; a network that is up does it by itself."""

    async def run(parts: Parts) -> dict[str, int]:
        async with doing(parts, "insight retain"):
            gone = await parts.insight.retention.step()
        told: dict[str, int] = msgspec.to_builtins(gone)
        return told

    told = within(run)
    if as_json:
        print(json.dumps(told))
        return
    out.print(f"{told['records']:,} records and {told['lines']:,} lines of the log of reading are gone.")
    out.print(f"{told['behaviour']:,} rows of other behaviour are gone.")
    out.print(f"{told['files']:,} files of the lake are written anew, {told['removed']:,} removed.")


def _plain(one: Affected) -> dict[str, Any]:
    return msgspec.to_builtins(one) | {"first": rfc3339(one.first), "last": rfc3339(one.last)}
