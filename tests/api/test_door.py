"""What every request meets before any room does: one form of errors, and no way around the checks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.live import Live, started

PROBLEM = {"type", "title", "status", "detail", "code", "field", "expected", "request_id"}


async def refused(live: Live, method: str, path: str, **asked: Any) -> dict[str, Any]:
    """The problem that a request of nobody gets, its form checked."""
    async with live.client() as nobody:
        answer = await nobody.request(method, path, **asked)
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told.keys() >= PROBLEM
    assert told["status"] == answer.status_code
    assert told["request_id"] == answer.headers["x-request-id"]
    assert told["type"] == f"/api/v1/errors#{told['code']}"
    return told


async def test_an_unknown_address_is_a_problem(live: Live) -> None:
    assert (await refused(live, "GET", "/api/v1/nothing"))["code"] == "route_unknown"


async def test_a_method_that_an_address_does_not_take_is_405_and_says_which_it_takes(live: Live) -> None:
    async with live.client() as nobody:
        answer = await nobody.delete("/api/v1/errors")
    assert answer.status_code == 405
    assert answer.json()["code"] == "method_unknown"
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("path", ["/api/v1/trades/{}/pay", "/api/v1/code-payments"])
async def test_a_hot_route_too_takes_no_other_method(live: Live, path: str) -> None:
    told = await refused(live, "GET", path.format("00000000-0000-7000-8000-000000000000"))
    assert told["code"] == "method_unknown"


async def test_a_body_that_is_too_large_is_413_whether_its_length_is_told_or_not(live: Live) -> None:
    large = b'"' + b"x" * 70_000 + b'"'
    sent: dict[str, Any] = {"headers": {"content-type": "application/json"}}
    assert (await refused(live, "POST", "/api/v1/sessions", content=large, **sent))[
        "code"
    ] == "body_too_large"

    async def pieces() -> Any:
        for start in range(0, len(large), 10_000):
            yield large[start : start + 10_000]

    assert (await refused(live, "POST", "/api/v1/sessions", content=pieces(), **sent))[
        "code"
    ] == "body_too_large"


async def test_a_body_that_is_no_json_is_415_or_400(live: Live) -> None:
    form = await refused(live, "POST", "/api/v1/sessions", data={"login": "x"})
    assert (form["status"], form["code"]) == (415, "content_type_wrong")
    broken = await refused(
        live, "POST", "/api/v1/sessions", content=b"{", headers={"content-type": "application/json"}
    )
    assert (broken["status"], broken["code"]) == (400, "json_malformed")


async def test_a_missing_field_is_named(live: Live) -> None:
    told = await refused(live, "POST", "/api/v1/sessions", json={"login": "linyue"})
    assert (told["status"], told["code"], told["field"]) == (400, "request_invalid", "password")


async def test_nobody_is_401_and_told_how_to_come_in(live: Live) -> None:
    async with live.client() as nobody:
        answer = await nobody.post("/api/v1/trades", json={}, headers={"Idempotency-Key": "x"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "nobody_signed_in"


async def test_a_made_up_credential_is_401(live: Live) -> None:
    told = await refused(
        live, "POST", "/api/v1/trades", json={}, headers={"Authorization": "Bearer qb_live_no"}
    )
    assert told["status"] == 401


async def test_every_answer_has_the_security_headers_and_no_inline_script_may_run(live: Live) -> None:
    async with live.client() as nobody:
        for path in ("/docs", "/healthz", "/nothing", "/api/v1/errors"):
            headers = (await nobody.get(path)).headers
            assert "script-src 'self'" in headers["content-security-policy"]
            assert "'unsafe-eval'" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert "no-store" in headers["cache-control"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_another_site_cannot_act_for_a_signed_in_browser(live: Live, origin: str | None) -> None:
    async with live.signed_in("person") as person:
        del person.headers["Origin"]
        sent = {} if origin is None else {"Origin": origin}
        answer = await person.post(
            "/api/v1/trades/00000000-0000-7000-8000-000000000000/pay",
            json={"wallet": live.logins()["person"]["wallet"]},
            headers={"Idempotency-Key": "x", **sent},
        )
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")


async def test_the_session_is_a_cookie_that_no_script_reads_and_no_answer_shows(live: Live) -> None:
    login = live.logins()["person"]
    async with live.client(Origin=live.url) as browser:
        answer = await browser.post(
            "/api/v1/sessions", json={"login": login["login"], "password": login["password"]}
        )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    token = cookie.split("=", 1)[1].split(";")[0]
    assert token not in answer.text.lower()


async def test_who_asks_too_often_is_told_when_to_come_again() -> None:
    with started() as live:
        async with live.client() as nobody:
            answers = await asyncio.gather(*(nobody.get("/api/v1/none") for _ in range(300)))
        limited = [answer for answer in answers if answer.status_code == 429]
        assert limited
        assert limited[0].json()["code"] == "rate_limited"
        assert int(limited[0].headers["retry-after"]) >= 1
        assert live.ready()
