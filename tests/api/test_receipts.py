"""A lost answer is found again by the key that its request carried."""

from __future__ import annotations

from uuid import uuid4

from tests.api.test_paying import pay, trade
from tests.live import Live


async def test_a_lost_answer_is_found_by_its_key(live: Live) -> None:
    made, key = await trade(live, 3_20), uuid4().hex
    async with live.signed_in("person") as person:
        paid = (await pay(live, person, made, key)).json()
        found = await person.get(f"/api/v1/receipts/{key}")
    assert found.status_code == 200, found.text
    told = found.json()
    assert told["key"] == key
    assert {name: paid[name] for name in told["result"]} == told["result"]


async def test_a_refusal_is_found_as_it_was_told(live: Live) -> None:
    made, key = await trade(live, 90_000_00), uuid4().hex
    async with live.signed_in("person") as person:
        refused = await pay(live, person, made, key)
        found = await person.get(f"/api/v1/receipts/{key}")
    assert (found.status_code, found.json()["code"]) == (refused.status_code, refused.json()["code"])


async def test_what_never_arrived_is_unknown_and_so_is_anothers(live: Live) -> None:
    made, key = await trade(live), uuid4().hex
    async with live.signed_in("person") as person:
        never = await person.get(f"/api/v1/receipts/{uuid4().hex}")
        await pay(live, person, made, key)
    async with live.shop() as shop:
        anothers = await shop.get(f"/api/v1/receipts/{key}")
    for answer in (never, anothers):
        assert (answer.status_code, answer.json()["code"]) == (404, "command_unknown")
