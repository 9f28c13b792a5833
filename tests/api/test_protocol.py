"""HTTP itself, byte by byte: a request is answered once, whole and in order, however it comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import psutil
import pytest

from qianbao.api import protocol
from qianbao.api.serve import LINES_MAX
from tests.live import Live

END = b"\r\n\r\n"


class Wire:
    """One line to the server."""

    def __init__(self, live: Live, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.live = live
        self.reader = reader
        self.writer = writer

    def asked(
        self, *, key: str = "", path: str = "/api/v1/trades", head: str = "", http: str = "1.1"
    ) -> bytes:
        """A request that makes a trade."""
        body = json.dumps({"out_trade_no": uuid4().hex, "amount": 100}).encode()
        shop = self.live.logins()["owner"]["api_key"]
        lines = [
            f"POST {path} HTTP/{http}",
            f"Host: 127.0.0.1:{self.live.port}",
            f"Authorization: Bearer {shop}",
            f"Idempotency-Key: {key or uuid4().hex}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            *([head] if head else []),
        ]
        return "\r\n".join(lines).encode() + END + body

    async def send(self, data: bytes) -> None:
        """Put bytes on the line."""
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> tuple[int, dict[str, str], Any]:
        """The next answer: its status, headers and JSON."""
        async with asyncio.timeout(30):
            head = (await self.reader.readuntil(END)).decode()
            first, *lines = head.rstrip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            told = await self.reader.readexactly(int(headers["content-length"]))
        return int(first.split()[1]), headers, json.loads(told)

    async def closed(self, within_s: float = 30) -> bool:
        """Whether the server closes the line, with nothing more said."""
        async with asyncio.timeout(within_s):
            return await self.reader.read() == b""


@pytest.fixture
async def wire(live: Live) -> AsyncIterator[Wire]:
    """A line of one's own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", live.port)
    yield Wire(live, reader, writer)
    writer.close()


async def test_a_request_that_comes_byte_by_byte_is_answered_like_any(wire: Wire) -> None:
    for byte in wire.asked():
        await wire.send(bytes([byte]))
    status, headers, told = await wire.answer()
    assert (status, told["state"]) == (201, "unpaid")
    assert headers["x-request-id"]
    assert headers["date"]


async def test_one_line_serves_many_requests_one_after_another(wire: Wire) -> None:
    trades = set[str]()
    for _ in range(5):
        await wire.send(wire.asked())
        trades.add((await wire.answer())[2]["id"])
    assert len(trades) == 5


async def test_requests_of_a_pipeline_are_answered_in_their_order(wire: Wire) -> None:
    keys = [uuid4().hex for _ in range(6)]
    other = f"GET /api/v1/nothing HTTP/1.1\r\nHost: 127.0.0.1:{wire.live.port}\r\n\r\n".encode()
    await wire.send(b"".join(wire.asked(key=key) for key in keys[:3]) + other + wire.asked(key=keys[3]))
    answers = [await wire.answer() for _ in range(5)]
    assert [status for status, _, _ in answers] == [201, 201, 201, 404, 201]
    assert "id" not in answers[3][2]
    assert len({told["id"] for _, _, told in (*answers[:3], answers[4])}) == 4


@pytest.mark.parametrize(
    ("head", "http"), [("Connection: close", "1.1"), ("", "1.0"), ("Connection: close", "1.0")]
)
async def test_who_wants_the_line_closed_gets_the_answer_first(wire: Wire, head: str, http: str) -> None:
    await wire.send(wire.asked(head=head, http=http))
    status, headers, _ = await wire.answer()
    assert (status, headers["connection"]) == (201, "close")
    assert await wire.closed()


async def test_who_asks_before_sending_the_body_is_told_to_go_on(wire: Wire) -> None:
    head, _, body = wire.asked(head="Expect: 100-continue").partition(END)
    await wire.send(head + END)
    assert (await wire.reader.readuntil(END)).startswith(b"HTTP/1.1 100 ")
    await wire.send(body)
    assert (await wire.answer())[0] == 201


async def test_a_body_in_chunks_is_read_whole(wire: Wire) -> None:
    head, _, body = wire.asked().partition(END)
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
    await wire.send(b"\r\n".join([*lines, b"Transfer-Encoding: chunked"]) + END)
    for part in (body[:10], body[10:]):
        await wire.send(b"%x\r\n%b\r\n" % (len(part), part))
    await wire.send(b"0" + END)
    assert (await wire.answer())[0] == 201


async def test_a_path_with_a_query_or_written_another_way_is_the_same_route(wire: Wire) -> None:
    for path in ("/api/v1/trades?from=till", "/api/v1/%74rades"):
        await wire.send(wire.asked(path=path))
        assert (await wire.answer())[0] == 201


async def test_a_line_that_is_lost_after_sending_has_been_heard(live: Live, wire: Wire) -> None:
    key = uuid4().hex
    asked = wire.asked(key=key)
    await wire.send(asked)
    wire.writer.transport.abort()
    reader, writer = await asyncio.open_connection("127.0.0.1", live.port)
    again = Wire(live, reader, writer)
    async with asyncio.timeout(30):
        replayed = ""
        while replayed != "true":  # the first may still be on its way
            await again.send(asked)
            status, headers, _ = await again.answer()
            assert status == 201
            replayed = headers.get("idempotency-replayed", "")
    writer.close()


@pytest.mark.parametrize(
    "data", [b"hello\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"POST\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
)
async def test_what_is_not_http_is_a_problem_and_the_line_is_closed(wire: Wire, data: bytes) -> None:
    await wire.send(data)
    status, headers, told = await wire.answer()
    assert (status, told["code"]) == (400, "request_malformed")
    assert headers["content-type"] == "application/problem+json"
    assert await wire.closed()


async def test_a_head_without_end_is_cut_off(wire: Wire) -> None:
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):  # noqa: PT012
        await wire.send(b"POST /api/v1/trades HTTP/1.1\r\nHost: x\r\n")
        for n in range(200):
            await wire.send(f"X-{n}: {'y' * 4000}\r\n".encode())
            await asyncio.sleep(0)
        await wire.reader.readexactly(1_000_000)


async def test_a_head_that_grows_too_long_is_told_so(wire: Wire) -> None:
    head = b"POST /api/v1/trades HTTP/1.1\r\nHost: x\r\nX: "
    await wire.send(head + b"y" * (protocol.HEAD_MAX + 1 - len(head)))
    status, _, told = await wire.answer()
    assert (status, told["code"]) == (400, "request_malformed")


def test_a_server_may_have_as_many_lines_as_the_system_allows(live: Live) -> None:
    for pid in live.running.servers:
        soft, hard = psutil.Process(pid).rlimit(psutil.RLIMIT_NOFILE)
        assert soft == min(hard, LINES_MAX)


@pytest.mark.slow
async def test_a_request_that_does_not_arrive_is_not_waited_for(live: Live) -> None:
    lines = [await asyncio.open_connection("127.0.0.1", live.port) for _ in range(3)]
    whole = Wire(live, *lines[0]).asked()
    for (_, writer), part in zip(lines, (b"", whole[:60], whole[:-5]), strict=True):
        writer.write(part)
    closed = asyncio.gather(*(Wire(live, *line).closed() for line in lines))
    assert await asyncio.wait_for(closed, protocol.READ_S + 3 * protocol.SWEEP_S + 10) == [True] * 3
