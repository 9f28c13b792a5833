"""Health, metrics and the API's page."""

from __future__ import annotations

import re

from tests.live import Live


async def test_it_is_alive_and_ready(live: Live) -> None:
    async with live.client() as nobody:
        assert (await nobody.get("/healthz")).status_code == 200
        assert (await nobody.get("/readyz")).status_code == 200


async def test_metrics_are_for_the_machine_itself_and_for_operators(live: Live) -> None:
    async with live.client() as nobody:
        told = await nobody.get("/metrics")
        assert "qianbao_http_requests_total" in told.text
        forwarded = await nobody.get("/metrics", headers={"X-Forwarded-For": "10.0.0.1"})
        assert (forwarded.status_code, forwarded.json()["code"]) == (403, "loopback_only")
    async with live.signed_in("operator") as operator:
        assert (await operator.get("/metrics", headers={"X-Forwarded-For": "10.0.0.1"})).status_code == 200
    async with live.signed_in("person") as person:
        assert (await person.get("/metrics", headers={"X-Forwarded-For": "10.0.0.1"})).status_code == 403


async def test_metrics_name_templates_never_ids(live: Live) -> None:
    async with live.client() as nobody:
        await nobody.post("/api/v1/trades/00000000-0000-7000-8000-000000000000/pay", json={})
        await nobody.get("/api/v1/made-up-address")
        told = (await nobody.get("/metrics")).text
    assert 'route="/api/v1/trades/{trade_id}/pay"' in told
    assert "00000000-0000" not in told
    assert "made-up-address" not in told


async def test_the_page_of_the_api_loads_nothing_from_elsewhere_and_has_no_inline_script(live: Live) -> None:
    async with live.client() as nobody:
        page = (await nobody.get("/docs")).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        for source in re.findall(r'(?:src|href)="([^"]+)"', page):
            assert source.startswith("/")
            assert (await nobody.get(source)).status_code == 200


async def test_the_openapi_document_is_served(live: Live) -> None:
    async with live.client() as nobody:
        document = (await nobody.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/code-payments" in document["paths"]


async def test_every_error_code_is_listed_with_status_and_meaning(live: Live) -> None:
    async with live.client() as nobody:
        items = (await nobody.get("/api/v1/errors")).json()["items"]
    listed = {item["code"]: item["status"] for item in items}
    assert listed["idempotency_key_missing"] == 400
    assert listed["refund_too_large"] == 422
    assert all(item["title"] for item in items)
