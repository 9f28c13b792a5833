"""One server process: `python -m qianbao.api.serve`. Several share the port (SO_REUSEPORT).

Granian, embedded: its network side is a thread of its own in Rust, and the application runs in this
process's loop, so a process is one thing to start, watch and kill. docs/decisions says why not uvicorn.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from qianbao.api.app import application
from qianbao.api.process import run, until_stopped
from qianbao.api.proxy import behind, trusted
from qianbao.config import Settings, load

CERTIFICATE, PRIVATE_KEY = "QIANBAO_TLS_CERTIFICATE", "QIANBAO_TLS_PRIVATE_KEY"
"""The environment's names for the files of `qianbao up --lan`."""
BACKLOG = 2048


async def serve(settings: Settings) -> None:
    """Serve until stopped. Raises `SystemExit` when it cannot start."""
    certificate, key = os.environ.get(CERTIFICATE), os.environ.get(PRIVATE_KEY)
    door = application(settings)
    server = Server(
        behind(door, trusted(settings)),
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        runtime_threads=1,
        backlog=BACKLOG,
        backpressure=BACKLOG,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=15_000, keep_alive=True),
        log_enabled=False,
        ssl_cert=Path(certificate) if certificate else None,
        ssl_key=Path(key) if key else None,
    )
    stopping = False

    def stop() -> None:
        nonlocal stopping
        stopping = True
        if (parts := getattr(door.app.state, "parts", None)) is not None:
            parts.stream.close()  # an open stream would never be answered to its end
            parts.console.live.close()
        server.stop()

    until_stopped(stop)
    await server.serve()
    if not stopping:
        sys.exit("The server stopped by itself.")


if __name__ == "__main__":
    # What is loaded stays; young garbage is looked for less often (a payment makes hundreds of objects).
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)
    run(serve(load()))
    # Granian's threads have nothing left to do; do not wait for them.
    sys.stdout.flush()
    os._exit(0)
