"""`qianbao insight bills FILE…`: a person's own bills, read on this machine and shown to nobody else.

What reads them (workbooks, zips, models) is loaded within the command.
"""

from __future__ import annotations

import getpass
import locale
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer
from rich.console import Console

from qianbao.cli.bills import shown
from qianbao.config import load
from qianbao.insight.bills.errors import BillsTargetUnwritable
from qianbao.insight.bills.words import Language

if TYPE_CHECKING:
    from qianbao.insight.bills.service import Reading

CORRECTIONS: Final = "bills-corrections.csv"
"""In the installation's home, where no other file is named."""

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class Tongue(StrEnum):
    """The language of what is shown."""

    ZH = "zh"
    EN = "en"


def command(
    files: Annotated[
        list[Path], typer.Argument(help="CSV, XLSX, zips (a password is asked for), or folders of them.")
    ],
    password: Annotated[str | None, typer.Option(help="Of a locked zip; else it is asked for.")] = None,
    correct: Annotated[
        list[str] | None,
        typer.Option(help="MERCHANT=CATEGORY: say it once, it is learned. May be repeated."),
    ] = None,
    corrections: Annotated[
        Path | None, typer.Option(help="The file of what was corrected; else one in the home.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="Hand the bills on: beancount, ledger, csv, parquet, ofx.")
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--out", help="The file that --to writes; else standard output.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the picture as one HTML file.")] = None,
    language: Annotated[Tongue | None, typer.Option(help="zh or en; else the machine's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """Understand your own bills of WeChat Pay, Alipay, JD and Meituan. Nothing leaves this machine."""
    from qianbao.insight.bills.service import read

    learned = _corrected(corrections or load().home / CORRECTIONS, correct or [])
    with err.status("…") as waiting:

        def told(name: str) -> None:
            waiting.update(name)

        def ask(name: str) -> str | None:
            if not sys.stdin.isatty():
                return None
            waiting.stop()
            return getpass.getpass(f"{name} 密码 / password: ")

        reading = read(files, password=password, ask=ask, corrections=learned, told=told)
    if html is not None:
        from qianbao.insight.bills.report import report

        _write(html, report(reading, _language(language)).encode())
    if to is not None:
        _hand_on(reading, to, target)
    elif as_json:
        print(msgspec.json.encode(_told(reading)).decode())
    else:
        shown.show(out, reading, _language(language))
    if not reading.adds_up():
        raise typer.Exit(1)


def _hand_on(reading: Reading, to: str, target: Path | None) -> None:
    from qianbao.insight.bills.targets import written

    data = written(to, reading.bills)
    if target is None:
        sys.stdout.buffer.write(data)
    else:
        _write(target, data)
        err.print(f"{target}: {len(reading.bills):,}")


def _write(path: Path, data: bytes) -> None:
    """Write a file of one's bills: nobody else reads it."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
    except OSError as refused:
        expected = "a path that can be written"
        detail = f"{path} cannot be written: {refused.strerror}"
        raise BillsTargetUnwritable(detail, field="--out", expected=expected) from None


def _corrected(path: Path, texts: list[str]) -> dict[str, str]:
    """What was corrected so far and now; kept, readable by its person alone."""
    from qianbao.api.files import write_private
    from qianbao.insight.bills.categories import corrections

    learned = corrections.read(path)
    if texts:
        learned |= corrections.said(texts)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, corrections.written(learned))
    return learned


def _language(chosen: Tongue | None) -> Language:
    if chosen is not None:
        return "zh" if chosen is Tongue.ZH else "en"
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"


def _told(reading: Reading) -> dict[str, object]:
    """The summary that `--json` prints: bills stand in it once, files without theirs."""
    told: dict[str, object] = msgspec.to_builtins(reading)
    told["statements"] = [
        {**msgspec.to_builtins(one), "bills": len(one.bills), "aside": len(one.aside)}
        for one in reading.statements
    ]
    return {**told, "rows": reading.rows, "foot": reading.foot, "adds_up": reading.adds_up()}
