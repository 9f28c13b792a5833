"""`qianbao up`: starts fast, stops cleanly, keeps its processes alive, and survives kill -9 of everything."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qianbao.cli.home import read_running
from tests.live import Live, started

FIRST_START_S, LATER_START_S, COMES_BACK_S = 60, 5, 10
SHARED_MACHINE = 3
"""Other work may run on the same cores in a test; the figures alone are measured in benchmarks/."""


@pytest.fixture(scope="module")
def house() -> Iterator[Live]:
    with started() as live:
        yield live


def wait_until_new(live: Live, before: object, which: str) -> None:
    deadline = time.monotonic() + COMES_BACK_S * SHARED_MACHINE
    while time.monotonic() < deadline:
        now = getattr(live.running, which)
        if now != before and now:
            break
        time.sleep(0.05)
    live.wait_ready(COMES_BACK_S * SHARED_MACHINE)


def test_a_killed_server_is_back_by_itself(house: Live) -> None:
    before = house.running.servers
    house.kill(*before)
    wait_until_new(house, before, "servers")
    assert house.running.servers != before


def test_a_killed_worker_is_back_by_itself(house: Live) -> None:
    before = house.running.worker
    house.kill(before)
    wait_until_new(house, before, "worker")
    assert house.running.worker != before


def test_a_killed_postmaster_is_back_by_itself(house: Live) -> None:
    before = house.running.postmaster
    house.kill(before)
    wait_until_new(house, before, "postmaster")
    assert house.running.postmaster != before


def test_a_second_one_on_the_same_home_says_so(house: Live) -> None:
    refused = house.command("up", check=False)
    assert refused.returncode == 1
    assert "in_use" in refused.stderr


def test_status_tells_who_runs(house: Live) -> None:
    assert str(house.running.supervisor) in house.command("status", "--json").stdout


def test_everything_killed_comes_up_again_and_stops_cleanly(tmp_path: Path) -> None:
    live = Live(tmp_path / "home")
    assert live.start() < FIRST_START_S
    live.kill_everything()
    assert read_running(live.home) is None
    live.start()
    live.stop()
    assert live.start() < LATER_START_S * SHARED_MACHINE
    assert live.command("down").stdout.strip() == "Stopped."
    assert read_running(live.home) is None


def test_when_only_the_supervisor_is_killed_its_children_go_too(tmp_path: Path) -> None:
    live = Live(tmp_path / "home")
    live.start()
    server = live.running.servers[0]
    live.kill(live.running.supervisor)
    deadline = time.monotonic() + COMES_BACK_S * SHARED_MACHINE
    while live.ready() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not live.ready(), f"server {server} still answers"
    live.start()
    live.stop()
