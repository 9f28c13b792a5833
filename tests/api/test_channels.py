"""Cards, top-ups and withdrawals over HTTP, of a whole running installation."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx2 as httpx
import pytest

from qianbao.channels.card.models import draw_number
from tests.events.until import until
from tests.live import Live

API = "/api/v1"


async def new_card(client: httpx.AsyncClient, bank: str = "lotus") -> dict[str, Any]:
    """A new simulated card, linked."""
    number = draw_number(lambda size: uuid4().bytes[:size])
    made = await client.post(f"{API}/cards", json={"bank": bank, "number": number})
    assert made.status_code == 201, made.text
    card: dict[str, Any] = made.json()
    assert card["number_masked"] == f"**** {number[-4:]}"
    assert number not in made.text
    return card


async def asked(client: httpx.AsyncClient, what: str, key: Any = None, **body: Any) -> httpx.Response:
    """A top-up or a withdrawal, asked for."""
    return await client.post(f"{API}/{what}", headers={"Idempotency-Key": str(key or uuid4())}, json=body)


async def behave(live: Live, bank: str, **behaviour: Any) -> None:
    """Let a simulated bank behave so."""
    async with live.signed_in("operator") as operator:
        answer = await operator.put(f"{API}/banks/{bank}/behaviour", json=behaviour)
        assert answer.status_code == 200, answer.text


async def test_every_bank_is_told_to_be_simulated(live: Live) -> None:
    async with live.signed_in("person") as person:
        banks = (await person.get(f"{API}/banks")).json()["items"]
    assert banks
    assert all(bank["simulated"] and "模拟 simulated" in bank["title"] for bank in banks)


async def test_a_person_links_tops_up_and_withdraws(live: Live) -> None:
    login = live.logins()["person"]
    async with live.signed_in("person") as person:
        card = await new_card(person)
        body: dict[str, Any] = {"wallet": login["wallet"], "card": card["id"], "amount": 88_00}
        first = await asked(person, "topups", "breakfast", **body)
        assert first.status_code == 201, first.text
        assert first.json()["state"] == "done"
        assert first.json()["simulated"] is True
        again = await asked(person, "topups", "breakfast", **body)
        assert again.json() == first.json()
        assert again.headers["Idempotency-Replayed"] == "true"
        other = await asked(person, "topups", "breakfast", **body | {"amount": 1})
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
        shown = await person.get(f"{API}/topups/{first.json()['id']}")
        assert shown.json() == first.json()
        listed = await person.get(f"{API}/topups", params={"wallet": login["wallet"], "limit": 1})
        assert listed.json()["items"] == [first.json()]

        body = {"account": login["wallet"], "card": card["id"], "amount": 8_00}
        without = await asked(person, "withdrawals", **body)
        assert (without.status_code, without.json()["code"]) == (422, "pin_required")
        wrong = "135790" if login["pin"] != "135790" else "135791"
        refused = await asked(person, "withdrawals", **body, pin=wrong)
        assert refused.json()["code"] == "pin_wrong"
        done = await asked(person, "withdrawals", **body, pin=login["pin"])
        assert done.status_code == 201, done.text
        assert done.json()["state"] == "done"
        too_much = await asked(person, "withdrawals", **body | {"amount": 50_000_00}, pin=login["pin"])
        assert (too_much.status_code, too_much.json()["code"]) == (422, "not_enough")

        assert (await person.delete(f"{API}/cards/{card['id']}")).status_code == 204
        gone = await asked(person, "topups", wallet=login["wallet"], card=card["id"], amount=1)
        assert (gone.status_code, gone.json()["code"]) == (409, "card_not_linked")


@pytest.mark.parametrize(
    ("amount", "reason"), [(4_040_01, "insufficient_funds"), (4_040_04, "suspected_fraud")]
)
async def test_the_documented_amounts_are_declined(live: Live, amount: int, reason: str) -> None:
    login = live.logins()["person"]
    async with live.signed_in("person") as person:
        card = await new_card(person)
        answer = await asked(person, "topups", wallet=login["wallet"], card=card["id"], amount=amount)
        assert (answer.status_code, answer.json()["code"]) == (422, "bank_declined")
        stands = (await person.get(answer.json()["ask"])).json()
        assert (stands["state"], stands["reason"]) == ("failed", reason)


async def test_an_unknown_outcome_says_where_to_ask_and_resolves_by_itself(live: Live) -> None:
    login = live.logins()["person"]
    async with live.signed_in("person") as person:
        card = await new_card(person, "bamboo")
        await behave(live, "bamboo", dark="after")
        answer = await asked(person, "topups", wallet=login["wallet"], card=card["id"], amount=5_00)
        assert (answer.status_code, answer.json()["code"]) == (503, "outcome_unknown")
        assert "Retry-After" in answer.headers
        await behave(live, "bamboo")
        ask = answer.json()["ask"]

        async def known() -> bool:
            return bool((await person.get(ask)).json()["state"] == "done")

        await until(known, timeout_s=30, every_s=0.1)


async def test_a_merchants_program_withdraws_its_takings(live: Live) -> None:
    login = live.logins()["owner"]
    async with live.client(Authorization=f"Bearer {login['api_key']}") as program:
        card = await new_card(program)
        answer = await asked(
            program, "withdrawals", account=login["merchant"], card=card["id"], amount=10_000_000_00
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "not_enough")
        listed = await program.get(f"{API}/withdrawals", params={"account": login["merchant"]})
        assert listed.json()["items"] == []
        wallet = live.logins()["person"]["wallet"]
        foreign = await program.get(f"{API}/withdrawals", params={"account": wallet})
        assert foreign.status_code == 404
        topup = await asked(program, "topups", wallet=wallet, card=card["id"], amount=1)
        assert topup.status_code == 403


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"amount": 0}, "request_invalid"),
        ({"amount": -5}, "request_invalid"),
        ({"amount": 1.5}, "request_invalid"),
        ({"amount": 10**30}, "request_invalid"),
        ({"amount": 10_000_000_00}, "amount_out_of_bounds"),
        ({"currency": "USD"}, "unknown_currency"),
        ({"currency": "XYZ"}, "request_invalid"),
        ({"wallet": str(uuid4())}, "wallet_unknown"),
        ({"card": str(uuid4())}, "card_unknown"),
        ({"card": "x"}, "request_invalid"),
    ],
)
async def test_bad_requests_are_told_what_to_mend(live: Live, body: dict[str, Any], code: str) -> None:
    async with live.signed_in("person") as person:
        cards = (await person.get(f"{API}/cards")).json()["items"]
        good: dict[str, Any] = {
            "wallet": live.logins()["person"]["wallet"],
            "card": cards[0]["id"],
            "amount": 1_00,
        }
        answer = await asked(person, "topups", **good | body)
        assert answer.json()["code"] == code, answer.text
        assert answer.status_code < 500
        keyless = await person.post(f"{API}/topups", json=good)
        assert keyless.json()["code"] == "idempotency_key_missing"


async def test_the_same_topup_sent_many_times_at_once_charges_once(live: Live) -> None:
    login = live.logins()["person"]
    async with live.signed_in("person") as person:
        card = await new_card(person)
        key = str(uuid4())
        answers = await asyncio.gather(
            *(
                asked(person, "topups", key, wallet=login["wallet"], card=card["id"], amount=3_00)
                for _ in range(8)
            )
        )
        ids = {answer.json()["id"] for answer in answers if answer.status_code == 201}
        assert len(ids) == 1
        unknown = [answer for answer in answers if answer.status_code != 201]
        assert all(answer.json()["code"] == "outcome_unknown" for answer in unknown)
