"""A merchant's segments and audiences, over HTTP: sizes and rules, and nobody's name or id."""

from __future__ import annotations

from tests.live import Live

SEGMENTS, AUDIENCES = "/api/v1/insight/segments", "/api/v1/insight/audiences"


async def test_an_owner_sees_kinds_of_customers_with_their_rules_and_no_person(live: Live) -> None:
    live.command("insight", "score")
    async with live.signed_in("owner") as owner:
        told = (await owner.get(SEGMENTS)).json()
        assert {one["tag"] for one in told["items"]} >= {
            "new",
            "lapsing",
            "lunch",
            "weekend",
            "price_sensitive",
        }
        assert all(one["rule"]["zh"] and one["rule"]["en"] for one in told["items"])
        assert all(one["size"] is None for one in told["items"]), "nobody has agreed to offers"
        assert set(told["items"][0]) == {"tag", "rule", "size"}
        small = await owner.post(AUDIENCES, json={"name": "New ones", "every": ["new"]})
        assert (small.status_code, small.json()["code"]) == (422, "audience_too_small")
        assert (await owner.get(AUDIENCES)).json() == {"items": []}
        for wrong in ({"name": "x", "every": []}, {"name": "x", "every": ["rich"]}, {"every": ["new"]}):
            assert (await owner.post(AUDIENCES, json=wrong)).status_code == 400
        empty = await owner.post(AUDIENCES, json={"name": "x", "every": ["new"], "none": ["new"]})
        assert (empty.status_code, empty.json()["code"]) == (400, "audience_empty")
        gone = await owner.delete(f"{AUDIENCES}/{'0' * 32}")
        assert gone.status_code == 404


async def test_a_person_sees_no_shops_customers(live: Live) -> None:
    async with live.signed_in("person") as person:
        assert (await person.get(SEGMENTS)).status_code == 403
