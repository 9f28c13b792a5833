"""One server process: `python -m qianbao.api.serve`. Several share the port (SO_REUSEPORT).

uvicorn on uvloop, in this process's one thread, with a short way for the hot routes (`protocol`).
docs/decisions says why.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import resource
import socket
import sys
from collections.abc import Generator
from functools import partial
from typing import Any

from uvicorn import Config, Server

from qianbao.api.app import application
from qianbao.api.process import run, until_stopped
from qianbao.api.protocol import Protocol, sweep
from qianbao.api.proxy import behind, trusted
from qianbao.config import Settings, load

CERTIFICATE, PRIVATE_KEY = "QIANBAO_TLS_CERTIFICATE", "QIANBAO_TLS_PRIVATE_KEY"
"""The environment's names for the files of `qianbao up --lan`."""
BACKLOG = 2048
STOP_S = 20
"""How long requests under way may take when the server stops."""
LINES_MAX = 65_536
"""How many files and lines the process may have open, where the system lets it: many give 1,024 at first."""


class _Quiet(Server):
    """uvicorn's server, that leaves the signals to `until_stopped`."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield


async def serve(settings: Settings) -> None:
    """Serve until stopped. Raises `SystemExit` when it cannot start."""
    door = application(settings)
    hot: Any = partial(Protocol, hot=door.hot)
    config = Config(
        behind(door, trusted(settings)),
        http=hot,
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=STOP_S,
        ssl_certfile=os.environ.get(CERTIFICATE),
        ssl_keyfile=os.environ.get(PRIVATE_KEY),
    )
    server = _Quiet(config)

    def stop() -> None:
        if (parts := getattr(door.app.state, "parts", None)) is not None:
            parts.stream.close()  # an open stream would never be answered to its end
            parts.console.live.close()
        server.should_exit = True

    until_stopped(stop)
    sweeping = asyncio.create_task(sweep(server.server_state))
    with listening(settings.host, settings.port) as line:
        await server.serve([line])
    sweeping.cancel()


def listening(host: str, port: int) -> socket.socket:
    """A socket that several processes can listen at. Raises `SystemExit`."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    line = socket.socket(family, kind, protocol)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        line.bind(address)
    except OSError as taken:
        sys.exit(f"{host}:{port} cannot be listened at: {taken.strerror}.")
    return line


def many_lines() -> None:
    """Let the process have as many lines as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = LINES_MAX if hard == resource.RLIM_INFINITY else min(hard, LINES_MAX)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


if __name__ == "__main__":
    many_lines()
    # What is loaded stays; young garbage is looked for less often (a payment makes hundreds of objects).
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)
    run(serve(load()))
    # Threads of the pool have nothing left to do; do not wait for them.
    sys.stdout.flush()
    os._exit(0)
