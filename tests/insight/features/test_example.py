"""The example notebook runs as it is shown."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[3] / "docs"


def maker() -> Any:
    """The module that runs the notebook's cells."""
    spec = importlib.util.spec_from_file_location("notebook_maker", DOCS / "made" / "notebook.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_notebook_gives_what_it_shows() -> None:
    make = maker()
    shown = json.loads((DOCS / "notebooks" / "consumption.ipynb").read_text())
    again = make.run((DOCS / "notebooks" / "consumption.py").read_text())
    assert [cell["source"] for cell in shown["cells"]] == [cell["source"] for cell in again]
    for was, now in zip(shown["cells"], again, strict=True):
        assert text(now) == text(was)


def text(cell: dict[str, Any]) -> list[Any]:
    """What a cell shows."""
    return [one.get("data", one).get("text/plain") for one in cell.get("outputs", [])]
