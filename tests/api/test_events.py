"""Events and webhooks over HTTP, of a whole running installation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

import httpx2 as httpx
import jsonschema_rs
from pytest_httpserver import HTTPServer
from standardwebhooks import Webhook
from werkzeug import Request, Response

from qianbao.channels.card.models import draw_number
from tests.events.until import until
from tests.live import Live, started


def shop(live: Live) -> httpx.AsyncClient:
    """The ready shop's own program, with its API key."""
    return live.client(Authorization=f"Bearer {live.logins()['owner']['api_key']}")


async def topped_up(live: Live, client: httpx.AsyncClient, amount: int = 12_34) -> str:
    """Top the ready person up from a card of theirs, a new one where there is none; the top-up's id."""
    linked = (await client.get("/api/v1/cards")).json()["items"]
    card = next((one for one in linked if one["bank"] == "lotus"), None)
    if card is None:
        number = draw_number(lambda size: uuid4().bytes[:size])
        answer = await client.post("/api/v1/cards", json={"bank": "lotus", "number": number})
        assert answer.status_code == 201, answer.text
        card = answer.json()
    made = await client.post(
        "/api/v1/topups",
        headers={"Idempotency-Key": str(uuid4())},
        json={"wallet": live.logins()["person"]["wallet"], "card": card["id"], "amount": amount},
    )
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def told(client: httpx.AsyncClient, after: str | None = None) -> tuple[list[dict[str, Any]], str]:
    """All events that this client sees after a cursor, and the cursor after them."""
    found: list[dict[str, Any]] = []
    while True:
        answer = await client.get("/api/v1/events", params={"after": after} if after else {})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        here: str = page["next"]
        if not page["more"]:
            return found, here
        after = here


async def frames(answer: httpx.Response) -> AsyncGenerator[dict[str, str]]:
    """The frames of a stream, as field → value."""
    frame: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if not line:
            yield frame
            frame = {}
        else:
            name, _, value = line.partition(": ")
            frame[name] = value


async def test_a_person_sees_their_own_events_and_of_the_published_schema(live: Live) -> None:
    async with live.signed_in("person") as person:
        _, here = await told(person)
        topup = await topped_up(live, person)
        async with asyncio.timeout(5):
            events: list[dict[str, Any]] = []
            while len(events) < 2:
                await asyncio.sleep(0.1)
                events, _ = await told(person, here)
        assert [event["type"] for event in events] == ["topup.requested", "topup.done"]
        assert {event["subject"] for event in events} == {topup}
        schemas = (await person.get("/api/v1/events/schemas")).json()
        for event in events:
            jsonschema_rs.validator_for(schemas[event["type"]], validate_formats=True).validate(event)
            assert (await person.get(f"/api/v1/events/{event['id']}")).json() == event
        only = await person.get("/api/v1/events", params={"after": here, "type": "topup.done"})
        assert [event["type"] for event in only.json()["items"]] == ["topup.done"]
    async with shop(live) as owner:
        mine, _ = await told(owner)
        assert topup not in {event["subject"] for event in mine}
        assert (await owner.get(f"/api/v1/events/{events[0]['id']}")).status_code == 404
    async with live.signed_in("operator") as operator:
        all_of_them, _ = await told(operator)
        assert topup in {event["subject"] for event in all_of_them}


async def test_every_event_that_was_told_here_is_of_its_published_schema(live: Live) -> None:
    async with live.signed_in("operator") as operator:
        schemas = (await operator.get("/api/v1/events/schemas")).json()
        events, _ = await told(operator)
    assert events
    for event in events:
        jsonschema_rs.validator_for(schemas[event["type"]], validate_formats=True).validate(event)


async def test_a_stream_tells_at_once_and_resumes(live: Live) -> None:
    async with live.signed_in("person") as person:
        async with person.stream("GET", "/api/v1/events/stream") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            stream = frames(answer)
            first = await anext(stream)
            topup = await topped_up(live, person)
            async with asyncio.timeout(5):
                one, two = await anext(stream), await anext(stream)
        assert [one["event"], two["event"]] == ["topup.requested", "topup.done"]
        assert json.loads(two["data"])["subject"] == topup
        for header in ({"Last-Event-ID": one["id"]}, {"Last-Event-ID": first["id"]}):
            async with person.stream("GET", "/api/v1/events/stream", headers=header) as answer:
                stream = frames(answer)
                await anext(stream)
                async with asyncio.timeout(5):
                    again = await anext(stream)
            assert again == (two if header["Last-Event-ID"] == one["id"] else one)


async def test_nobody_is_told_nothing(live: Live) -> None:
    assert (await live.client().get("/api/v1/events/stream")).status_code == 401
    assert (await live.client().get("/api/v1/events")).status_code == 401


async def test_a_broken_cursor_or_type_is_named(live: Live) -> None:
    async with live.signed_in("person") as person:
        for params in ({"after": "x"}, {"type": "Trade"}):
            for path in ("/api/v1/events", "/api/v1/events/stream"):
                answer = await person.get(path, params=params)
                assert answer.status_code == 400
                assert answer.json()["code"] in ("cursor_malformed", "event_type_malformed")


async def test_webhooks_reach_into_no_private_network_unless_configured(live: Live) -> None:
    async with live.signed_in("operator") as operator:
        for url in (
            "https://127.0.0.1/",
            "http://169.254.169.254/",
            "https://10.0.0.1/",
            "http://example.com/",
        ):
            answer = await operator.post("/api/v1/webhooks", json={"url": url})
            assert (answer.status_code, answer.json()["code"]) == (400, "webhook_url_refused")


async def test_a_webhook_is_told_signed_seen_and_sent_again(httpserver: HTTPServer) -> None:
    got: list[Request] = []

    def take(request: Request) -> Response:
        got.append(request)
        return Response("no", 500) if len(got) == 1 else Response("thanks", 200)

    httpserver.expect_request("/hook", method="POST").respond_with_handler(take)
    with started(QIANBAO_WEBHOOK_ALLOW="loopback") as live:
        async with live.signed_in("operator") as operator, live.signed_in("person") as person:
            made = await operator.post(
                "/api/v1/webhooks", json={"url": httpserver.url_for("/hook"), "types": ["topup.done"]}
            )
            assert made.status_code == 201, made.text
            hook, secret = made.json(), made.json()["secret"]
            topup = await topped_up(live, person)

            async def delivery(state: str) -> dict[str, Any]:
                async with asyncio.timeout(20):
                    while True:
                        answer = await operator.get(f"/api/v1/webhooks/{hook['id']}/deliveries")
                        if found := [one for one in answer.json()["items"] if one["state"] == state]:
                            return found[0]
                        await asyncio.sleep(0.05)

            done = await delivery("delivered")  # the second try, five seconds after the first
            assert (done["tries"], done["status"], done["answer"]) == (2, 200, "thanks")
            for request in got:
                Webhook(secret).verify(request.get_data(), dict(request.headers))
            assert {request.headers["webhook-id"] for request in got} == {done["event"]}
            assert got[0].get_json()["subject"] == topup

            again = await operator.post(
                f"/api/v1/webhooks/{hook['id']}/deliveries/{done['id']}/resend", json={}
            )
            assert again.status_code == 202, again.text

            async def third() -> bool:
                return len(got) == 3

            await until(third)
            assert got[2].headers["webhook-id"] == done["event"]

            rotated = (await operator.post(f"/api/v1/webhooks/{hook['id']}/secret")).json()["secret"]
            assert rotated != secret
            shown = (await operator.get("/api/v1/webhooks")).json()["items"]
            assert [one["id"] for one in shown] == [hook["id"]]
            assert "secret" not in shown[0]
            async with shop(live) as owner:
                assert (await owner.get(f"/api/v1/webhooks/{hook['id']}")).status_code == 404
            off = await operator.patch(f"/api/v1/webhooks/{hook['id']}", json={"on": False})
            assert off.json()["state"] == "off"
            assert (await operator.delete(f"/api/v1/webhooks/{hook['id']}")).status_code == 204
            assert (await operator.get("/api/v1/webhooks")).json()["items"] == []
        async with (
            live.signed_in("person") as person,
            person.stream("GET", "/api/v1/events/stream") as answer,
        ):
            await anext(frames(answer))
            assert live.stop() < 15  # an open stream does not keep the house from stopping
