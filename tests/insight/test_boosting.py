"""A machine without OpenMP: what needs boosted trees says so by its code, and the rest goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

MISSING = "raise OSError('libgomp.so.1: cannot open shared object file: No such file or directory')\n"


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine on which LightGBM's library does not load."""
    (tmp_path / "lightgbm").mkdir()
    (tmp_path / "lightgbm" / "__init__.py").write_text(MISSING)
    return {**os.environ, "PYTHONPATH": str(tmp_path), "QIANBAO_HOME": str(tmp_path / "home")}


def test_a_forecast_that_needs_it_is_refused_by_its_code(bare: dict[str, str], tmp_path: Path) -> None:
    days = [f"2026-{month:02d}-{day:02d}" for month in range(1, 8) for day in range(1, 29)]
    rows = [f"{shop},{day},{5 + (len(day) * shop + int(day[-1])) % 9}" for shop in range(8) for day in days]
    file = tmp_path / "shops.csv"
    file.write_text("shop,date,count\n" + "\n".join(rows) + "\n")
    asked = [
        "insight",
        "evaluate",
        "demand",
        "--data",
        str(file),
        "--from",
        "2026-07-10",
        "--to",
        "2026-07-23",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "qianbao.cli", *asked], env=bare, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "insight_boosting_unavailable" in done.stderr
    assert "libgomp" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_worker_loads_without_it(bare: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import qianbao.insight.demand.forecasting"], env=bare, check=False
    )
    assert done.returncode == 0
