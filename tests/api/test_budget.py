"""Subsidies over HTTP: the operator funds the budget, a merchant's key with the scope spends it."""

from __future__ import annotations

from uuid import uuid4

from tests.live import Live


async def test_a_funded_budget_pays_its_part_of_a_trade_and_gets_it_back(live: Live) -> None:
    logins = live.logins()
    async with live.signed_in("operator") as operator, live.signed_in("person") as person:
        key = {"Idempotency-Key": uuid4().hex}
        funded = await operator.post("/api/v1/subsidy-budget", json={"amount": 10_00}, headers=key)
        assert funded.status_code == 201, funded.text
        again = await operator.post("/api/v1/subsidy-budget", json={"amount": 10_00}, headers=key)
        assert again.headers["idempotency-replayed"] == "true"
        account = f"/api/v1/accounts/{funded.json()['account']}"
        before = (await operator.get(account)).json()["balance"]
        made = await operator.post(
            f"/api/v1/merchants/{logins['owner']['merchant']}/api-keys",
            json={"name": "subsidised", "scopes": ["trades:write", "refunds:write", "subsidies:grant"]},
        )
        assert made.status_code == 201, made.text
        async with live.client(Authorization=f"Bearer {made.json()['secret']}") as shop:
            trade = await shop.post(
                "/api/v1/trades",
                json={"out_trade_no": uuid4().hex, "amount": 20_00, "subsidy": 5_00},
                headers={"Idempotency-Key": uuid4().hex},
            )
            assert trade.status_code == 201, trade.text
            id = trade.json()["id"]
            paid = await person.post(
                f"/api/v1/trades/{id}/pay",
                json={"wallet": logins["person"]["wallet"], "pin": logins["person"]["pin"]},
                headers={"Idempotency-Key": uuid4().hex},
            )
            assert paid.json()["paid_by_payer"] == 15_00, paid.text
            assert (await operator.get(account)).json()["balance"] == before - 5_00
            refunded = await shop.post(
                f"/api/v1/trades/{id}/refunds",
                json={"amount": 20_00, "out_refund_no": uuid4().hex},
                headers={"Idempotency-Key": uuid4().hex},
            )
            assert refunded.status_code == 201, refunded.text
        assert (await operator.get(account)).json()["balance"] == before
