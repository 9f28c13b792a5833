"""Pages that repeat the code say what the code says."""

from __future__ import annotations

import subprocess
import sys

from tests.tidy.source import DOCS, ROOT


def test_generated_pages_are_up_to_date() -> None:
    command = [sys.executable, str(DOCS / "generate.py"), "--check"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
