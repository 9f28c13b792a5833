"""`qianbao bench NAME`: runs a script of `benchmarks/` and keeps its figures, with conditions."""

from __future__ import annotations

import platform
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from qianbao.errors import NotFound

FOLDER: Final = Path("benchmarks")
HEAD: Final = """# Results

<!-- Written by `make bench`, from results.json. -->

Each figure with the conditions it was measured under. What bounds a figure stands in docs/decisions.

| figure | value | unit | better | conditions |
| --- | ---: | --- | --- | --- |
"""
SHORT: Final = """
## Short of the floor

What a figure must reach on 2 cores that the load generator shares, and these do not.

| figure | value | floor | unit |
| --- | ---: | ---: | --- |
"""
NOTES: Final = """
## What one figure does not tell

Kept is the last run. Beside it:

"""


class BenchmarkUnknown(NotFound):
    """There is no such benchmark here."""

    code = "benchmark_unknown"


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of `results.json`."""

    name: str
    value: float
    unit: str
    better: str
    conditions: dict[str, Any]


class Floors(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What figures must reach on 2 cores, by name, and what one figure does not tell."""

    floors: dict[str, float]
    notes: dict[str, str]

    def missed(self, figure: Figure) -> bool:
        """Whether it is on the wrong side of its floor."""
        floor = self.floors.get(figure.name, figure.value)
        return figure.value < floor if figure.better == "higher" else figure.value > floor


def names() -> list[str]:
    """The benchmarks of this checkout."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def run(name: str) -> list[Figure]:
    """Run one, and keep its figures. Raises `BenchmarkUnknown`."""
    if name not in names():
        raise BenchmarkUnknown(field="NAME", expected=", ".join([*names(), "all"]))
    done = subprocess.run(  # noqa: S603 - our own interpreter on a file of this folder
        [sys.executable, str(FOLDER / f"{name}.py")], stdout=subprocess.PIPE, check=True
    )
    figures = msgspec.json.decode(done.stdout, type=list[Figure])
    keep(figures)
    return figures


def keep(figures: Sequence[Figure]) -> None:
    """Put them into `results.json` in place of those of the same name, and write `RESULTS.md` anew."""
    fresh = {figure.name for figure in figures}
    every = sorted([*(f for f in kept() if f.name not in fresh), *figures], key=lambda figure: figure.name)
    (FOLDER / "results.json").write_bytes(msgspec.json.format(msgspec.json.encode(every), indent=2) + b"\n")
    about = f"\nPython {platform.python_version()}, {platform.system()} {platform.machine()}.\n"
    (FOLDER / "RESULTS.md").write_text(page(every, floors(), sorted(FOLDER.glob("*.svg"))) + about)


def kept() -> list[Figure]:
    """The figures of `results.json`."""
    path = FOLDER / "results.json"
    return msgspec.json.decode(path.read_bytes(), type=list[Figure]) if path.exists() else []


def floors() -> Floors:
    """What `floors.toml` says."""
    return msgspec.convert(tomllib.loads((FOLDER / "floors.toml").read_text()), Floors)


def page(figures: Sequence[Figure], floors: Floors, plots: Sequence[Path]) -> str:
    """What `RESULTS.md` says of them: each with its conditions, what is short of its floor, the notes."""
    rows = (
        f"| `{f.name}` | {f.value:,g} | {f.unit} | {f.better} | "
        + ", ".join(f"{name} {value}" for name, value in f.conditions.items())
        + " |\n"
        for f in figures
    )
    short = (
        f"| `{f.name}` | {f.value:,g} | {floors.floors[f.name]:,g} | {f.unit} |\n"
        for f in figures
        if floors.missed(f)
    )
    notes = (f"- `{name}`: {note}.\n" for name, note in floors.notes.items())
    pictures = (f"\n![{plot.stem}]({plot.name})\n" for plot in plots)
    return "".join([HEAD, *rows, *pictures, SHORT, *short, NOTES, *notes])
