"""How the product's SQL is written, numbered and used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.source import PACKAGE, ROOT, Source, bare_sql, calls, dotted, listed, product, sql_files

RANGES = {
    "ledger": range(100, 200),
    "journal": range(200, 300),
    "events": range(300, 400),
    "parties": range(400, 500),
    "credentials": range(500, 600),
    "risk": range(600, 700),
    "channels": range(700, 800),
    "payments": range(800, 900),
    "replay": range(900, 1000),
    "settlement": range(1100, 1200),
    "console": range(1300, 1400),
    "social": range(1000, 1100),
    "insight": range(1200, 1300),
}
"""Which numbers a room's migrations take; the number is the order in which they run."""

KEYWORDS = (
    "select|from|where|group|having|union|returning|and|or|not|in|create|table|primary|unique|using|limit"
    "|with|when|case|then|else|distinct|for|on|as|into|asc|desc|except|lateral|insert|delete|join|values"
    "|returns|declare|perform|between|exists|materialized|conflict|over|partition"
)
LOWER = re.compile(rf"(?<![\w.:])(?<!= )({KEYWORDS})(?![\w(.])")


def test_keywords_are_upper_case() -> None:
    lower = [
        f"{place}: {found.group(1)}"
        for path in sql_files()
        for place, line in _lines(path)
        for found in LOWER.finditer(line)
    ]
    assert not lower, listed(lower, "Write SQL keywords in upper case:")


def test_no_statement_takes_every_column() -> None:
    greedy = [
        place
        for path in sql_files()
        for place, line in _lines(path)
        if re.search(r"\b(SELECT|RETURNING)\s+(\w+\.)?\*", line, re.IGNORECASE)
    ]
    assert not greedy, listed(greedy, "Name the columns:")


INEXACT = re.compile(
    r"\b(amount|balance|fee|paid|refunded|debits\w*|credits\w*)\s+(real|double|float|money)\b"
)


def test_money_columns_are_integers() -> None:
    inexact = [
        place
        for path in sql_files()
        for place, line in _lines(path)
        if re.search(
            r"\b(amount|balance|fee|paid|refunded|debits\w*|credits\w*)\s+(real|double|float|money)\b", line
        )
    ]
    assert not inexact, listed(inexact, "Money is bigint or numeric without a fraction:")


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(bare_sql(path.read_text(encoding="utf-8")).splitlines(), 1):
        yield f"{path.relative_to(ROOT)}:{number}", line


def test_a_migration_has_a_number_of_its_room() -> None:
    strays = [
        str(path.relative_to(ROOT))
        for path in sql_files()
        if path.parent.name == "migrations"
        if not re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", path.name)
        or int(path.name[:4]) not in RANGES.get(path.relative_to(PACKAGE).parts[0], range(0))
    ]
    assert not strays, listed(strays, "Take the next number of the room's range (RANGES above):")


def test_no_two_migrations_share_a_number() -> None:
    numbers = [path.name[:4] for path in sql_files() if path.parent.name == "migrations"]
    assert len(numbers) == len(set(numbers)), sorted(numbers)


def test_functions_can_be_laid_anew_over_what_stands() -> None:
    once = [
        place
        for path in sql_files()
        if path.parent.name == "functions"
        for place, line in _lines(path)
        if re.search(r"\bCREATE\s+(FUNCTION|PROCEDURE|VIEW|TABLE|INDEX)\b", line)
    ]
    assert not once, listed(once, "Write CREATE OR REPLACE; tables belong to migrations:")


NAMED = re.compile(r"^-- name: (\w+)", re.MULTILINE)


def test_every_named_query_is_used_and_every_used_one_is_named() -> None:
    faults: list[str] = []
    for path in sql_files():
        names = set(NAMED.findall(path.read_text(encoding="utf-8")))
        if not names:
            continue
        neighbours = [source for source in product() if _nearest(source.path.parent) == path.parent]
        strings = {
            node.value
            for source in product()
            if source.room == path.relative_to(PACKAGE).parts[0]
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        where = path.relative_to(ROOT)
        faults += [f"{where}: {name} is never used" for name in sorted(names - strings)]
        if path.name == "queries.sql":
            used = {name for source in neighbours for name in _looked_up(source)}
            others = {
                name
                for other in path.parent.glob("*.sql")
                for name in NAMED.findall(other.read_text(encoding="utf-8"))
            }
            faults += [f"{where}: {name} is used and not there" for name in sorted(used - others)]
    assert not faults, listed(faults, "Statements and their uses differ:")


def _nearest(folder: Path) -> Path | None:
    """The folder with statements that a module's own folder belongs to: itself, or the next above."""
    stocked = {path.parent for path in sql_files() if path.parent.name not in {"migrations", "functions"}}
    return next((above for above in (folder, *folder.parents) if above in stocked), None)


def _looked_up(source: Source) -> set[str]:
    """The names under which a module asks `queries(__package__)` for statements."""
    holders: set[str] = set()
    for node in ast.walk(source.tree):
        target = (
            node.targets[0]
            if isinstance(node, ast.Assign)
            else node.target
            if isinstance(node, ast.AnnAssign)
            else None
        )
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if target is not None and value is not None and any(name == "queries" for _, name in calls(value)):
            holders.add(dotted(target))
    return {
        node.slice.value
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Subscript)
        and dotted(node.value) in holders
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    }
