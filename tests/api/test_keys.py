"""`qianbao keys rotate` on a running installation: new digests by the new secret, and nobody is refused."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

from qianbao.credentials.keyring import FILE
from tests.api.test_events import topped_up
from tests.api.test_trades import post
from tests.live import Live


def numbers(live: Live) -> list[int]:
    """The numbers of the secrets that are kept."""
    return [one["number"] for one in json.loads((live.home / FILE).read_bytes())["versions"]]


async def test_a_rotation_refuses_no_code_key_pin_or_session(live: Live) -> None:
    login = live.logins()["person"]
    async with live.signed_in("person") as person, live.shop() as shop:
        await topped_up(live, person, 300_00)
        shown = await post(person, "/codes", 201, wallet=login["wallet"])
        before = numbers(live)

        told = await asyncio.to_thread(live.command, "keys", "rotate")
        assert str(before[-1] + 1) in told.stdout
        assert numbers(live) == [*before, before[-1] + 1]

        charged = await post(
            shop, "/code-payments", 201, code=shown["code"], out_trade_no=uuid4().hex, amount=1_00
        )
        assert charged["state"] == "paid", "a code shown before pays after"
        fresh = await post(person, "/codes", 201, wallet=login["wallet"])
        charged = await post(
            shop, "/code-payments", 201, code=fresh["code"], out_trade_no=uuid4().hex, amount=1_00
        )
        assert charged["state"] == "paid", "and one shown after"
        trade = await post(shop, "/trades", 201, out_trade_no=uuid4().hex, amount=250_00)
        paid = await post(person, f"/trades/{trade['id']}/pay", 201, wallet=login["wallet"], pin=login["pin"])
        assert paid["state"] == "paid", "the PIN set before holds"


async def test_an_old_secret_goes_only_where_it_is_asked_and_the_last_ones_stay(live: Live) -> None:
    await asyncio.to_thread(live.command, "keys", "rotate")
    before = numbers(live)
    await asyncio.to_thread(live.command, "keys", "rotate")
    assert numbers(live)[:-1] == before
    refused = await asyncio.to_thread(live.command, "keys", "rotate", "--keep", "1", check=False)
    assert refused.returncode == 2
    assert numbers(live)[:-1] == before
