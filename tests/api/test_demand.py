"""A merchant's demand over HTTP: own stores only, and clear words before there is any."""

from __future__ import annotations

from qianbao.insight.demand.stores.models import DAYS, LATELY_DAYS
from tests.insight.demand.facts import history
from tests.live import Live

DEMAND = "/api/v1/insight/demand"


async def test_an_owner_sees_the_demand_of_their_own_stores(live: Live) -> None:
    await history(live)
    live.command("insight", "score", "--json")
    async with live.signed_in("owner") as owner:
        me = (await owner.get("/api/v1/me")).json()
        own = {
            one["id"]
            for one in (await owner.get(f"/api/v1/merchants/{me['merchant']}/stores")).json()["items"]
        }
        answer = await owner.get(DEMAND)
        assert answer.status_code == 200, answer.text
        told = answer.json()
    assert told["card"]["stores"] >= len(told["stores"]) > 0
    for store in told["stores"]:
        assert store["store"] in own | {me["merchant"]}
        assert len(store["days"]) == DAYS
        assert len(store["lately"]) <= LATELY_DAYS
        assert [len(day) for day in store["hours"]] == [24] * 7
        assert all(day["low"] <= day["middle"] <= day["high"] for day in store["days"])
    assert '"person"' not in answer.text
    assert "-0de3-" not in answer.text  # how the pseudonyms of these customers begin


async def test_nobody_but_an_owner_sees_it(live: Live) -> None:
    for who in ("person", "cashier", "operator"):
        async with live.signed_in(who) as other:
            answer = await other.get(DEMAND)
            assert (answer.status_code, answer.json()["code"]) == (403, "role_refused")
