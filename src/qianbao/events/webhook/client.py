"""Sends one event to one address: signed, bounded in time and size, only ever to a checked address."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

import httpcore2
from standardwebhooks import Webhook as Signer

from qianbao.clock import SECOND, moment
from qianbao.events.webhook.guard import Guard
from qianbao.events.webhook.models import UrlRefused

TIMEOUT_S: Final = 15.0
"""From the first look-up of the name to the end of the answer."""
CONNECT_TIMEOUT_S: Final = 5.0
ANSWER_MAX: Final = 1_024
"""Bytes of an answer that are kept for people to see."""
READ_MAX: Final = 64 * 1_024
"""Bytes of an answer that are read at all; after that the connection is closed."""


class _Checked(httpcore2.AsyncNetworkBackend):
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
        failed: Exception = httpcore2.ConnectError(f"{host} cannot be reached")
        for address in await self._guard.addresses(host.strip("[]"), port, plain=self._plain):
            try:
                return await self._below.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as one:
                failed = one
        raise failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one try."""

    status: int | None
    """The HTTP status; None: no answer came."""
    text: str
    """The beginning of the answer, or why there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One event for one address."""

    url: str
    event: str
    """The event's id, the same at every try: receivers know repeats by it."""
    body: bytes
    secrets: tuple[bytes, ...]
    """Newest first. While a secret is being changed both sign."""


def signatures(letter: Letter, *, now: int) -> dict[str, str]:
    """The headers of the Standard Webhooks specification; `now` in nanoseconds."""
    at = moment(now)
    signed = (Signer(secret).sign(letter.event, at, letter.body.decode()) for secret in letter.secrets)
    return {
        "webhook-id": letter.event,
        "webhook-timestamp": str(now // SECOND),
        "webhook-signature": " ".join(signed),
    }


class Client:
    """The HTTP side of webhooks. Keeps connections open between tries, follows no redirect."""

    def __init__(
        self,
        guard: Guard,
        *,
        tls: ssl.SSLContext | None = None,
        connections_max: int = 128,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """`tls`: None trusts the machine's certificate authorities."""
        context = tls or httpcore2.default_ssl_context()
        self._timeout_s = timeout_s
        self._pools = {
            scheme: httpcore2.AsyncConnectionPool(
                ssl_context=context,
                max_connections=connections_max,
                max_keepalive_connections=connections_max // 2,
                keepalive_expiry=20,
                network_backend=_Checked(guard, plain=scheme == "http"),
            )
            for scheme in ("http", "https")
        }

    async def send(self, letter: Letter, *, now: int) -> Answer:
        """Try once. Whatever goes wrong is an answer, never an exception."""
        headers = {
            "content-type": "application/json",
            "user-agent": "Qianbao-Webhooks/1",
            **signatures(letter, now=now),
        }
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._post(letter, headers)
        except TimeoutError:
            return Answer(status=None, text=f"no answer within {self._timeout_s:g} s")
        except UrlRefused as refused:
            return Answer(status=None, text=refused.detail)
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as failed:
            return Answer(status=None, text=f"{type(failed).__name__}: {failed}"[:ANSWER_MAX])
        except (httpcore2.UnsupportedProtocol, UnicodeError, ValueError, OSError) as failed:
            return Answer(status=None, text=f"{type(failed).__name__}"[:ANSWER_MAX])

    async def _post(self, letter: Letter, headers: dict[str, str]) -> Answer:
        pool = self._pools[letter.url.partition(":")[0].lower()]
        timeouts = {"connect": CONNECT_TIMEOUT_S, "read": self._timeout_s, "write": self._timeout_s}
        async with pool.stream(
            "POST",
            letter.url,
            headers=list(headers.items()),
            content=letter.body,
            extensions={"timeout": timeouts},
        ) as response:
            kept = b""
            size = 0
            async for part in response.aiter_stream():
                kept += part[: ANSWER_MAX - len(kept)]
                size += len(part)
                if size > READ_MAX:
                    break
            # Shown to people later: no NUL, which text in PostgreSQL cannot hold.
            return Answer(status=response.status, text=kept.decode("utf-8", "replace").replace("\0", "�"))

    async def close(self) -> None:
        """Close the connections kept open."""
        for pool in self._pools.values():
            await pool.aclose()
