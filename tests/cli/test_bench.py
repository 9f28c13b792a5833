"""What `qianbao bench` writes of its figures."""

from __future__ import annotations

import pytest

from qianbao.cli import bench
from qianbao.cli.bench import Figure, Floors


def figure(value: float, better: str) -> Figure:
    return Figure(name="some.figure", value=value, unit="x", better=better, conditions={"cores": 2})


@pytest.mark.parametrize(
    ("value", "better", "short"),
    [(99, "higher", True), (100, "higher", False), (101, "lower", True), (100, "lower", False)],
)
def test_a_figure_on_the_wrong_side_of_its_floor_is_listed(value: float, better: str, *, short: bool) -> None:
    page = bench.page([figure(value, better)], Floors(floors={"some.figure": 100}, notes={}), [])
    assert (f"| `some.figure` | {value} | 100 | x |" in page) is short


def test_a_figure_without_a_floor_is_short_of_nothing() -> None:
    page = bench.page([figure(1, "higher")], Floors(floors={}, notes={}), [])
    assert page.count("some.figure") == 1


def test_every_floor_and_note_is_of_a_figure_that_is_kept() -> None:
    known = {one.name for one in bench.kept()}
    told = bench.floors()
    assert [name for name in (*told.floors, *told.notes) if name not in known] == []


def test_the_results_page_is_what_the_kept_figures_say() -> None:
    told = bench.page(bench.kept(), bench.floors(), sorted(bench.FOLDER.glob("*.svg")))
    assert (bench.FOLDER / "RESULTS.md").read_text(encoding="utf-8").startswith(told)
