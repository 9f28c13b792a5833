"""`qianbao bench NAME`: runs a script of `benchmarks/` and keeps its figures, with conditions."""

from __future__ import annotations

import platform
import subprocess
import sys
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
    _keep(figures)
    return figures


def _keep(figures: list[Figure]) -> None:
    path = FOLDER / "results.json"
    kept = msgspec.json.decode(path.read_bytes(), type=list[Figure]) if path.exists() else []
    fresh = {figure.name for figure in figures}
    every = sorted([f for f in kept if f.name not in fresh] + figures, key=lambda figure: figure.name)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(every), indent=2) + b"\n")
    lines = [
        f"| `{f.name}` | {f.value:,g} | {f.unit} | {f.better} | "
        + ", ".join(f"{name} {value}" for name, value in f.conditions.items())
        + " |"
        for f in every
    ]
    plots = "".join(f"\n![{plot.stem}]({plot.name})\n" for plot in sorted(FOLDER.glob("*.svg")))
    about = f"\nPython {platform.python_version()}, {platform.system()} {platform.machine()}.\n"
    (FOLDER / "RESULTS.md").write_text(HEAD + "\n".join(lines) + "\n" + plots + about)
