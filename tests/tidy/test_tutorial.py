"""The tutorial is executed as it stands, against an installation of its own, and answers as it says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live import Live, started
from tests.tidy.pages import pages

CUT = "=== next block ==="
PASSING = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # an id
    r"|\d{4}-\d\d-\d\dT[\d:.]+Z"  # a time
    r"|\b(\w+-)?order-\d+"  # a number of one's own
    r"|\b[0-9a-f]+-[0-9a-f]{8}-[0-9a-f]+\b"  # a request's id
)


@pytest.fixture(scope="module")
def house() -> Iterator[Live]:
    """An installation as a new user has it, but for the city."""
    with started() as live:
        yield live


def steps(text: str) -> list[tuple[str, str, str]]:
    """(commands, language, what they answer) of a page, in order; no answer shown: two empty texts."""
    block = r"```bash\n(.*?)^```\n(?:\n```(json|text)\n(.*?)^```\n)?"
    return re.findall(block, text, re.MULTILINE | re.DOTALL)


def test_the_tutorial_does_what_it_says(house: Live, tmp_path: Path) -> None:
    [page] = [page for page in pages() if page.name == "docs/tutorial/first-payment.md"]
    told = steps(page.text)
    script = f"\necho '{CUT}'\n".join(commands for commands, _, _ in told)
    script = script.replace("http://localhost:8088", house.url).replace(
        ".venv/bin/qianbao", f"{sys.executable} -m qianbao.cli"
    )
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=house.environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    answers = ran.stdout.split(f"{CUT}\n")
    assert len(answers) == len(told)
    for (commands, language, shown), answer in zip(told, answers, strict=True):
        if language == "json":
            assert lasting(json.loads(answer)) == lasting(json.loads(shown)), commands
        elif language == "text":
            assert answer.strip() == shown.strip(), commands


def lasting(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer with what differs from run to run (ids, times) taken out."""
    return {
        name: PASSING.sub("…", value) if isinstance(value, str) else value for name, value in answer.items()
    }
