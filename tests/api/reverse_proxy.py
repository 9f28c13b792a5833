"""A real reverse proxy, small: it ends TLS, adds to `X-Forwarded-…` as proxies do, and hands requests on."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator

import trustme


class ReverseProxy:
    """One request a connection. It trusts nothing that its clients tell: proto and host are its own."""

    def __init__(self, upstream: int) -> None:
        """`upstream`: the port on this machine to hand on to."""
        self._upstream = upstream
        self._authority = trustme.CA()
        self.port = 0

    @property
    def url(self) -> str:
        """Where it is asked."""
        return f"https://localhost:{self.port}"

    def trust(self) -> ssl.SSLContext:
        """What a client needs to believe its certificate."""
        context = ssl.create_default_context()
        self._authority.configure_trust(context)
        return context

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncGenerator[None]:
        """Serve within."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert("localhost").configure_cert(context)
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield

    async def _serve(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await client.readuntil(b"\r\n\r\n")
            peer: str = back.get_extra_info("peername")[0]
            server, there = await asyncio.open_connection("127.0.0.1", self._upstream)
            there.write(self._handed_on(head, peer))
            length = next((line[15:] for line in _lines(head) if line[:15] == b"content-length:"), b"0")
            there.write(await client.readexactly(int(length)))
            while piece := await server.read(65_536):
                back.write(piece)
                await back.drain()
            there.close()
        back.close()

    def _handed_on(self, head: bytes, peer: str) -> bytes:
        first, *lines = head[:-4].split(b"\r\n")
        own = (b"host:", b"connection:", b"x-forwarded-")
        kept = [line for line in lines if not line.lower().startswith(own)]
        before = [
            line.split(b":", 1)[1].strip() for line in lines if line.lower().startswith(b"x-forwarded-for:")
        ]
        told = [
            b"Host: 127.0.0.1:%d" % self._upstream,
            b"Connection: close",
            b"X-Forwarded-For: " + b", ".join([*before, peer.encode()]),
            b"X-Forwarded-Proto: https",
            b"X-Forwarded-Host: localhost:%d" % self.port,
        ]
        return b"\r\n".join([first, *kept, *told, b"", b""])


def _lines(head: bytes) -> list[bytes]:
    return [line.lower() for line in head.split(b"\r\n")]
