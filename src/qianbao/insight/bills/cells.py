"""Text as a cell of a table that a spreadsheet may open: never a formula."""

from __future__ import annotations

from typing import Final

FORMULA: Final = frozenset("=+-@\t\r")
"""A cell that begins so is run by a spreadsheet."""


def safe(cell: str) -> str:
    """The cell as text: an apostrophe keeps a spreadsheet from running it."""
    return f"'{cell}" if cell[:1] in FORMULA or cell.lstrip()[:1] in FORMULA else cell
