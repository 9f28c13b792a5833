"""HTTP/1.1 as uvicorn speaks it, with a short way for the hot routes and bounds on what a peer leaves open.

A hot request is small, comes whole and is answered whole, so its cycle waits for nothing: it starts when its
body is there, and its answer is one write. Everything else about a request, hot or not, is the door's.
What does not fit the short way (a long body, `Expect`, a pipeline, HTTP/1.0) goes uvicorn's.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable
from typing import Any, Final, cast

import msgspec
from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from qianbao.api.errors import RequestMalformed
from qianbao.api.hot import BODY_MAX, HotTable, Message, Scope
from qianbao.api.problems import MEDIA, body

HEAD_MAX: Final = 64 * 1024
"""Bytes of a request's line and headers."""
READ_S: Final = 15.0
"""How long a request may take to arrive, its body included where it is read whole."""
IDLE_S: Final = 75.0
"""How long a line may be silent between requests."""
SWEEP_S: Final = 2.0
"""How often lines that are over their time are looked for: dearer clocks are not needed."""


class _Nobody:
    """Stands where uvicorn wakes those who wait for a body: nobody does."""

    def set(self) -> None:
        """Nobody hears."""


_NOBODY: Final = _Nobody()


class _HotCycle:
    """One hot request and its answer; to the protocol it looks as any cycle does."""

    __slots__ = (
        "_default",
        "_flow",
        "_head",
        "_on_response",
        "_scope",
        "_transport",
        "body",
        "disconnected",
        "keep_alive",
        "message_event",
        "more_body",
        "response_complete",
    )

    def __init__(self, protocol: Protocol, scope: Scope, *, keep_alive: bool) -> None:
        self._scope = scope
        self._transport = protocol.transport
        self._flow = protocol.flow
        self._default: Iterable[tuple[bytes, bytes]] = protocol.server_state.default_headers
        self._on_response = protocol.on_response_complete
        self._head: Message = {}
        self.body = b""
        self.more_body = True
        self.message_event = _NOBODY
        self.disconnected = False
        self.keep_alive = keep_alive
        self.response_complete = False

    async def run_asgi(self, app: Any) -> None:
        """Serve it. The door answers whatever happens; where it could not, the line is closed."""
        try:
            await app(self._scope, self.receive, self.send)
        finally:
            if not self.response_complete:
                self._transport.close()

    async def receive(self) -> Message:
        """The whole body."""
        return {"type": "http.request", "body": bytes(self.body), "more_body": False}

    async def send(self, message: Message) -> None:
        """The answer, written when it is whole."""
        if message["type"] == "http.response.start":
            self._head = message
            return
        if self._flow.write_paused and not self.disconnected:
            await self._flow.drain()
        self.response_complete = True
        if self.disconnected:
            return
        parts = [STATUS_LINE[self._head["status"]]]
        for name, value in self._default:
            parts += name, b": ", value, b"\r\n"
        for name, value in self._head["headers"]:
            parts += name, b": ", value, b"\r\n"
        parts.append(b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n")
        parts.append(message["body"])
        self._transport.write(b"".join(parts))
        if not self.keep_alive:
            self._transport.close()
        self._on_response()


class Protocol(HttpToolsProtocol):
    """One line. `due` is the moment of the loop's clock at which it is closed, unless something comes."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        hot: HotTable,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._hot = hot
        self._app = cast("ASGI3Application", self.app)
        self._head: int | None = None
        self._waits = False  # the newest request goes the short way, once it is whole
        self.due = self.loop.time() + READ_S

    def data_received(self, data: bytes) -> None:
        """Some of a request, or of several."""
        super().data_received(data)
        if self._head is not None and not self.transport.is_closing():
            self._head += len(data)  # with it the end of a body that came before, if one did
            if self._head > HEAD_MAX:
                self.send_400_response(f"The head of the request has more than {HEAD_MAX} bytes.")

    def on_message_begin(self) -> None:
        """A request begins."""
        self._head = 0
        self.due = self.loop.time() + READ_S
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its headers are there: the short way, or uvicorn's."""
        self._head = None
        scope = self._short()
        self._waits = scope is not None
        if scope is None:
            super().on_headers_complete()
        else:
            assert self.parser is not None
            cycle = _HotCycle(self, scope, keep_alive=self.parser.should_keep_alive())
            self.cycle = cast("RequestResponseCycle", cycle)

    def _short(self) -> Scope | None:
        assert self.parser is not None
        if (
            self.parser.get_method() != b"POST"
            or self._answering()
            or self.pipeline
            or self.expect_100_continue
            or self.parser.get_http_version() != "1.1"
        ):
            return None
        path = self.url.decode("ascii")
        if "%" in path or "?" in path or self._hot.find(path) is None:
            return None
        length = next((value for name, value in self.headers if name == b"content-length"), b"")
        if not length.isdigit() or len(length) > 6 or int(length) > BODY_MAX:
            return None
        scope = cast("Scope", self.scope)
        scope["method"] = "POST"
        scope["path"] = path
        return scope

    def _answering(self) -> bool:
        before = cast("RequestResponseCycle | None", self.cycle)  # none yet, whatever uvicorn's types say
        return before is not None and not before.response_complete

    def on_message_complete(self) -> None:
        """All of a request is there."""
        super().on_message_complete()
        if not self.cycle.response_complete:
            self.due = math.inf
            if self._waits:
                self._start_asgi_task(self.cycle, self._app)

    def on_response_complete(self) -> None:
        """A request is answered: the next of a pipeline, or silence for a while."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self.due = self.loop.time() + IDLE_S

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP is refused in the form of all errors."""
        answer = msgspec.json.encode(body(RequestMalformed(msg), "", ""))
        self.transport.write(
            b"%bcontent-type: %b\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
            % (STATUS_LINE[400], MEDIA.encode(), len(answer), answer)
        )
        self.transport.close()


async def sweep(state: ServerState) -> None:
    """Close lines that are over their time, until cancelled."""
    now = asyncio.get_running_loop().time
    while True:
        await asyncio.sleep(SWEEP_S)
        moment = now()
        for line in list(state.connections):
            if isinstance(line, Protocol) and line.due < moment:
                line.transport.close()
