"""The console's doors: what the house sees and does, and that all of it is in the audit log."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2 as httpx

from tests.api.test_approval import paid
from tests.api.test_events import topped_up
from tests.api.test_trades import approval, post
from tests.live import Live, started

FREEZE = {"reason": "stolen phone, case 7"}


async def until_done(client: httpx.AsyncClient, path: str, *, list_of: bool = False) -> dict[str, Any]:
    """What a piece of work that was asked for has come to."""
    one: dict[str, Any] = {}
    for _ in range(600):
        told = (await client.get(path)).json()
        one = told["items"][0] if list_of else told
        if one["state"] in ("done", "failed"):
            return one
        await asyncio.sleep(0.1)
    raise AssertionError(one)


@contextlib.asynccontextmanager
async def auditing(live: Live, operator: httpx.AsyncClient) -> AsyncGenerator[httpx.AsyncClient]:
    """A new auditor, signed in."""
    login, password = f"auditor-{uuid4().hex[:8]}", "quiet-river-stone-lamp-41"
    body = {"role": "auditor", "login": login, "name": "Audit", "password": password}
    assert (await operator.post("/api/v1/operators", json=body)).status_code == 201
    async with live.client(Origin=live.url) as client:
        await live.sign_in(client, door="/sessions/house", login=login, password=password)
        yield client


async def test_a_freeze_is_in_the_audit_log_with_who_why_before_and_after(live: Live) -> None:
    wallet = live.logins()["person"]["wallet"]
    async with live.signed_in("operator") as operator:
        for step in ("freeze", "unfreeze"):
            answer = await operator.post(
                f"/api/v1/wallets/{wallet}/{step}", json=FREEZE, headers={"Idempotency-Key": uuid4().hex}
            )
            assert answer.status_code == 200, answer.text
        found = (await operator.get("/api/v1/audit", params={"target": wallet})).json()["items"]
        opened, frozen = found[:2]
        assert frozen["action"] == "POST /api/v1/wallets/{wallet_id}/freeze"
        assert (frozen["role"], frozen["name"], frozen["reason"]) == (
            "operator",
            "operator",
            FREEZE["reason"],
        )
        assert frozen["became"] == {"before": {"state": "active"}, "after": {"state": "frozen"}}
        assert opened["became"]["after"] == {"state": "active"}
        assert frozen["status"] == 200
        assert frozen["address"] == "127.0.0.1"
        assert (await operator.get("/api/v1/audit/check")).json()["whole"]


async def test_what_an_operator_is_refused_is_in_the_log_too_and_no_secret_is(live: Live) -> None:
    async with live.signed_in("operator") as operator:
        body = {"role": "operator", "login": "x", "name": "X", "password": "secret-words-never-kept"}
        assert (await operator.post("/api/v1/operators", json=body)).status_code == 400
        answer = await operator.get("/api/v1/audit", params={"action": "POST /api/v1/operators"})
        assert "never-kept" not in answer.text
        assert answer.json()["items"][0]["status"] == 400


async def test_an_auditor_reads_everything_and_each_reading_is_written(live: Live) -> None:
    async with live.signed_in("operator") as operator:
        async with auditing(live, operator) as auditor:
            me = (await auditor.get("/api/v1/me")).json()["id"]
            for path in ("figures/now", "books", "backups", "figures/webhooks", "audit"):
                assert (await auditor.get(f"/api/v1/{path}")).status_code == 200
            assert (await auditor.post("/api/v1/backups")).status_code == 403
        told = (await operator.get("/api/v1/audit", params={"actor": me})).json()["items"]
        assert {"GET /api/v1/books", "GET /api/v1/backups", "POST /api/v1/backups"} <= {
            one["action"] for one in told
        }
        assert next(one["status"] for one in told if one["action"] == "POST /api/v1/backups") == 403


async def test_a_supervisors_yes_to_a_refund_is_in_the_log_without_the_pin(live: Live) -> None:
    people = live.signed_in("person"), live.signed_in("cashier"), live.signed_in("operator")
    async with people[0] as person, people[1] as till, people[2] as operator:
        await topped_up(live, person, 20_00)
        trade = await paid(live, person, till)
        agreed = approval(live)
        asked = {"amount": 1_00, "out_refund_no": uuid4().hex, "reason": "cold soup", "approval": agreed}
        await post(till, f"/trades/{trade}/refunds", 201, **asked)
        found = await operator.get("/api/v1/audit", params={"role": "supervisor", "target": trade})
        (line,) = found.json()["items"]
        assert (line["name"], line["reason"], line["status"]) == (agreed["login"], "cold soup", 201)
        assert agreed["pin"] not in found.text


async def test_a_payment_shows_within_seconds_and_its_trail_is_found_by_its_amount(live: Live) -> None:
    async with (
        live.signed_in("person") as person,
        live.shop() as shop,
        live.signed_in("operator") as operator,
    ):
        before = (await operator.get("/api/v1/figures/now")).json()["now"]["today"]["paid"]
        login = live.logins()["person"]
        made = await shop.post(
            "/api/v1/trades",
            json={"out_trade_no": uuid4().hex, "amount": 3_33},
            headers={"Idempotency-Key": uuid4().hex},
        )
        trade = made.json()["id"]
        paid = await person.post(
            f"/api/v1/trades/{trade}/pay",
            json={"wallet": login["wallet"], "pin": login["pin"]},
            headers={"Idempotency-Key": uuid4().hex},
        )
        assert paid.status_code == 201, paid.text
        now: dict[str, Any] = {}
        async with operator.stream("GET", "/api/v1/figures/live") as stream:
            async with asyncio.timeout(20):
                async for line in stream.aiter_lines():
                    if line.startswith("data: "):
                        now = json.loads(line.removeprefix("data: "))["now"]
                        if now["today"]["paid"] > before:
                            break
        assert now["today"]["success_bp"] <= 10_000
        hits = (await operator.get("/api/v1/search", params={"q": "3.33"})).json()["items"]
        assert trade in {hit["trade"] for hit in hits}
        trail = (await operator.get(f"/api/v1/trades/{trade}/trail")).json()
        assert {move["code"] for move in trail["transfers"]} == {"payment", "fee"}
        assert [event["type"] for event in trail["events"]] == ["trade.created", "trade.paid"]
        assert trail["whole"]


async def test_bad_questions_get_clear_answers(live: Live) -> None:
    async with live.signed_in("operator") as operator:
        for path, code in (
            ("search?q=x", "search_too_short"),
            ("figures/volumes?by=shoe_size", "request_invalid"),
            ("figures/volumes?by=brand&by=brand", "request_invalid"),
            ("figures/volumes?by=brand&since=2026-02-01&until=2026-01-01", "request_invalid"),
            ("figures/volumes?by=brand&since=yesterday", "request_invalid"),
            ("figures/volumes", "request_invalid"),
            (f"trades/{uuid4()}/trail", "trade_not_found"),
            (f"books/checks/{uuid4()}", "check_unknown"),
            ("audit?cursor=no", "cursor_malformed"),
        ):
            answer = await operator.get(f"/api/v1/{path}")
            assert answer.json().get("code") == code, (path, answer.text)
            assert 400 <= answer.status_code < 500


async def test_the_whole_books_are_checked_on_request(live: Live) -> None:
    async with live.signed_in("operator") as operator:
        asked = (await operator.post("/api/v1/books/checks")).json()
        check = await until_done(operator, f"/api/v1/books/checks/{asked['id']}")
        assert check["sound"], check
        assert check["asked_by"] == "operator"
        assert all(one["zero"] for one in check["sums"])


async def test_a_backup_that_the_console_began_comes_up_elsewhere_with_the_same_books(tmp_path: Path) -> None:
    with started() as live:
        async with live.signed_in("operator") as operator:
            asked = await operator.post("/api/v1/backups")
            assert asked.status_code == 202
            made = await until_done(operator, "/api/v1/backups", list_of=True)
            assert made["state"] == "done", made
        file = live.home / "backups" / made["file"]
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.stat().st_size == made["size"]
        file = file.rename(tmp_path / file.name)
    elsewhere = Live(tmp_path / "elsewhere")
    restored = json.loads(elsewhere.command("restore", str(file), "--json").stdout)
    assert restored["same"]
    assert restored["restored_books"] == made["books"]
    elsewhere.start()
    async with elsewhere.signed_in("operator") as operator:
        told = (await operator.get("/api/v1/audit", params={"role": "machine"})).json()["items"]
        assert (told[0]["action"], told[0]["target"], told[0]["status"]) == (
            "qianbao restore",
            made["file"],
            0,
        )
        assert (await operator.get("/api/v1/audit/check")).json()["whole"]
    elsewhere.stop()
