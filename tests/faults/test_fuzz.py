"""Every endpoint, asked from its own OpenAPI with good and bad data: no 5xx, one format of errors."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qianbao.api.parts import opened
from qianbao.credentials import operators
from qianbao.credentials.models import Role
from qianbao.credentials.sessions import open_session
from tests.faults.town import Town, lay, prepare, settings_of
from tests.live import Live

SECONDS = int(os.environ.get("QIANBAO_FUZZ_SECONDS", "20"))
"""For each caller; `make soak` gives more."""
CHECKS = "not_a_server_error,content_type_conformance,response_schema_conformance,status_code_conformance"
ENDLESS = r"/events/stream$"
SIGNS_OUT = r"(/sessions/(current|others|\{session_id\})|/devices/|/me/lost-phone|/me/password|/operators/)"
"""What would end the fuzzer's own session; the authorisation matrix calls these."""


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """An installation of its own: a fuzzer freezes and ends what it can reach."""
    home: Path = tmp_path_factory.mktemp("fuzz") / "home"
    prepare(home)
    live = Live(home)
    live.start()
    yield live
    live.stop()


@pytest.fixture(scope="module")
async def town(fuzzed: Live) -> Town:
    """A person and a shop."""
    return await lay(fuzzed, people=1, shops=1, seed=5)


async def header_of(who: str, live: Live, town: Town) -> list[str]:
    """How a caller signs in, as the fuzzer's arguments."""
    match who:
        case "person":
            return ["-H", f"Cookie: qianbao_session={town.people[0].cookie}", "-H", f"Origin: {live.url}"]
        case "shop":
            return ["-H", f"Authorization: Bearer {town.shops[0].key}"]
        case "operator":
            async with opened(settings_of(live)) as parts:
                made = await operators.add_operator(
                    parts.credentials, login="fuzzer", name="Fuzzer", secret="quiet-river-stone-lamp-41"
                )
                signed = await open_session(
                    parts.credentials,
                    holder=made.id,
                    role=Role.OPERATOR,
                    device=None,
                    device_name="fuzzer",
                )
            return ["-H", f"Cookie: qianbao_session={signed.token}", "-H", f"Origin: {live.url}"]
        case _:
            return []


@pytest.mark.slow
@pytest.mark.parametrize("who", ["nobody", "person", "shop", "operator"])
async def test_no_request_makes_the_server_fail_or_break_its_own_description(
    who: str, fuzzed: Live, town: Town, tmp_path: Path
) -> None:
    done = await asyncio.to_thread(
        subprocess.run,
        [
            str(Path(sys.executable).parent / "schemathesis"),
            "run",
            f"{fuzzed.url}/openapi.json",
            *await header_of(who, fuzzed, town),
            "--checks",
            CHECKS,
            "--max-time",
            str(SECONDS),
            "--exclude-path-regex",
            f"{ENDLESS}|{SIGNS_OUT}",
            "--request-timeout",
            "20",
            "--suppress-health-check",
            "all",
            "--warnings",
            "off",
            "--continue-on-failure",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS * 4 + 120,
        check=False,
    )
    told = done.stdout[-6000:] + done.stderr[-2000:]
    assert done.returncode == 0, told
    cases = re.search(r"(\d+) (?:test cases )?generated", told)
    assert cases is not None, told
    assert int(cases.group(1)) > 100, told
    assert fuzzed.ready()
    assert fuzzed.command("books", "check").returncode == 0
