"""People's rights over HTTP: see, take along, correct, object, erase; the register, the log, the market."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx2 as httpx
import msgspec
import pytest

from tests.live import Live

API = "/api/v1/insight"


async def paid(live: Live, person: httpx.AsyncClient, amount: int) -> str:
    """A payment of the ready person that has its record; the trade."""
    async with live.shop() as shop:
        key = {"Idempotency-Key": uuid4().hex}
        asked = {"out_trade_no": uuid4().hex, "amount": amount, "subject": "Noodles"}
        trade: str = (await shop.post("/api/v1/trades", json=asked, headers=key)).json()["id"]
    login = live.logins()["person"]
    body = {"wallet": login["wallet"], "pin": login["pin"]}
    done = await person.post(f"/api/v1/trades/{trade}/pay", json=body, headers=key)
    assert done.status_code == 201, done.text
    for _ in range(200):
        lines = (await person.get(f"{API}/my-data.ndjson")).text
        if trade in lines:
            return trade
    raise AssertionError("no record came of the payment")


async def test_my_data_is_seen_taken_along_corrected_and_erased(live: Live) -> None:
    async with live.signed_in("person") as person:
        await person.put(f"{API}/consents/picture", json={"granted": True})
        trade = await paid(live, person, 41_00)
        seen = (await person.get(f"{API}/my-data")).json()
        rows = {one["name"]: one["rows"] for one in seen["tables"]}
        assert rows["records"] >= 1
        answer = await person.get(f"{API}/my-data.ndjson")
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        assert "attachment" in answer.headers["content-disposition"]
        lines = [msgspec.json.decode(line) for line in answer.text.splitlines()]
        assert lines[0]["what"] == "about"
        assert [line for line in lines if line["what"] == "records" and line["trade"] == trade]
        sheet = await person.get(f"{API}/my-data.csv?table=records")
        assert sheet.headers["content-type"].startswith("text/csv")
        assert trade in sheet.text
        corrected = await person.put(f"{API}/me/records/{trade}/category", json={"category": "travel"})
        assert corrected.status_code == 204, corrected.text
        trail = (await person.get(f"{API}/me/records/{trade}/trail")).json()
        assert trail["category"] == "travel"
        assert [one["amount"] for one in trail["transfers"]] == [-41_00]
        log = (await person.get(f"{API}/access-log?limit=2")).json()
        assert all(one["words"]["zh"] and one["words"]["en"] for one in log["items"])
        assert {one["purpose"] for one in log["items"]} <= {"rights", "picture", "statistics"}
        more = await person.get(f"{API}/access-log?limit=2&cursor={log['next_cursor']}")
        assert more.status_code == 200
        pin = live.logins()["person"]["pin"]
        wrong = await person.post(f"{API}/erasure", json={"pin": "000000" if pin != "000000" else "111111"})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "pin_wrong")
        account = live.logins()["person"]["wallet"]
        before = (await person.get(f"/api/v1/accounts/{account}")).json()["balance"]
        erased = await person.post(f"{API}/erasure", json={"pin": pin})
        assert erased.status_code == 200, erased.text
        assert erased.json()["records"] >= 1
        assert (await person.get(f"{API}/my-data")).json() == {"since": None, "tables": [], "waiting": 0}
        assert trade not in (await person.get(f"{API}/my-data.ndjson")).text
        assert (await person.get(f"{API}/me")).json()["code"] == "consent_missing"
        assert (await person.get(f"/api/v1/accounts/{account}")).json()["balance"] == before
        assert (await person.get(f"/api/v1/bills/{trade}")).status_code == 200
    async with live.signed_in("operator") as operator:
        written = (await operator.get("/api/v1/audit?action=insight/erasure")).json()["items"]
        assert [one for one in written if one["status"] == 200]
        assert pin not in msgspec.json.encode(written).decode()


async def test_the_register_of_purposes_is_open_to_all(live: Live) -> None:
    async with live.client() as nobody:
        register = {one["purpose"]: one for one in (await nobody.get(f"{API}/purposes")).json()["items"]}
    assert (register["picture"]["basis"], register["picture"]["asked_first"]) == ("consent", True)
    assert (register["statistics"]["basis"], register["statistics"]["retention_days"]) == ("objection", 800)
    assert register["rights"]["basis"] == "law"
    assert all(one["about"]["zh"] and one["processor"]["en"] for one in register.values())


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("PUT", "consents/rights", {"granted": False}, "purpose_not_asked"),
        ("PUT", f"me/records/{uuid4()}/category", {"category": "beer"}, "request_invalid"),
        ("PUT", f"me/records/{uuid4()}/category", {"category": "travel"}, "record_unknown"),
        ("GET", "my-data.csv?table=account", None, "export_table_unknown"),
        ("GET", "access-log?cursor=abc", None, "cursor_malformed"),
        ("POST", "erasure", {"pin": "12"}, "request_invalid"),
        ("POST", "erasure", {}, "request_invalid"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_name(
    live: Live, method: str, path: str, body: Any, code: str
) -> None:
    async with live.signed_in("person") as person:
        answer = await person.request(method, f"{API}/{path}", json=body)
        assert answer.json()["code"] == code
        assert answer.status_code in (400, 404)


async def test_the_market_is_the_release_and_nothing_else(live: Live) -> None:
    async with live.signed_in("owner") as owner:
        told = (await owner.get(f"{API}/market?city=Hangzhou")).json()
        assert told["cells"] == []
        assert told["budget"]["epsilon_max"] == 8.0
        for query in ("city=Hangzhou&since=2026-02-02&until=2026-02-01", "city=Hangzhou&since=1066-10-14"):
            answer = await owner.get(f"{API}/market?{query}")
            assert (answer.status_code, answer.json()["code"]) == (400, "month_unknown")
        answer = await owner.get(f"{API}/market?city=")
        assert answer.json()["code"] == "request_invalid"


def test_the_breach_export_and_retention_are_commands(live: Live) -> None:
    told = msgspec.json.decode(live.command("insight", "breach", "--since", "2020-01-01", "--json").stdout)
    assert told["since"] == "2020-01-01T00:00:00.000000Z"
    assert {"people", "affected", "erased", "holds"} <= set(told)
    gone = msgspec.json.decode(live.command("insight", "retain", "--json").stdout)
    assert set(gone) == {"records", "behaviour", "files", "removed", "lines"}
    done = live.command("insight", "breach", "--since", "yesterday", check=False)
    assert done.returncode == 1
    assert "moment_malformed" in done.stderr
