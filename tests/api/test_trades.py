"""Trades, codes and refunds over HTTP, of a whole running installation."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx2 as httpx
import pytest

from tests.api.test_events import topped_up
from tests.live import Live

WITH_PIN = 250_00
"""More than goes without a PIN."""


def key(name: str | None = None) -> dict[str, str]:
    """The header of a command."""
    return {"Idempotency-Key": name or str(uuid4())}


async def post(client: httpx.AsyncClient, path: str, status: int, **body: Any) -> dict[str, Any]:
    """The JSON of a POST that must answer with `status`."""
    answer = await client.post(f"/api/v1{path}", json=body, headers=key())
    assert answer.status_code == status, answer.text
    return answer.json()


async def get(client: httpx.AsyncClient, path: str, status: int = 200, **query: Any) -> dict[str, Any]:
    """The JSON of a GET that must answer with `status`."""
    answer = await client.get(f"/api/v1{path}", params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


def approval(live: Live) -> dict[str, str]:
    """The ready supervisor's yes."""
    login = live.logins()["supervisor"]
    return {"login": login["login"], "pin": login["pin"]}


@pytest.fixture
def wallet(live: Live) -> str:
    """The ready person's wallet."""
    return live.logins()["person"]["wallet"]


@pytest.fixture
def pin(live: Live) -> str:
    """The ready person's payment PIN."""
    return live.logins()["person"]["pin"]


async def test_a_trade_goes_from_prepay_to_refund(live: Live, wallet: str, pin: str) -> None:
    number = f"T{uuid4().hex}"
    async with live.signed_in("person") as person, live.signed_in("cashier") as till:
        await topped_up(live, person, 600_00)
        made = await post(
            till, "/trades", 201, out_trade_no=number, amount=WITH_PIN, subject="Noodles", attach="table 4"
        )
        trade = made["id"]
        assert (await get(person, f"/trades/{trade}"))["subject"] == "Noodles"
        needs = await post(person, f"/trades/{trade}/pay", 422, wallet=wallet)
        assert needs["code"] == "pin_required"
        paid = await post(person, f"/trades/{trade}/pay", 201, wallet=wallet, pin=pin)
        assert (paid["state"], paid["amount"]) == ("paid", WITH_PIN)
        again = await post(person, f"/trades/{trade}/pay", 409, wallet=wallet, pin=pin)
        assert again["code"] == "trade_already_paid"

        yes = approval(live)
        back = await post(
            till,
            f"/trades/{trade}/refunds",
            201,
            amount=50_00,
            out_refund_no=f"R{number}",
            reason="cold",
            approval=yes,
        )
        assert (back["state"], back["refunded"], back["refund_amount"]) == ("partly_refunded", 50_00, 50_00)
        large = await post(
            till, f"/trades/{trade}/refunds", 422, amount=WITH_PIN, out_refund_no="R2", approval=yes
        )
        assert large["code"] == "refund_too_large"
        listed = await get(till, f"/trades/{trade}/refunds")
        assert [one["refund"] for one in listed["items"]] == [back["refund"]]
        assert (await get(till, "/refunds", out_refund_no=f"R{number}"))["trade"] == trade

        (found,) = (await get(till, "/trades", out_trade_no=number))["items"]
        assert (found["id"], found["attach"], found["refunds"]) == (trade, "table 4", 1)
        mine = await get(person, "/trades", wallet=wallet, limit=1)
        assert mine["items"][0]["id"] == trade
        assert mine["items"][0]["attach"] is None
        everything = await get(person, "/trades", limit=1)
        assert everything["items"][0]["id"] == trade
        older = await get(person, "/trades", limit=1, cursor=everything["next_cursor"])
        assert trade not in [one["id"] for one in older["items"]]


async def test_a_merchants_list_goes_page_by_page(live: Live) -> None:
    async with live.signed_in("cashier") as till:
        made = [
            (await post(till, "/trades", 201, out_trade_no=uuid4().hex, amount=1))["id"] for _ in range(5)
        ]
        seen: list[str] = []
        cursor: dict[str, Any] = {}
        while len(seen) < 5:
            page = await get(till, "/trades", limit=2, state="unpaid", **cursor)
            seen += [one["id"] for one in page["items"]]
            cursor = {"cursor": page["next_cursor"]}
        assert seen[:5] == made[::-1]
        broken = await get(till, "/trades", 400, cursor="nonsense")
        assert broken["code"] == "cursor_malformed"


async def test_a_till_charges_a_code_and_calls_it_off(live: Live, wallet: str) -> None:
    async with live.signed_in("person") as person, live.signed_in("cashier") as till:
        await topped_up(live, person, 500_00)
        code = await post(person, "/codes", 201, wallet=wallet)
        assert (await get(person, f"/codes/{code['code']}/status"))["state"] == "shown"
        number, once = uuid4().hex, key()
        body = {"code": code["code"], "out_trade_no": number, "amount": WITH_PIN}
        first = await till.post("/api/v1/code-payments", json=body, headers=once)
        again = await till.post("/api/v1/code-payments", json=body, headers=once)
        assert first.status_code == again.status_code == 201, first.text
        assert first.json() == again.json()
        assert again.headers["Idempotency-Replayed"] == "true"
        assert first.json()["state"] == "paying"
        status = await get(person, f"/codes/{code['code']}/status")
        assert (status["state"], status["trade"]["state"]) == ("used", "paying")
        used = await post(till, "/code-payments", 409, **(body | {"out_trade_no": uuid4().hex}))
        assert used["code"] == "code_used"

        off = await post(till, "/code-payments/reverse", 200, out_trade_no=number)
        assert (off["id"], off["state"]) == (first.json()["id"], "reversed")
        closed = await post(person, f"/trades/{off['id']}/decline", 409)
        assert closed["code"] == "trade_not_paying"
        early = await post(till, "/code-payments/reverse", 200, out_trade_no=uuid4().hex)
        assert (early["state"], early["amount"]) == ("reversed", 0)


async def test_a_counters_code_is_printed_read_paid_and_withdrawn(live: Live, wallet: str, pin: str) -> None:
    async with live.signed_in("person") as person, live.signed_in("cashier") as till, live.client() as nobody:
        await topped_up(live, person, 100_00)
        counter = await post(till, "/counter-codes", 201, kind="amount_qr", amount=9_90, subject="Tea")
        code = counter["code"]
        assert (await get(nobody, f"/codes/{code}"))["amount"] == 9_90
        picture = await nobody.get(f"/api/v1/codes/{code}/qr.svg")
        assert picture.headers["content-type"].startswith("image/svg+xml")
        paid = await post(person, "/counter-payments", 201, wallet=wallet, code=code, pin=pin)
        assert (paid["state"], paid["scene"], paid["amount"]) == ("paid", "static_qr", 9_90)
        assert code in [one["code"] for one in (await get(till, "/counter-codes"))["items"]]
        gone = await till.delete(f"/api/v1/counter-codes/{code}")
        assert gone.status_code == 204
        late = await post(person, "/counter-payments", 404, wallet=wallet, code=code, pin=pin)
        assert late["code"] == "counter_unknown"


async def test_an_unpaid_trade_is_closed_or_reversed_once_and_for_all(
    live: Live, wallet: str, pin: str
) -> None:
    async with live.signed_in("person") as person, live.signed_in("cashier") as till:
        for word, state in (("close", "closed"), ("reverse", "reversed")):
            trade = (await post(till, "/trades", 201, out_trade_no=uuid4().hex, amount=1))["id"]
            assert (await post(till, f"/trades/{trade}/{word}", 200))["state"] == state
            refused = await post(person, f"/trades/{trade}/pay", 409, wallet=wallet, pin=pin)
            assert refused["code"] == "trade_closed"
        unknown = await post(till, f"/trades/{uuid4()}/close", 404)
        assert unknown["code"] == "trade_not_found"
