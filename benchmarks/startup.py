"""How long a user waits for `qianbao up`, from the command to the printed address.

`startup.first_s`: a new home, and no Python file compiled yet, as it is right after the installation; the
database is laid, the starter city replayed for as long as the first start takes for it. `startup.later_s`:
the median of later starts of the same home, each after a clean stop.

    python benchmarks/startup.py        # prints figures as JSON
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from qianbao.api.starter import FIRST_S

LATER = 5
ADDRESS = re.compile(r"https?://[\w.\[\]:-]+:\d+")
TIMEOUT_S = 300


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Start:
    """A start that has told its address: the seconds that took, on the clock and of processors."""

    wall: float
    cpu: float
    process: subprocess.Popen[str]


def started(home: Path, cache: Path) -> Start:
    """Start it, and wait for its address."""
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("QIANBAO_", "PYTHON"))
    }
    environ |= {
        "QIANBAO_HOME": str(home),
        "QIANBAO_PORT": str(free_port()),
        "PYTHONPYCACHEPREFIX": str(cache),
        "PYTHONUNBUFFERED": "1",
    }
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "qianbao.cli", "up"],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line)
        if ADDRESS.search(line):
            return Start(time.monotonic() - began, _used(process.pid), process)
        assert time.monotonic() - began < TIMEOUT_S, "".join(said)
    raise AssertionError("".join(said))


def _used(pid: int) -> float:
    """Processor seconds of a process and of all that it has started."""
    used = 0.0
    top = psutil.Process(pid)
    for process in (top, *top.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            used += times.user + times.system + times.children_user + times.children_system
    return used


def stopped(process: subprocess.Popen[str]) -> float:
    """Stop it as Ctrl-C does; the seconds that took."""
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0
    return time.monotonic() - began


def figure(name: str, value: float, **more: Any) -> dict[str, Any]:
    """One figure in the form of `results.json`."""
    under = {
        "cores": os.cpu_count(),
        "database": "embedded PostgreSQL 18",
        "load_1min": round(os.getloadavg()[0], 1),
    }
    return {
        "name": name,
        "value": round(value, 2),
        "unit": "s",
        "better": "lower",
        "conditions": under | more,
    }


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="qianbao-bench-") as folder:
        home, cache = Path(folder) / "home", Path(folder) / "compiled"
        first = started(home, cache)
        stops = [stopped(first.process)]
        later: list[Start] = []
        for _ in range(LATER):
            later.append(started(home, cache))
            stops.append(stopped(later[-1].process))
    wall = statistics.median(one.wall for one in later)
    cpu = statistics.median(one.cpu for one in later)
    figures = [
        figure(
            "startup.first_s",
            first.wall,
            cpu_s=round(first.cpu, 2),
            of_it_starter_city_s=FIRST_S,
            compiled_files="none before",
        ),
        figure("startup.later_s", wall, cpu_s=round(cpu, 2), starts=LATER),
        figure("startup.stop_s", statistics.median(stops), stops=len(stops)),
    ]
    json.dump(figures, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
