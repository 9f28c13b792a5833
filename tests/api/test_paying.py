"""The hot routes over real HTTP: a person pays a shop, durably, once, whatever is sent again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx2 as httpx
import pytest

from tests.live import Live


async def trade(live: Live, amount: int = 100) -> dict[str, Any]:
    """A new unpaid trade of the ready shop."""
    async with live.shop() as shop:
        answer = await shop.post(
            "/api/v1/trades",
            json={"out_trade_no": uuid4().hex, "amount": amount},
            headers={"Idempotency-Key": uuid4().hex},
        )
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def pay(
    live: Live, person: httpx.AsyncClient, made: dict[str, Any], key: str, **more: Any
) -> httpx.Response:
    """The ready person pays a trade."""
    asked = {"wallet": live.logins()["person"]["wallet"], "pin": live.logins()["person"]["pin"], **more}
    return await person.post(f"/api/v1/trades/{made['id']}/pay", json=asked, headers={"Idempotency-Key": key})


async def test_a_person_pays_a_shop(live: Live) -> None:
    made = await trade(live, 28_16)
    assert made["state"] == "unpaid"
    async with live.signed_in("person") as person:
        paid = await pay(live, person, made, uuid4().hex)
    assert paid.status_code == 201, paid.text
    told = paid.json()
    assert (told["state"], told["amount"], told["fee"]) == ("paid", 28_16, 17)


async def test_the_same_key_again_gets_the_first_answer(live: Live) -> None:
    made, key = await trade(live), uuid4().hex
    async with live.signed_in("person") as person:
        first = await pay(live, person, made, key)
        again = await pay(live, person, made, key)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status_code, again.json()) == (first.status_code, first.json())


async def test_the_same_key_with_another_body_is_409(live: Live) -> None:
    key = uuid4().hex
    async with live.signed_in("person") as person:
        await pay(live, person, await trade(live), key)
        other = await pay(live, person, await trade(live), key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


async def test_without_a_key_nothing_is_done(live: Live) -> None:
    async with live.shop() as shop:
        answer = await shop.post("/api/v1/trades", json={"out_trade_no": uuid4().hex, "amount": 100})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize("key", ["x" * 65, "ключ", ""])
async def test_a_key_that_is_none_is_refused(live: Live, key: str) -> None:
    async with live.shop() as shop:
        answer = await shop.post(
            "/api/v1/trades",
            json={"out_trade_no": uuid4().hex, "amount": 100},
            headers=[(b"Idempotency-Key", key.encode())],
        )
    assert answer.status_code == 400
    assert answer.json()["field"] == "Idempotency-Key"


async def test_another_callers_same_key_is_another_command(live: Live) -> None:
    made, key = await trade(live), uuid4().hex
    async with live.signed_in("cashier") as cashier, live.shop() as shop:
        one, other = [
            await who.post(
                "/api/v1/trades",
                json={"out_trade_no": uuid4().hex, "amount": 100},
                headers={"Idempotency-Key": key},
            )
            for who in (cashier, shop)
        ]
    assert (one.status_code, other.status_code) == (201, 201)
    assert len({made["id"], one.json()["id"], other.json()["id"]}) == 3


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": 2**63}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"amount": "100"}, "amount"),
        ({"out_trade_no": ""}, "out_trade_no"),
        ({"out_trade_no": "a\x00b"}, "out_trade_no"),
        ({"currency": "cny"}, "currency"),
        ({"subject": "\x00"}, "subject"),
        ({"scene": "moon"}, "scene"),
        ({"store": "here"}, "store"),
    ],
)
async def test_a_value_that_cannot_be_used_is_400_and_named(
    live: Live, asked: dict[str, Any], field: str
) -> None:
    async with live.shop() as shop:
        answer = await shop.post(
            "/api/v1/trades",
            json={"out_trade_no": uuid4().hex, "amount": 100, **asked},
            headers={"Idempotency-Key": uuid4().hex},
        )
    assert answer.status_code == 400, answer.text
    assert answer.json()["field"] == field
    assert answer.json()["expected"]


async def test_an_id_that_is_none_is_400(live: Live) -> None:
    async with live.signed_in("person") as person:
        answer = await pay(live, person, {"id": "not-an-id"}, uuid4().hex)
    assert (answer.status_code, answer.json()["code"]) == (400, "id_malformed")


async def test_a_person_takes_no_payments_and_a_shop_pays_none(live: Live) -> None:
    async with live.signed_in("person") as person:
        answer = await person.post("/api/v1/trades", json={}, headers={"Idempotency-Key": "x"})
        assert (answer.status_code, answer.json()["code"]) == (403, "role_refused")
    made = await trade(live)
    async with live.shop() as shop:
        answer = await pay(live, shop, made, uuid4().hex)
        assert (answer.status_code, answer.json()["code"]) == (403, "role_refused")


async def test_an_account_shows_its_balance_and_what_moved(live: Live) -> None:
    wallet = live.logins()["person"]["wallet"]
    async with live.signed_in("person") as person:
        before = (await person.get(f"/api/v1/accounts/{wallet}")).json()
        paid = await pay(live, person, await trade(live, 12_34), uuid4().hex)
        after = (await person.get(f"/api/v1/accounts/{wallet}")).json()
        moved = (await person.get(f"/api/v1/accounts/{wallet}/transfers", params={"limit": 1})).json()
        older = await person.get(
            f"/api/v1/accounts/{wallet}/transfers", params={"limit": 1, "cursor": moved["next_cursor"]}
        )
    assert after["balance"] == after["available"] == before["balance"] - 12_34
    [latest] = moved["items"]
    assert (latest["kind"], latest["amount"], latest["about"]) == ("payment", -12_34, paid.json()["id"])
    assert latest["other"] == paid.json()["merchant"]
    assert older.json()["items"][0]["id"] != latest["id"]


async def test_anothers_account_is_not_there(live: Live) -> None:
    async with live.signed_in("person") as person:
        answer = await person.get(f"/api/v1/accounts/{live.logins()['owner']['merchant']}")
    assert answer.status_code == 404
