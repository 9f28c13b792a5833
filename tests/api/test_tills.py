"""Tills over HTTP: shifts, takings, live payments of one's own store; a stall owner does it all alone."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from typing import Any
from uuid import uuid4

import httpx2 as httpx
import pypdf

from qianbao.channels.card.models import draw_number
from tests.api.test_approval import paid
from tests.api.test_events import frames, topped_up
from tests.api.test_trades import approval, get, key, post
from tests.live import Live

PASSWORD, PIN = "salt and vinegar 7", "730915"


async def test_a_shift_is_opened_sold_in_and_closed(live: Live) -> None:
    async with live.signed_in("person") as person, live.signed_in("cashier") as till:
        await topped_up(live, person, 100_00)
        assert (await get(till, "/shifts/current"))["shift"] is None
        shift = await post(till, "/shifts", 201, float_amount=300_00)
        assert (shift["state"], shift["till"], shift["float_amount"]) == ("open", "1", 300_00)
        again = await post(till, "/shifts", 409)
        assert again["code"] == "shift_already_open"
        trade = await paid(live, person, till, 28_16)
        await post(
            till,
            f"/trades/{trade}/refunds",
            201,
            amount=8_16,
            out_refund_no=uuid4().hex,
            approval=approval(live),
        )
        now = (await get(till, "/shifts/current"))["shift"]
        assert (now["sum"]["count"], now["sum"]["net"], now["sum"]["refunds"]) == (1, 20_00, 1)
        closed = await post(till, f"/shifts/{shift['id']}/close", 200, counted=19_00)
        assert (closed["expected"], closed["difference"]) == (20_00, -1_00)
        assert (await post(till, f"/shifts/{shift['id']}/close", 409, counted=1))["code"] == "shift_closed"
        page = await get(till, "/shifts", limit=1)
        assert [one["id"] for one in page["items"]] == [shift["id"]]
        assert (await get(till, "/shifts", cursor=page["next_cursor"]))["items"] == []


async def test_takings_are_told_and_exported(live: Live) -> None:
    async with live.signed_in("person") as person, live.signed_in("supervisor") as till:
        await topped_up(live, person, 100_00)
        before = (await get(till, "/takings"))["total"]
        await paid(live, person, till, 12_00, subject="=1+1")
        told = await get(till, "/takings")
        assert told["total"]["amount"] - before["amount"] == 12_00
        for part in ("by_item", "by_cashier", "by_hour"):
            assert sum(one["net"] for one in told[part]) == told["total"]["net"]
        assert "Zhao" in {one["name"] for one in told["by_cashier"]}
        table = await till.get("/api/v1/takings.csv", params={"lang": "en"})
        assert table.headers["content-disposition"].startswith("attachment;")
        rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
        assert ["Item", "'=1+1", "1", "12.00"] in [row[:4] for row in rows]
        for bad in ({"from": "2999-01-01"}, {"from": "2026-01-02", "to": "2026-01-01"}):
            assert (await get(till, "/takings", 400, **bad))["code"] == "period_malformed"
        assert (await get(till, "/takings", 400, **{"from": "yesterday"}))["code"] == "request_invalid"


async def test_a_statement_closes_with_the_balance(live: Live) -> None:
    merchant = live.logins()["owner"]["merchant"]
    async with live.signed_in("supervisor") as boss, live.signed_in("operator") as house:
        balance = (await get(boss, f"/accounts/{merchant}"))["balance"]
        told = await get(boss, f"/merchants/{merchant}/statement")
        assert told["total"]["closing"] == balance
        assert told["merchant_name"] == "王记面馆 Wang's Noodles"
        for lang, word in (("zh", "结算单"), ("en", "Statement")):
            paper = await house.get(f"/api/v1/merchants/{merchant}/statement.pdf", params={"lang": lang})
            assert paper.headers["content-type"] == "application/pdf"
            page = pypdf.PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
            assert word in page
        table = await boss.get(f"/api/v1/merchants/{merchant}/statement.csv")
        assert "合计" in table.content.decode("utf-8-sig")


async def test_a_poster_is_printed(live: Live) -> None:
    async with live.signed_in("cashier") as till, live.client() as nobody:
        made = await post(till, "/counter-codes", 201, kind="static_qr")
        for size in ("a6", "a5"):
            paper = await nobody.get(
                f"/api/v1/codes/{made['code']}/poster.pdf", params={"size": size, "lang": "zh"}
            )
            assert paper.content.startswith(b"%PDF-")
        wrong = await nobody.get(f"/api/v1/codes/{made['code']}/poster.pdf", params={"size": "a0"})
        assert wrong.status_code == 400


async def test_a_stall_has_its_number_from_its_opening_and_is_paid_by_it_at_once(live: Live) -> None:
    place = {"name": "夜市", "city": "成都", "city_tier": "new1"}
    stall = {"name": "老赵烤串", "mcc": "5812", "store": place}
    async with live.client(Origin=live.url) as owner, live.signed_in("person") as person:
        await topped_up(live, person, 30_00)
        alone = stall | {"login": "laozhao", "password": PASSWORD}
        opened = await owner.post("/api/v1/merchants", json=alone)
        assert opened.status_code == 201, opened.text
        again = {"Idempotency-Key": "a second trade"}
        first, second = [
            (await person.post("/api/v1/me/merchants", json=stall | {"name": "夜宵"}, headers=again)).json()
            for _ in range(2)
        ]
        assert second["number"] == first["number"] != opened.json()["number"]
        wallet, pin = (live.logins()["person"][name] for name in ("wallet", "pin"))
        number: str = opened.json()["number"]
        asked = {"wallet": wallet, "code": number, "amount": 8_00, "pin": pin}
        paid = await post(person, "/counter-payments", 201, **asked)
        assert (paid["state"], paid["scene"]) == ("paid", "account_number")
        codes = {one["kind"]: one for one in (await get(owner, "/counter-codes"))["items"]}
        assert codes.keys() == {"static_qr", "number"}
        paper = await owner.get(f"/api/v1/codes/{codes['static_qr']['code']}/poster.pdf")
        printed = pypdf.PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
        assert f"{number[:4]} {number[4:]}" in printed


async def _seen(client: httpx.AsyncClient, wanted: int, begun: asyncio.Event) -> list[dict[str, Any]]:
    """The next trades paid that a stream tells."""
    found: list[dict[str, Any]] = []
    async with client.stream("GET", "/api/v1/events/stream", params={"type": "trade.paid"}) as answer:
        async for frame in frames(answer):
            begun.set()
            if "data" in frame:
                found.append(json.loads(frame["data"])["data"])
            if len(found) == wanted:
                break
    return found


async def test_a_stall_owner_does_all_alone_and_each_till_hears_of_its_own_store(live: Live) -> None:
    async with (
        live.client(Origin=live.url) as owner,
        live.client(Origin=live.url) as here,
        live.client(Origin=live.url) as there,
        live.signed_in("person") as person,
    ):
        await topped_up(live, person, 50_00)
        shop = await owner.post(
            "/api/v1/merchants",
            json={
                "name": "老李煎饼",
                "mcc": "5814",
                "store": {"name": "桥头", "city": "Hangzhou", "city_tier": "new1"},
                "login": "laoli",
                "password": PASSWORD,
            },
        )
        assert shop.status_code == 201, shop.text
        merchant, store = shop.json()["merchant"]["id"], shop.json()["store"]["id"]
        second = await post(
            owner,
            f"/merchants/{merchant}/stores",
            201,
            name="河边",
            city="Hangzhou",
            city_tier="new1",
        )
        for at, client in ((store, here), (second["id"], there)):
            member = {"role": "cashier", "login": "xiaowang", "name": "Xiao Wang", "pin": PIN}
            await post(owner, f"/stores/{at}/staff", 201, **member)
            await live.sign_in(client, door="/sessions/cashier", store=at, login="xiaowang", pin=PIN)
        codes = [
            await post(owner, "/counter-codes", 201, kind="static_qr", store=at)
            for at in (store, second["id"])
        ]

        begun = [asyncio.Event() for _ in range(3)]
        ears = [
            asyncio.create_task(_seen(client, wanted, ready))
            for client, wanted, ready in zip((here, there, owner), (1, 1, 2), begun, strict=True)
        ]
        for ready in begun:
            await asyncio.wait_for(ready.wait(), 20)
        wallet, pin = (live.logins()["person"][name] for name in ("wallet", "pin"))
        for code, amount in zip(codes, (7_00, 9_00), strict=True):
            asked = {"wallet": wallet, "code": code["code"], "amount": amount, "pin": pin}
            await post(person, "/counter-payments", 201, **asked)
        mine, theirs, all_of_it = await asyncio.wait_for(asyncio.gather(*ears), 20)
        assert [one["amount"] for one in mine] == [7_00]
        assert [one["amount"] for one in theirs] == [9_00]
        assert [one["amount"] for one in all_of_it] == [7_00, 9_00]
        assert (await get(here, "/takings"))["total"]["amount"] == 7_00
        assert (await get(owner, "/takings"))["total"]["amount"] == 16_00

        card = await post(
            owner, "/cards", 201, bank="lotus", number=draw_number(lambda size: uuid4().bytes[:size])
        )
        takings = (await get(owner, f"/accounts/{merchant}"))["available"]
        out = await owner.post(
            "/api/v1/withdrawals",
            headers=key(),
            json={"account": merchant, "card": card["id"], "amount": takings},
        )
        assert (out.status_code, out.json()["simulated"]) == (201, True), out.text
        told = (await get(owner, f"/merchants/{merchant}/statement"))["total"]
        assert (told["gross"], told["withdrawals"], told["closing"]) == (16_00, takings, 0)
