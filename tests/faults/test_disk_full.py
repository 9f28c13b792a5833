"""A full disk: 503 and nothing half-done; when there is room again it goes on by itself, the books whole."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.faults.town import Town, lay, prepare
from tests.live import Live

DISK = "512m"
RECOVERY_S = 30.0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own, so small that it can be filled. Needs root."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0755", "tmpfs", str(disk)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no disk of its own can be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=False)


def fill(ballast: Path) -> None:
    """Take all the room there is."""
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 16))


async def prepaid(http: httpx.AsyncClient, town: Town, key: str) -> httpx.Response:
    """Create a trade."""
    return await http.post(
        "/api/v1/trades",
        json={"out_trade_no": key, "amount": 100, "attach": "x" * 512},
        headers={"Authorization": f"Bearer {town.shops[0].key}", "Idempotency-Key": key},
    )


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk to fill")
async def test_a_full_disk_is_a_503_and_room_brings_it_back(small_disk: Path) -> None:
    live = Live(small_disk / "home")
    prepare(live.home)
    live.start()
    ballast = small_disk / "ballast"
    try:
        town = await lay(live, people=1, shops=1, seed=3)
        async with httpx.AsyncClient(base_url=live.url, timeout=60) as http:
            kept = [await prepaid(http, town, f"before-{n}") for n in range(20)]
            assert {answer.status_code for answer in kept} == {201}
            await asyncio.to_thread(fill, ballast)
            statuses: set[int] = set()
            sent: list[str] = []
            for n in range(3000):
                sent.append(f"full-{n}")
                try:
                    answer = await prepaid(http, town, sent[-1])
                except httpx.HTTPError:
                    continue
                statuses.add(answer.status_code)
                if answer.status_code != 201:
                    assert answer.headers["content-type"] == "application/problem+json", answer.text
                    assert "retry-after" in answer.headers
                    break
            assert statuses <= {201, 503}
            assert 503 in statuses, "the disk did not fill"

            ballast.unlink()
            deadline = time.monotonic() + RECOVERY_S
            while not await asyncio.to_thread(live.ready):
                assert time.monotonic() < deadline, live.log()
                await asyncio.sleep(0.1)
            for key in [*(f"before-{n}" for n in range(20)), *sent]:
                answer = await prepaid(http, town, key)
                assert answer.status_code == 201, answer.text
                if key.startswith("before"):
                    assert answer.headers.get("idempotency-replayed") == "true"
        assert live.command("books", "check").returncode == 0
    finally:
        live.stop()
