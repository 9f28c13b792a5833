"""Markdown and docstrings: the small parts that generated pages are made of."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from types import ModuleType

import qianbao

MADE = "<!-- Made by docs/generate.py from the code: change it there. -->"


def modules() -> list[ModuleType]:
    """Every module of the product, imported."""
    return [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(qianbao.__path__, "qianbao.")
        if not found.name.endswith("__main__")
    ]


def page(title: str, *parts: str) -> str:
    """A whole page: title, the note that it is made, its parts."""
    return "\n\n".join([f"# {title}", MADE, *(part.strip("\n") for part in parts)]) + "\n"


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table; bars within cells are escaped."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def first_sentence(text: str | None) -> str:
    """The first paragraph of a docstring in one line."""
    return " ".join((inspect.cleandoc(text or "")).split("\n\n")[0].split())


def attribute_docs(kind: type) -> dict[str, str]:
    """What the strings under a class's attributes say, by attribute."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(tree, ast.ClassDef)
    said: dict[str, str] = {}
    for line, after in zip(tree.body, tree.body[1:], strict=False):
        match line, after:
            case (
                ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                said[name] = first_sentence(text)
            case _:
                pass
    return said
