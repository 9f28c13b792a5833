"""One try of one delivery, against real servers."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence

import pytest
import trustme
from pytest_httpserver import HTTPServer
from standardwebhooks import Webhook as Receiver
from werkzeug import Request, Response

from qianbao.clock import SystemClock
from qianbao.events.webhook.client import ANSWER_MAX, READ_MAX, Answer, Client, Letter
from qianbao.events.webhook.guard import Guard, allowed
from qianbao.events.webhook.service import shown_secret

CLOCK = SystemClock()
SECRET = b"s" * 32
OLD_SECRET = b"o" * 32
BODY = '{"id":"e","type":"trade.paid","data":{"subject":"茶"}}'.encode()


def letter(url: str, *secrets: bytes) -> Letter:
    """An event for `url`."""
    return Letter(url=url, event="e-1", body=BODY, secrets=secrets or (SECRET,))


def names(*addresses: str, allow: str = "loopback") -> Guard:
    """A guard for whom every name has these addresses."""

    async def resolver(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return Guard(allowed([allow]), resolver=resolver)


async def sent(guard: Guard, one: Letter, tls: ssl.SSLContext | None = None, timeout_s: float = 5) -> Answer:
    """What comes of one try."""
    client = Client(guard, tls=tls, timeout_s=timeout_s)
    try:
        return await client.send(one, now=CLOCK.now())
    finally:
        await client.close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority of the tests' own."""
    return trustme.CA()


@pytest.fixture(scope="module")
def shop(authority: trustme.CA) -> Iterator[HTTPServer]:
    """An https server that is shop.example."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("shop.example").configure_cert(context)
    with HTTPServer(ssl_context=context) as server:
        yield server


@pytest.fixture
async def raw() -> AsyncGenerator[
    Callable[[Callable[[asyncio.StreamWriter], Awaitable[None]]], Awaitable[str]]
]:
    """Starts servers that answer any request by a function; gives their URL."""
    servers: list[asyncio.Server] = []

    async def start(answer: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> str:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            try:
                await answer(writer)
            except ConnectionError:
                return
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"

    yield start
    for server in servers:
        server.close()


async def test_what_arrives_is_signed_as_the_standard_says(httpserver: HTTPServer) -> None:
    got: list[Request] = []

    def take(request: Request) -> Response:
        got.append(request)
        return Response("thanks", 200)

    httpserver.expect_request("/hook", method="POST").respond_with_handler(take)
    answer = await sent(names("127.0.0.1"), letter(httpserver.url_for("/hook"), SECRET, OLD_SECRET))
    assert answer == Answer(status=200, text="thanks")
    [request] = got
    assert request.get_data() == BODY
    for secret in (SECRET, OLD_SECRET):  # while a secret is being changed either proves it
        Receiver(shown_secret(secret)).verify(BODY, dict(request.headers))
    assert request.headers["webhook-id"] == "e-1"


async def test_the_host_is_named_and_proven_though_the_checked_address_is_connected_to(
    shop: HTTPServer, authority: trustme.CA
) -> None:
    hosts: list[str] = []

    def take(request: Request) -> Response:
        hosts.append(request.host)
        return Response(status=204)

    shop.expect_request("/hook").respond_with_handler(take)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    url = f"https://shop.example:{shop.port}/hook"
    assert (await sent(names("127.0.0.1"), letter(url), trusting)).status == 204
    assert hosts == [f"shop.example:{shop.port}"]

    other = await sent(names("127.0.0.1"), letter(url.replace("shop", "other")), trusting)
    assert other.status is None
    assert "certificate" in other.text.lower()
    assert (await sent(names("127.0.0.1"), letter(url))).status is None  # an authority nobody trusts


async def test_a_name_that_changes_its_address_after_the_check_reaches_nothing(
    httpserver: HTTPServer,
) -> None:
    answers = [["8.8.8.8"], ["127.0.0.1"]]

    async def resolver(_host: str, _port: int) -> Sequence[str]:
        return answers.pop(0)

    guard = Guard(allowed([]), resolver=resolver)
    url = await guard.check(f"https://shop.example:{httpserver.port}/hook")
    answer = await sent(guard, letter(url))
    assert answer.status is None
    assert "not a public address" in answer.text
    assert httpserver.log == []


async def test_no_redirect_is_followed(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_data(
        status=302, headers={"Location": httpserver.url_for("/inner")}
    )
    httpserver.expect_request("/inner").respond_with_data("secret")
    answer = await sent(names("127.0.0.1"), letter(httpserver.url_for("/hook")))
    assert answer.status == 302
    assert [request.path for request, _ in httpserver.log] == ["/hook"]


async def test_the_next_address_is_tried_where_one_is_down(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_data("ok")
    url = f"http://shop.example:{httpserver.port}/hook"
    assert (await sent(names("127.0.0.2", "127.0.0.1"), letter(url))).status == 200


async def test_an_endless_answer_is_read_to_its_bound_only(
    raw: Callable[[Callable[[asyncio.StreamWriter], Awaitable[None]]], Awaitable[str]],
) -> None:
    written = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while written < 50 * READ_MAX:
            writer.write(b"a\0" * 8_192)
            written += 16_384
            await writer.drain()

    answer = await sent(names("127.0.0.1"), letter(await raw(endless)))
    assert answer.status == 200
    assert len(answer.text) == ANSWER_MAX
    assert "\0" not in answer.text


async def test_a_dripping_answer_takes_no_longer_than_any(
    raw: Callable[[Callable[[asyncio.StreamWriter], Awaitable[None]]], Awaitable[str]],
) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1_000):
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(0.02)

    begun = time.monotonic()
    answer = await sent(names("127.0.0.1"), letter(await raw(drip)), timeout_s=0.5)
    assert time.monotonic() - begun < 2
    assert answer == Answer(status=None, text="no answer within 0.5 s")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000 + b"\r\n",
        b"HTTP/1.1 999\r\n\r\n",
    ],
)
async def test_nonsense_is_no_answer(
    raw: Callable[[Callable[[asyncio.StreamWriter], Awaitable[None]]], Awaitable[str]], text: bytes
) -> None:
    async def nonsense(writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    assert (await sent(names("127.0.0.1"), letter(await raw(nonsense)))).status in (None, 999)


async def test_a_closed_door_is_no_answer() -> None:
    answer = await sent(names("127.0.0.1"), letter("http://shop.example:1/"))
    assert answer.status is None
    assert answer.text.startswith("ConnectError")
