"""A person's bills over HTTP: payments, refunds and top-ups with names; search, CSV, receipts."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import uuid4

import httpx2 as httpx
import pytest

from qianbao.insight.bills.reading import statement
from tests.api.test_channels import new_card
from tests.api.test_joining import person, shop
from tests.api.test_trades import get, post
from tests.live import Live

NAME = '=HYPERLINK("x") 面馆 🍜 مطعم'


async def living(client: httpx.AsyncClient, wallet: str, till: httpx.AsyncClient) -> dict[str, Any]:
    """A top-up of 100.00, a payment of 28.16 by code, of which 5.00 went back; the trade."""
    card = await new_card(client)
    await post(client, "/topups", 201, wallet=wallet, card=card["id"], amount=100_00)
    code = (await post(client, "/codes", 201, wallet=wallet))["code"]
    asked = {"code": code, "out_trade_no": uuid4().hex, "amount": 28_16, "subject": "Noodles"}
    trade = await post(till, "/code-payments", 201, **asked)
    await post(
        till, f"/trades/{trade['id']}/refunds", 201, amount=5_00, out_refund_no=uuid4().hex, reason="cold"
    )
    return trade


async def test_bills_name_whom_and_what_newest_first_and_page_by_cursor(live: Live) -> None:
    async with person(live) as (client, joined), shop(live) as (till, opened):
        wallet = joined["wallet"]["id"]
        trade = await living(client, wallet, till)
        page = await get(client, "/bills")
        assert [(one["kind"], one["amount"]) for one in page["items"]] == [
            ("refund", 5_00),
            ("payment", -28_16),
            ("topup", 100_00),
        ]
        paid = page["items"][1]
        assert (paid["name"], paid["category"], paid["about"]) == (
            opened["merchant"]["name"],
            "dining",
            trade["id"],
        )
        assert (paid["state"], paid["refunded"], paid["subject"]) == ("partly_refunded", 5_00, "Noodles")
        assert page["next_cursor"] is None
        first = await get(client, "/bills", limit=2)
        rest = await get(client, "/bills", limit=2, cursor=first["next_cursor"])
        assert first["items"] + rest["items"] == page["items"]


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ({"text": "noodle"}, ["refund", "payment"]),
        ({"text": "28.16"}, ["payment"]),
        ({"text": "nothing like it"}, []),
        ({"kind": ["topup", "refund"]}, ["refund", "topup"]),
        ({"since": "2001-01-01T00:00:00Z"}, ["refund", "payment", "topup"]),
        ({"until": "2001-01-01T00:00:00Z"}, []),
    ],
)
async def test_bills_are_found_by_name_amount_kind_and_time(
    live: Live, query: dict[str, Any], kinds: list[str]
) -> None:
    async with person(live) as (client, joined), shop(live) as (till, _):
        await living(client, joined["wallet"]["id"], till)
        assert [one["kind"] for one in (await get(client, "/bills", **query))["items"]] == kinds


async def test_a_receipt_shows_the_shop_and_what_went_back_to_its_payer_alone(live: Live) -> None:
    async with person(live) as (client, joined), person(live) as (stranger, _), shop(live) as (till, opened):
        trade = await living(client, joined["wallet"]["id"], till)
        told = await get(client, f"/bills/{trade['id']}")
        assert told["merchant_name"] == opened["merchant"]["name"]
        assert (told["saved"], told["trade"]["paid_by_payer"], told["trade"]["attach"]) == (0, 28_16, None)
        assert [(one["amount"], one["reason"]) for one in told["refunds"]] == [(5_00, "cold")]
        assert (await get(stranger, f"/bills/{trade['id']}", 404))["code"] == "trade_not_found"
        assert (await get(stranger, "/bills", 404, wallet=joined["wallet"]["id"]))["code"] == "wallet_unknown"


async def test_the_csv_holds_all_and_no_name_is_a_formula(live: Live) -> None:
    async with person(live) as (client, joined), live.client(Origin=live.url) as till:
        asked = {
            "name": NAME,
            "mcc": "5812",
            "store": {"name": "North", "city": "成都", "city_tier": "new1"},
            "login": f"o{uuid4().hex}",
            "password": "correct horse battery",
        }
        assert (await till.post("/api/v1/merchants", json=asked)).status_code == 201
        await living(client, joined["wallet"]["id"], till)
        answer = await client.get("/api/v1/bills.csv", params={"language": "zh"})
        assert answer.headers["content-type"].startswith("text/csv")
        head, *rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
        assert head[0] == "时间"
        assert [row[1] for row in rows] == ["refund", "payment", "topup"]
        assert rows[1][2] == f"'{NAME}"
        assert (rows[1][5], rows[1][6], rows[2][5]) == ("", "28.16", "100.00")


@pytest.mark.parametrize(("layout", "charset"), [("wechat", "utf-8"), ("alipay", "gb18030")])
async def test_the_csv_comes_in_another_wallets_layout_and_states_its_sums(
    live: Live, layout: str, charset: str
) -> None:
    async with person(live) as (client, joined), shop(live) as (till, opened):
        await living(client, joined["wallet"]["id"], till)
        answer = await client.get("/api/v1/bills.csv", params={"layout": layout})
        assert answer.headers["content-type"] == f"text/csv; charset={charset}"
        read = statement("bills.csv", answer.content)
        assert (read.source.value, len(read.bills), read.aside) == (layout, 3, ())
        assert len(read.checks) == 4
        assert all(check.agrees for check in read.checks)
        assert {bill.counterparty for bill in read.bills} == {opened["merchant"]["name"], ""}


@pytest.mark.parametrize(
    "query", [{"kind": "nonsense"}, {"since": "yesterday"}, {"cursor": "x"}, {"limit": 0}]
)
async def test_a_malformed_question_is_a_plain_refusal(live: Live, query: dict[str, Any]) -> None:
    async with person(live) as (client, _):
        answer = await client.get("/api/v1/bills", params=query)
        assert answer.status_code in (400, 422), answer.text
        assert answer.json()["code"] in ("request_invalid", "cursor_malformed")
