"""Have a Java for the tests that run Spark: part of `make test`'s set-up.

The machine's own is taken; else Debian's, where this may install packages. Where there is none, those tests
say that they were skipped; in CI they fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = "openjdk-17-jre-headless"


def found() -> str | None:
    """The path of a Java; None where there is none yet. `JAVA_HOME` names one."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")


def from_debian() -> bool:
    """Install Debian's, where this is Debian and root."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return False
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    asked = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", PACKAGE]
    return all(
        subprocess.run(step, check=False, stdout=subprocess.DEVNULL, env=environ).returncode == 0
        for step in (["apt-get", "update", "-qq"], asked)
    )


if __name__ == "__main__":
    if found() is None:
        from_debian()
    if found() is None and os.environ.get("CI"):
        sys.exit(f"No Java, and none could be installed: {PACKAGE} is needed in CI.")
    sys.stdout.write(f"java: {found()}\n")
