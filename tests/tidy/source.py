"""The house's files as the lints see them: read once, parsed once."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "qianbao"
TESTS = ROOT / "tests"
DOCS = ROOT / "docs"


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: where it lies, its text and its tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its path within the project."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def room(self) -> str:
        """The first folder or module under `src/qianbao` (`payments`, `money`, …)."""
        return self.path.relative_to(PACKAGE).parts[0].removesuffix(".py")

    def at(self, node: ast.expr | ast.stmt) -> str:
        """`file:line` of a node, for the list of faults."""
        return f"{self.name}:{node.lineno}"


def _read(folder: Path) -> tuple[Source, ...]:
    found: list[Source] = []
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Source(path, text, ast.parse(text, filename=str(path))))
    return tuple(found)


@functools.cache
def product() -> tuple[Source, ...]:
    """Every Python file of the product."""
    return _read(PACKAGE)


@functools.cache
def specs() -> tuple[Source, ...]:
    """Every Python file of the tests."""
    return _read(TESTS)


@functools.cache
def sql_files() -> tuple[Path, ...]:
    """Every `.sql` file of the product."""
    return tuple(sorted(PACKAGE.rglob("*.sql")))


_SQL_SILENT = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"[^\"]*\"", re.DOTALL)


def bare_sql(text: str) -> str:
    """SQL without its comments, strings and quoted names; line numbers stay."""
    return _SQL_SILENT.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a name or an attribute; empty for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            before = dotted(value)
            return f"{before}.{attr}" if before else ""
        case _:
            return ""


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the dotted name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def texts(tree: ast.AST) -> Iterator[ast.Constant]:
    """Every string in the tree, parts of f-strings too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node


def listed(faults: list[str], lesson: str) -> str:
    """What a failing lint says: the lesson, then each place."""
    return "\n  ".join([lesson, *faults])
