"""Keeping child processes alive: a dead one is started again, at once at first, then ever more slowly."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from qianbao.api.process import PARENT

WAIT_FIRST_S, WAIT_MAX_S = 0.1, 5.0
"""Before the second start in a row, and at most."""
STEADY_S = 10.0
"""A child that lived this long starts anew without waiting."""
STOP_TIMEOUT_S = 15.0


@dataclass
class Child:
    """One child process that is meant to run."""

    name: str
    command: list[str]
    environ: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    restarts: int = -1
    _began: float = 0.0
    _wait: float = 0.0
    _line: int = field(default=-1, repr=False)

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self.process.pid if self.process and self.process.poll() is None else None

    @property
    def dead(self) -> int | None:
        """The process id of one that has died and was not started again yet."""
        return self.process.pid if self.process and self.process.poll() is not None else None

    def start(self) -> None:
        """Start it now."""
        theirs, ours = os.pipe()
        try:
            with self.log.open("ab") as out:
                self.process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
                    self.command,
                    env={**self.environ, PARENT: str(theirs)},
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,
                    pass_fds=(theirs,),
                )
        finally:
            os.close(theirs)
        self._forget_line()
        self._line = ours
        self._began = time.monotonic()
        self.restarts += 1

    def tend(self) -> bool:
        """Start it again if it has died and has waited long enough; whether it was started."""
        if self.pid is not None:
            return False
        lived = time.monotonic() - self._began
        if lived > STEADY_S:
            self._wait = 0.0
        if lived < self._wait:
            return False
        self._wait = min(WAIT_MAX_S, max(WAIT_FIRST_S, self._wait * 2))
        self.start()
        return True

    def stop(self) -> None:
        """Ask it to stop; kill it if it does not."""
        if self.process is not None and self.pid is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._forget_line()

    def _forget_line(self) -> None:
        if self._line >= 0:
            with contextlib.suppress(OSError):
                os.close(self._line)
            self._line = -1
