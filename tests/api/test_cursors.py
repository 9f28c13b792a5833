"""A cursor that no answer gave is refused by name, whatever stands in it; never a fault of ours."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from qianbao.api.deps import cursor_made
from tests.api.test_trades import get, post
from tests.live import Live

NOBODY = str(UUID(int=5))
PERSONS = (
    "bills",
    "personal-payments",
    "red-packets",
    "collections",
    "accounts/{wallet}/transfers",
    "trades",
)
SHOPS = ("trades", "shifts")
FORGED = {
    "before all time": -1,
    "after all time": 2**63,
    "beyond any number": 10**30,
}


@pytest.mark.parametrize("moment", FORGED.values(), ids=FORGED.keys())
async def test_a_forged_place_in_a_list_is_refused(live: Live, moment: int) -> None:
    async with live.signed_in("person") as person, live.signed_in("supervisor") as till:
        wallet = live.logins()["person"]["wallet"]
        for client, paths in ((person, PERSONS), (till, SHOPS)):
            for path in paths:
                asked = {"wallet": wallet} if (client, path) == (person, "trades") else {}
                one = path in ("bills", "accounts/{wallet}/transfers") or bool(asked)
                forged = cursor_made(moment) if one else cursor_made(moment, NOBODY)
                refused = await get(client, f"/{path.format(wallet=wallet)}", 400, cursor=forged, **asked)
                assert (refused["code"], refused["field"]) == ("cursor_malformed", "cursor"), path


@pytest.mark.parametrize("position", [-1, 2**63, 10**30])
async def test_a_forged_position_among_shares_is_refused(live: Live, position: int) -> None:
    async with live.signed_in("person") as person:
        login = live.logins()["person"]
        body = {"wallet": login["wallet"], "kind": "equal", "amount": 1, "count": 1, "wish": uuid4().hex}
        sent = await post(person, "/red-packets", 201, **body, pin=login["pin"])
        here = f"/red-packets/{sent['id']}/grabs"
        refused = await get(person, here, 400, cursor=cursor_made(position))
        assert refused["code"] == "cursor_malformed"
        assert (await get(person, here, cursor=cursor_made(2**62)))["items"] == []
