"""What Prometheus is told of all processes: the outbox's lag, open streams, webhooks behind and sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from prometheus_client.parser import text_string_to_metric_families
from pytest_httpserver import HTTPServer
from werkzeug import Response

from tests.api.test_events import frames, topped_up
from tests.events.until import until
from tests.live import Live, started


async def figure(live: Live, name: str, **labels: str) -> float | None:
    """One figure of `/metrics`; None: it is not told."""
    async with live.client() as nobody:
        text = (await nobody.get("/metrics")).text
    found = [
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    assert len(found) < 2, f"{name} is told twice"
    return found[0] if found else None


def reaches(
    live: Live, least: float, name: str, most: float = float("inf"), **labels: str
) -> Callable[[], Awaitable[bool]]:
    """Whether a figure has come to lie between two."""

    async def condition() -> bool:
        now = await figure(live, name, **labels)
        return now is not None and least <= now <= most

    return condition


async def test_the_outboxs_lag_and_what_was_dispatched_are_told(live: Live) -> None:
    before = await figure(live, "qianbao_events_dispatched_total") or 0
    async with live.signed_in("person") as person:
        await topped_up(live, person)
    await until(reaches(live, before + 2, "qianbao_events_dispatched_total"), every_s=0.2)
    await until(reaches(live, 0, "qianbao_event_lag_seconds", 5), every_s=0.2)


async def test_open_streams_are_counted_over_all_servers_and_a_killed_ones_are_gone() -> None:
    with started(QIANBAO_WORKERS="2") as live:
        async with (
            live.signed_in("person") as one,
            live.signed_in("person") as two,
            one.stream("GET", "/api/v1/events/stream") as first,
            two.stream("GET", "/api/v1/events/stream") as second,
        ):
            open_ = [frames(answer) for answer in (first, second)]
            for stream in open_:
                await anext(stream)
            await until(reaches(live, 2, "qianbao_event_streams", 2), every_s=0.2)
            await topped_up(live, one)
            await until(reaches(live, 2, "qianbao_events_dispatched_total"), every_s=0.2)
            live.kill(*live.running.servers)
            live.wait_ready()
            await until(reaches(live, 0, "qianbao_event_streams", 0), every_s=0.2)


async def test_webhooks_behind_and_sent_are_told(httpserver: HTTPServer) -> None:
    answers = [500, 200]
    httpserver.expect_request("/hook").respond_with_handler(
        lambda _request: Response(status=answers.pop(0) if answers else 200)
    )
    with started(QIANBAO_WEBHOOK_ALLOW="loopback") as live:
        async with live.signed_in("operator") as operator, live.signed_in("person") as person:
            asked = {"url": httpserver.url_for("/hook"), "types": ["topup.done"]}
            made = await operator.post("/api/v1/webhooks", json=asked)
            assert made.status_code == 201, made.text
            await topped_up(live, person)
            await until(reaches(live, 1, "qianbao_webhook_tries_total", outcome="waiting"), every_s=0.2)
            assert (await figure(live, "qianbao_webhook_waiting") or 0) <= 1
            await until(
                reaches(live, 1, "qianbao_webhook_tries_total", outcome="delivered"),
                timeout_s=60,
                every_s=0.5,
            )
            assert await figure(live, "qianbao_webhook_waiting") == 0
            assert await figure(live, "qianbao_webhook_late_seconds") == 0
