"""QR pictures over HTTP, read from the picture by another library; and what scanned texts mean."""

from __future__ import annotations

import io

import httpx2 as httpx
import zxingcpp
from PIL import Image

from tests.api.test_events import topped_up
from tests.api.test_trades import key, post
from tests.live import Live


def seen(picture: bytes) -> str:
    """What an independent reader sees in a PNG picture."""
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))
    return code.text


async def picture(client: httpx.AsyncClient, path: str, **query: str | int) -> httpx.Response:
    """A picture, from the API."""
    answer = await client.get(f"/api/v1{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_printed_code_is_read_from_its_picture_and_paid(live: Live) -> None:
    login = live.logins()["person"]
    async with live.signed_in("person") as person, live.signed_in("cashier") as till:
        await topped_up(live, person, 50_00)
        made = await post(till, "/counter-codes", 201, kind="static_qr", subject="Stall")
        said = seen((await picture(person, f"/codes/{made['code']}/qr.png")).content)
        assert said == made["payload"]
        assert said.startswith("000201010211")
        found = await post(person, "/codes/read", 200, text=said)
        assert (found["kind"], found["code"], found["amount"]) == ("counter", made["code"], None)
        assert (found["merchant_name"], found["subject"]) == ("王记面馆 Wang's Noodles", "Stall")
        paid = await person.post(
            "/api/v1/counter-payments",
            headers=key(),
            json={"wallet": login["wallet"], "code": found["code"], "amount": 3_50, "pin": login["pin"]},
        )
        assert paid.status_code == 201, paid.text

        priced = await picture(person, f"/codes/{made['code']}/qr.png", amount=28_16, bill="7")
        told = await post(person, "/codes/read", 200, text=seen(priced.content))
        assert (told["amount"], told["bill"]) == (28_16, "7")
        drawn = await picture(person, f"/codes/{made['code']}/qr.svg")
        assert drawn.headers["content-type"] == "image/svg+xml"


async def test_one_trade_is_shown_and_read(live: Live) -> None:
    async with live.signed_in("person") as person, live.signed_in("cashier") as till:
        made = await post(till, "/trades", 201, out_trade_no="QR-1", amount=6_00, subject="Tea")
        drawn = await till.get(f"/api/v1/trades/{made['id']}/qr.svg")
        assert drawn.status_code == 200
        assert b"<svg" in drawn.content
        hidden = await person.get(f"/api/v1/trades/{made['id']}/qr.svg")
        assert hidden.status_code == 403


async def test_torn_and_foreign_codes_are_refused_by_name(live: Live) -> None:
    async with live.client() as nobody, live.signed_in("cashier") as till:
        made = await post(till, "/counter-codes", 201, kind="amount_qr", amount=1_00)
        torn = await post(nobody, "/codes/read", 400, text=made["payload"][:-7])
        assert (torn["code"], torn["field"]) == ("qr_torn", "text")
        foreign = await post(nobody, "/codes/read", 400, text="https://qr.alipay.com/fkx1")
        assert foreign["code"] == "qr_of_another_network"
        assert foreign["detail"] == "QR of another network: Alipay."
        other = await nobody.get(f"/api/v1/codes/{made['code']}/qr.png", params={"amount": 2})
        assert other.json()["code"] == "counter_amount"
