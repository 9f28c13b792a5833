"""Reading a person's bills: files in, statements, bills and a picture out. No network, no database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from qianbao.insight.bills.bounds import BOUNDS, Bounds
from qianbao.insight.bills.categories.deciding import decided
from qianbao.insight.bills.drawing import Picture, picture
from qianbao.insight.bills.errors import BillsColumnMissing, BillsUnknown
from qianbao.insight.bills.files import Ask, Document, documents
from qianbao.insight.bills.matching import Double, matched
from qianbao.insight.bills.models import Bill, Reason, SetAside, Statement
from qianbao.insight.bills.reading import statement


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """All that was read. Rows of all statements = bills + doubles + set aside + feet, always."""

    statements: tuple[Statement, ...]
    bills: tuple[Bill, ...]
    """Each payment once, oldest first, with its category."""
    doubles: tuple[Double, ...]
    aside: tuple[SetAside, ...]
    picture: Picture | None

    @property
    def rows(self) -> int:
        """Lines with content below the headers of all files."""
        return sum(one.rows for one in self.statements)

    @property
    def foot(self) -> int:
        """Of them, sums and rules at the files' ends."""
        return sum(one.foot for one in self.statements)

    def adds_up(self) -> bool:
        """Whether nothing was lost and nothing made up."""
        lines = sum(bool(one.line) for one in self.aside)
        return self.rows == len(self.bills) + len(self.doubles) + lines + self.foot


def read(
    paths: Sequence[Path],
    *,
    password: str | None = None,
    ask: Ask = lambda _: None,
    corrections: Mapping[str, str] | None = None,
    bounds: Bounds = BOUNDS,
    told: Callable[[str], None] = lambda _: None,
) -> Reading:
    """Read files, folders and zips. `told` hears the name of each file as it is read.

    A file that was named and is no bill is an error; one found in a folder or an archive is set aside.
    Raises the errors of `bills.errors`.
    """
    statements: list[Statement] = []
    strangers: list[SetAside] = []
    refused: BillsUnknown | BillsColumnMissing | None = None
    for document in documents(paths, password=password, ask=ask, bounds=bounds):
        told(document.name)
        try:
            statements.append(statement(document.name, document.data, bounds=bounds))
        except (BillsUnknown, BillsColumnMissing) as unknown:
            if document.named:
                raise
            refused = refused or unknown
            strangers.append(_stranger(document, unknown.detail))
    if not statements:
        raise refused or BillsUnknown("There is no file in there.", field="FILE", expected="CSV, XLSX or zip")
    return _brought_together(statements, strangers, corrections or {})


def _stranger(document: Document, detail: str) -> SetAside:
    return SetAside(file=document.name, line=0, reason=Reason.FILE_UNKNOWN, detail=detail, row="")


def _brought_together(
    statements: Sequence[Statement], strangers: Sequence[SetAside], corrections: Mapping[str, str]
) -> Reading:
    once = matched(bill for one in statements for bill in one.bills)
    bills = decided(once.bills, corrections)
    return Reading(
        statements=tuple(statements),
        bills=bills,
        doubles=once.doubles,
        aside=(*strangers, *(row for one in statements for row in one.aside)),
        picture=picture(bills),
    )
