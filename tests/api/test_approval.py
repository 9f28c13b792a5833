"""A refund at a till needs a supervisor's yes."""

from __future__ import annotations

from uuid import uuid4

import httpx2 as httpx

from tests.api.test_events import topped_up
from tests.api.test_trades import approval, get, key, post
from tests.live import Live, started


async def paid(
    live: Live, person: httpx.AsyncClient, till: httpx.AsyncClient, amount: int = 5_00, subject: str = ""
) -> str:
    """A trade that the ready person has paid at the ready till, with the PIN where their day asks for it."""
    login = live.logins()["person"]
    code = await post(person, "/codes", 201, wallet=login["wallet"])
    body = {"code": code["code"], "out_trade_no": uuid4().hex, "amount": amount, "subject": subject}
    made = await post(till, "/code-payments", 201, **body)
    if made["state"] == "paying":
        await post(person, f"/trades/{made['id']}/pay", 201, wallet=login["wallet"], pin=login["pin"])
    return made["id"]


async def test_a_cashier_refunds_with_a_supervisors_pin_only(live: Live) -> None:
    async with live.signed_in("person") as person, live.signed_in("cashier") as till:
        await topped_up(live, person, 20_00)
        trade = await paid(live, person, till)
        asked = {"amount": 2_00, "out_refund_no": uuid4().hex}
        alone = await post(till, f"/trades/{trade}/refunds", 403, **asked)
        assert (alone["code"], alone["field"]) == ("approval_needed", "approval")
        right = approval(live)
        cashier = live.logins()["cashier"]
        for no in (
            right | {"login": "nobody"},
            right | {"pin": "000000"},
            {"login": cashier["login"], "pin": cashier["pin"]},
        ):
            refused = await post(till, f"/trades/{trade}/refunds", 403, **asked, approval=no)
            assert refused["code"] == "approval_refused"
        assert (await get(till, f"/trades/{trade}"))["refunded"] == 0

        once = key()
        for replayed in (None, "true"):
            back = await till.post(
                f"/api/v1/trades/{trade}/refunds", json=asked | {"approval": right}, headers=once
            )
            assert back.status_code == 201, back.text
            assert back.headers.get("Idempotency-Replayed") == replayed
        (kept,) = (await get(till, f"/trades/{trade}/refunds"))["items"]
        me = await get(till, "/me")
        assert kept["cashier"] == me["id"]
        assert kept["approved_by"] not in (None, me["id"])


async def test_a_supervisor_and_the_shops_program_refund_by_themselves(live: Live) -> None:
    async with (
        live.signed_in("person") as person,
        live.signed_in("supervisor") as till,
        live.shop() as program,
    ):
        await topped_up(live, person, 20_00)
        for by in (till, program):
            trade = await paid(live, person, till)
            asked = {"amount": 5_00, "out_refund_no": uuid4().hex}
            assert (await post(by, f"/trades/{trade}/refunds", 201, **asked))["state"] == "refunded"


async def test_a_supervisors_pin_cannot_be_guessed_at_a_till() -> None:
    with started() as live:
        async with live.signed_in("person") as person, live.signed_in("cashier") as till:
            trade = await paid(live, person, till)
            guess = approval(live) | {"pin": "000001"}
            asked = {"amount": 1, "out_refund_no": "guess", "approval": guess}
            seen = [
                (await till.post(f"/api/v1/trades/{trade}/refunds", json=asked, headers=key())).json()["code"]
                for _ in range(11)
            ]
            assert seen[:4] == ["approval_refused"] * 4
            assert set(seen[4:10]) <= {"pin_locked", "approval_refused"}
            assert "pin_locked" in seen
            assert seen[10] == "too_many_tries"
            right = asked | {"approval": approval(live)}
            late = await till.post(f"/api/v1/trades/{trade}/refunds", json=right, headers=key())
            assert late.status_code == 429
            assert int(late.headers["Retry-After"]) > 0
