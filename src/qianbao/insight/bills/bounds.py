"""How large a file of bills may be. A year of a busy life is some thousand rows and a megabyte."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Upper bounds; sizes in bytes. What is beyond is refused before it is unpacked."""

    file_size: int = 64 << 20
    """Of one file as it lies, and of one that is unpacked."""
    unpacked_size: int = 256 << 20
    """Of all that an archive holds."""
    ratio: int = 200
    """Unpacked to packed, of one entry; small ones may be more."""
    ratio_free: int = 1 << 20
    """Up to this size the ratio is not asked."""
    entries: int = 1_000
    """Of an archive, and files of a folder."""
    rows: int = 1_000_000
    columns: int = 256
    cells: int = 16_000_000
    """Of a sheet, counted from its corner to its farthest cell."""
    text: int = 4_096
    """Characters of a cell; a longer one is cut, and the row set aside."""


BOUNDS = Bounds()
