"""Run the example notebook, and write it with what its cells gave: python docs/made/notebook.py"""

from __future__ import annotations

import ast
import contextlib
import io
import json
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1] / "notebooks" / "consumption.py"


def cells(text: str) -> list[tuple[str, str]]:
    """(kind, text) of each cell of a script whose cells begin with `# %%`."""
    found: list[tuple[str, str]] = []
    for part in text.split("# %%")[1:]:
        head, _, body = part.partition("\n")
        kind = "markdown" if "[markdown]" in head else "code"
        if kind == "markdown":
            body = "\n".join(line.removeprefix("#").removeprefix(" ") for line in body.splitlines())
        found.append((kind, body.strip()))
    return found


def run(text: str) -> list[dict[str, Any]]:
    """The cells as a notebook has them, each code cell run after the one before."""
    names: dict[str, Any] = {}
    made: list[dict[str, Any]] = []
    for place, (kind, body) in enumerate(cells(text)):
        cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{place}", "metadata": {}}
        cell["source"] = body.splitlines(keepends=True)
        if kind == "code":
            number = sum(one["cell_type"] == "code" for one in made) + 1
            cell |= {"execution_count": number, "outputs": outputs(body, names, number)}
        made.append(cell)
    return made


def outputs(body: str, names: dict[str, Any], number: int) -> list[dict[str, Any]]:
    """What a cell prints, and the value of its last expression."""
    tree = ast.parse(body)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    said = io.StringIO()
    value = None
    with contextlib.redirect_stdout(said):
        exec(compile(tree, "cell", "exec"), names)  # noqa: S102 - our own page
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307
    found: list[dict[str, Any]] = []
    if said.getvalue():
        found.append({"output_type": "stream", "name": "stdout", "text": said.getvalue().splitlines(True)})
    if value is not None:
        data = {"text/plain": repr(value).splitlines(keepends=True)}
        if hasattr(value, "to_html"):
            data["text/html"] = value.to_html().splitlines(keepends=True)
        found.append(
            {"output_type": "execute_result", "execution_count": number, "metadata": {}, "data": data}
        )
    return found


def notebook(made: list[dict[str, Any]]) -> str:
    """The file's text, in Jupyter's format 4.5."""
    about = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    told = {"cells": made, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    SOURCE.with_suffix(".ipynb").write_text(
        notebook(run(SOURCE.read_text(encoding="utf-8"))), encoding="utf-8"
    )
