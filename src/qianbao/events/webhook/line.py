"""The line under a webhook's HTTP: only ever to a checked address, and few writes."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any, cast

import httpcore2

from qianbao.events.webhook.guard import Guard


class _Gathered(httpcore2.AsyncNetworkStream):
    """A line on which a request's head and body leave together, when its answer is waited for."""

    def __init__(self, below: httpcore2.AsyncNetworkStream) -> None:
        self._below = below
        self._waiting = b""
        self._write_timeout: float | None = None

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as below
        """Keep it for the next read."""
        self._waiting += buffer
        self._write_timeout = timeout

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as below
        """Send what waits, then read."""
        if self._waiting:
            waiting, self._waiting = self._waiting, b""
            await self._below.write(waiting, self._write_timeout)
        return await self._below.read(max_bytes, timeout)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
    ) -> httpcore2.AsyncNetworkStream:
        """The same on top of TLS."""
        return _Gathered(await self._below.start_tls(ssl_context, server_hostname, timeout))

    async def aclose(self) -> None:
        """Close the line."""
        await self._below.aclose()

    def get_extra_info(self, info: str) -> Any:
        """What the line knows of itself."""
        return self._below.get_extra_info(info)


class Checked(httpcore2.AsyncNetworkBackend):
    """Connects to the addresses that the guard has checked, never to a name."""

    def __init__(self, guard: Guard, *, plain: bool) -> None:
        self._guard = guard
        self._plain = plain
        self._below = cast(httpcore2.AsyncNetworkBackend, httpcore2.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """A connection to the first checked address that takes one. Raises `UrlRefused`."""
        failed: Exception = httpcore2.ConnectError(f"{host} cannot be reached")
        for address in await self._guard.addresses(host.strip("[]"), port, plain=self._plain):
            try:
                return _Gathered(
                    await self._below.connect_tcp(str(address), port, timeout, local_address, socket_options)
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as one:
                failed = one
        raise failed
