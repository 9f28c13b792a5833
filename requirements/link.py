"""Let this environment import the checkout's `src` and have the command `qianbao`. No network, no build."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = f"""#!{sys.executable}
import sys

from qianbao.cli import main

sys.exit(main())
"""


def link() -> None:
    """Write the path file and the command."""
    (Path(sysconfig.get_path("purelib")) / "qianbao.pth").write_text(f"{ROOT / 'src'}\n")
    command = Path(sysconfig.get_path("scripts")) / "qianbao"
    command.write_text(SCRIPT)
    command.chmod(0o755)


if __name__ == "__main__":
    link()
