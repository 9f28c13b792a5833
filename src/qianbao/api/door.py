"""The outermost layer: one plain ASGI callable does for every request what every request needs.

A request id, the rate, the body's size and type, the Origin of a signed-in browser, security headers,
metrics and one structured log line. Hot routes are called from here; all others go on to FastAPI.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import secrets
import time
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import structlog
from fastapi import FastAPI

from qianbao.api.audit import DEED
from qianbao.api.errors import BodyTooLarge, ContentTypeWrong, OriginRefused
from qianbao.api.hot import BODY_MAX, Headers, HotRoute, HotTable, Message, Receive, Scope, Send, expected
from qianbao.api.metrics import Told
from qianbao.api.problems import MEDIA, body, headers
from qianbao.api.rate import Limiter, Rate
from qianbao.api.sessions import token_in
from qianbao.errors import QianbaoError

CSP: Final = (
    # WebAssembly is what reads codes from the camera where the browser has no reader of its own.
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SECURITY: Final[Headers] = [
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=()"),
]
NOSNIFF: Final[Headers] = [(b"x-content-type-options", b"nosniff")]
"""What JSON needs of them: a hot route answers nothing else."""
TLS_ONLY: Final = (b"strict-transport-security", b"max-age=31536000")
PRIVATE: Final = (b"cache-control", b"no-store")
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
DRAIN_MAX: Final = 4 * 1024 * 1024
DRAIN_S: Final = 2.0
"""How much of a refused body is read on, in bytes and seconds."""
UNLIMITED: Final = frozenset({"/healthz", "/readyz", "/metrics"})

_log = structlog.get_logger("qianbao.http")
_encode = msgspec.json.Encoder().encode


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """How often may be asked: `[api]` of config.toml."""

    key_per_s: float = 5_000
    """By one API key (a chain's tills share one)."""
    session_per_s: float = 50
    """By one signed-in person."""
    address_per_s: float = 20
    """From one address, by those who are not signed in or whose credential was refused."""
    burst_s: float = 3
    """How many seconds' worth may come at once."""


class Door:
    """The ASGI application that is served."""

    def __init__(self, app: FastAPI, hot: list[HotRoute[Any]], rates: Rates) -> None:
        self.app = app
        self.hot = HotTable(hot)
        self._told = Told()
        self._limiter = Limiter()
        self._good: dict[bytes, None] = {}
        self._key = Rate(rates.key_per_s, int(rates.key_per_s * rates.burst_s) + 1)
        self._session = Rate(rates.session_per_s, int(rates.session_per_s * rates.burst_s) + 1)
        self._address = Rate(rates.address_per_s, int(rates.address_per_s * rates.burst_s) + 1)
        self._prefix = f"{os.getpid():x}-{secrets.token_hex(4)}-"
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (or the lifespan)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = f"{self._prefix}{next(self._numbers):x}"
        scope["qianbao.request_id"] = request_id
        method: str = scope["method"]
        path: str = scope["path"]
        tls = scope.get("scheme") == "https"
        asked: dict[bytes, bytes] = dict(scope["headers"])
        status = 500
        found = self.hot.find(path) if method == "POST" else None
        own: Headers = [(b"x-request-id", request_id.encode()), *(SECURITY if found is None else NOSNIFF)]
        if tls:
            own.append(TLS_ONLY)

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if DEED in scope:
                    await scope[DEED].done(status)
                given: Headers = list(message.get("headers", ()))
                if not any(name == b"cache-control" for name, _ in given):
                    given.append(PRIVATE)
                message["headers"] = [*given, *own]
            await send(message)

        credential = asked.get(b"authorization") or asked.get(b"cookie")
        try:
            self._admit(scope, method, path, asked, credential, tls)
            if found is None:
                await self.app(scope, counted(receive), told)
            else:
                route, raw_id = found
                status, given, answer = await route.serve(self.app.state.parts, raw_id, scope, asked, receive)
                await _reply(send, status, [*given, PRIVATE, *own], answer)
        except Exception as error:
            if found is None and not isinstance(error, QianbaoError):
                raise
            if isinstance(error, BodyTooLarge):
                await drained(receive)
            status = await _refuse(send, expected(error, request_id), request_id, own, asked)
        finally:
            label = _label(scope, found)
            self._told.answer(method, label, status, time.perf_counter() - began)
            self._learn(scope, credential, status)
            if found is None or status >= 400:
                _log.info(
                    "request",
                    request_id=request_id,
                    method=method,
                    route=label,
                    status=status,
                    ms=round((time.perf_counter() - began) * 1000, 1),
                )

    def _admit(
        self,
        scope: Scope,
        method: str,
        path: str,
        asked: Mapping[bytes, bytes],
        credential: bytes | None,
        tls: bool,
    ) -> None:
        if path not in UNLIMITED:
            self._limit(scope, asked, credential)
        if method in SAFE:
            return
        length = asked.get(b"content-length")
        if length is not None and (not length.isdigit() or int(length) > BODY_MAX):
            raise BodyTooLarge(expected=f"at most {BODY_MAX} bytes")
        sent = (length not in (None, b"0")) or b"transfer-encoding" in asked
        if sent and not asked.get(b"content-type", b"").lower().startswith(b"application/json"):
            raise ContentTypeWrong()
        if b"authorization" not in asked and (cookie := asked.get(b"cookie")) is not None:
            if token_in(cookie, tls=tls) is None:
                return
            origin = asked.get(b"origin", b"").decode("latin-1")
            if origin != f"{'https' if tls else 'http'}://{asked.get(b'host', b'').decode('latin-1')}":
                raise OriginRefused()

    def _limit(self, scope: Scope, asked: Mapping[bytes, bytes], credential: bytes | None) -> None:
        now = time.monotonic_ns()
        if credential is None:
            self._limiter.take(_address(scope), self._address, now)
            return
        if credential not in self._good:
            self._limiter.demand(_address(scope), self._address, now)
        self._limiter.take(credential, self._key if b"authorization" in asked else self._session, now)

    def _learn(self, scope: Scope, credential: bytes | None, status: int) -> None:
        """A refused credential counts against its address; one that was let in is counted by itself alone."""
        if credential is None:
            return
        if status == 401:
            self._good.pop(credential, None)
            self._limiter.count(_address(scope), self._address, time.monotonic_ns())
        elif "qianbao.caller" in scope:
            if len(self._good) > 50_000:
                self._good.clear()
            self._good[credential] = None


def _address(scope: Scope) -> str | None:
    client: tuple[str, object] | None = scope.get("client")
    return client[0] if client else None


def _label(scope: Scope, found: tuple[HotRoute[Any], str | None] | None) -> str:
    if found is not None:
        return found[0].path
    route = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(route, "path_format", None) or "unmatched"


def counted(receive: Receive, size_max: int = BODY_MAX) -> Receive:
    """`receive`, counting the body's bytes: a chunked body cannot be longer than it may."""
    so_far = 0

    async def wrapped() -> Message:
        nonlocal so_far
        message = await receive()
        so_far += len(message.get("body", b""))
        if so_far > size_max:
            if message.get("more_body"):
                await drained(receive)
            raise BodyTooLarge(expected=f"at most {size_max} bytes")
        return message

    return wrapped


async def drained(receive: Receive) -> None:
    """Read what is left of a refused body, up to `DRAIN_MAX`: a client that is still sending when its line
    is closed sees a broken line and not the answer."""
    left = DRAIN_MAX
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body"):
                    return


async def _reply(send: Send, status: int, given: Headers, answer: bytes) -> None:
    given.append((b"content-length", str(len(answer)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": given})
    await send({"type": "http.response.body", "body": answer})


async def _refuse(
    send: Send, error: QianbaoError, request_id: str, own: Headers, asked: Mapping[bytes, bytes]
) -> int:
    key = asked.get(b"idempotency-key", b"").decode("latin-1")
    more = [(name.lower().encode(), value.encode()) for name, value in headers(error).items()]
    given = [(b"content-type", MEDIA.encode()), PRIVATE, *more, *own]
    await _reply(send, error.status, given, _encode(body(error, request_id, key)))
    return error.status
