"""Sends one event to one address: signed, bounded in time and size, only ever to a checked address."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import defaultdict
from dataclasses import dataclass
from typing import Final, TypeAlias

import httpcore2
from standardwebhooks import Webhook as Signer

from qianbao.clock import SECOND, moment
from qianbao.events.webhook.guard import Guard
from qianbao.events.webhook.line import Checked
from qianbao.events.webhook.models import UrlRefused

TIMEOUT_S: Final = 15.0
"""From the first look-up of the name to the end of the answer."""
CONNECT_TIMEOUT_S: Final = 5.0
ANSWER_MAX: Final = 1_024
"""Bytes of an answer that are kept for people to see."""
READ_MAX: Final = 64 * 1_024
"""Bytes of an answer that are read at all; after that the connection is closed."""
KEPT_S: Final = 20.0
"""How long a line is kept open after its last answer."""
LINES_MAX: Final = 256
"""Lines kept open without work; one more, and all are let go."""

Line: TypeAlias = httpcore2.AsyncHTTPConnection


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
    """The HTTP side of webhooks. Keeps lines open between tries, follows no redirect.

    The lines are kept here, by origin: httpcore's own pool looks at all of its lines for every request,
    which was three quarters of all the work.
    """

    def __init__(
        self, guard: Guard, *, tls: ssl.SSLContext | None = None, timeout_s: float = TIMEOUT_S
    ) -> None:
        """`tls`: None trusts the machine's certificate authorities."""
        self._tls = tls or httpcore2.default_ssl_context()
        self._timeout_s = timeout_s
        self._ways = {scheme: Checked(guard, plain=scheme == b"http") for scheme in (b"http", b"https")}
        self._idle: defaultdict[str, list[Line]] = defaultdict(list)
        self._kept = 0

    async def send(self, letter: Letter, *, now: int) -> Answer:
        """Try once. Whatever goes wrong is an answer, never an exception."""
        headers = {
            "content-type": "application/json",
            "user-agent": "Qianbao-Webhooks/1",
            **signatures(letter, now=now),
        }
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._try(letter, headers)
        except TimeoutError:
            return Answer(status=None, text=f"no answer within {self._timeout_s:g} s")
        except UrlRefused as refused:
            return Answer(status=None, text=refused.detail)
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as failed:
            return Answer(status=None, text=f"{type(failed).__name__}: {failed}"[:ANSWER_MAX])
        except (httpcore2.UnsupportedProtocol, UnicodeError, ValueError, OSError) as failed:
            return Answer(status=None, text=f"{type(failed).__name__}"[:ANSWER_MAX])

    async def _try(self, letter: Letter, headers: dict[str, str]) -> Answer:
        url = httpcore2.URL(letter.url)
        if (line := await self._kept_line(url)) is not None:
            # The other side may have hung up on a kept line at this very moment: then on a new one.
            with contextlib.suppress(httpcore2.NetworkError, httpcore2.RemoteProtocolError):
                return await self._post(line, url, letter, headers)
        line = httpcore2.AsyncHTTPConnection(
            origin=url.origin,
            ssl_context=self._tls,
            keepalive_expiry=KEPT_S,
            network_backend=self._ways[url.scheme],
        )
        return await self._post(line, url, letter, headers)

    async def _post(self, line: Line, url: httpcore2.URL, letter: Letter, headers: dict[str, str]) -> Answer:
        timeouts = {"connect": CONNECT_TIMEOUT_S, "read": self._timeout_s, "write": self._timeout_s}
        try:
            async with line.stream(
                "POST",
                url,
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
                text = kept.decode("utf-8", "replace").replace("\0", "\ufffd")
                answer = Answer(status=response.status, text=text)
        except BaseException:
            await line.aclose()
            raise
        await self._keep(line, url)
        return answer

    async def _kept_line(self, url: httpcore2.URL) -> Line | None:
        idle = self._idle[str(url.origin)]
        while idle:
            line = idle.pop()
            self._kept -= 1
            if line.is_available() and not line.has_expired():
                return line
            await line.aclose()
        return None

    async def _keep(self, line: Line, url: httpcore2.URL) -> None:
        if not line.is_idle():
            await line.aclose()
            return
        if self._kept == LINES_MAX:
            await self.close()
        self._idle[str(url.origin)].append(line)
        self._kept += 1

    async def close(self) -> None:
        """Close the lines that are kept open."""
        idle, self._idle, self._kept = self._idle, defaultdict(list), 0
        for line in (line for lines in idle.values() for line in lines):
            await line.aclose()
