"""Social payments over HTTP: three people, a payment to the wrong one, a red packet, a split bill."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx2 as httpx
import pytest

from tests.faults.town import Resident, lay
from tests.live import Live

PEOPLE = 3
STRANGER = str(UUID(int=5))


class Someone:
    """A resident in a browser of their own."""

    def __init__(self, live: Live, who: Resident) -> None:
        self.wallet = str(who.wallet)
        self.http = live.client(Origin=live.url, Cookie=f"qianbao_session={who.cookie}")

    async def get(self, path: str, status: int = 200) -> dict[str, Any]:
        """What an address answers."""
        answer = await self.http.get(f"/api/v1{path}")
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def post(self, path: str, status: int = 201, *, key: str = "", **body: Any) -> httpx.Response:
        """Send a command, under a key of its own unless one is given."""
        answer = await self.http.post(
            f"/api/v1{path}", json=body, headers={"Idempotency-Key": key or uuid4().hex}
        )
        assert answer.status_code == status, answer.text
        return answer

    async def balance(self) -> int:
        """What is in their wallet."""
        found = (await self.get(f"/accounts/{self.wallet}"))["balance"]
        assert isinstance(found, int)
        return found


@pytest.fixture(scope="module")
async def people(live: Live) -> AsyncIterator[tuple[Someone, ...]]:
    """Three people with money."""
    town = await lay(live, people=PEOPLE, shops=0, seed=8)
    async with contextlib.AsyncExitStack() as stack:
        found = tuple(Someone(live, who) for who in town.people)
        for one in found:
            await stack.enter_async_context(one.http)
        yield found


@pytest.fixture
def anna(people: tuple[Someone, ...]) -> Someone:
    return people[0]


@pytest.fixture
def ben(people: tuple[Someone, ...]) -> Someone:
    return people[1]


@pytest.fixture
def cara(people: tuple[Someone, ...]) -> Someone:
    return people[2]


async def test_a_person_is_found_shown_masked_and_paid(anna: Someone, ben: Someone, cara: Someone) -> None:
    found = await anna.get("/payees?identifier=load8x1")
    assert (found["wallet"], found["name_masked"]) == (ben.wallet, "L*** 1***")
    before = await ben.balance()
    key = uuid4().hex
    asked: dict[str, Any] = {
        "wallet": anna.wallet,
        "payee": found["wallet"],
        "amount": 12_34,
        "note": "面条 🍜",
    }
    sent = await anna.post("/personal-payments", key=key, **asked)
    again = await anna.post("/personal-payments", key=key, **asked)
    assert sent.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert await ben.balance() == before + 12_34
    other: dict[str, Any] = asked | {"amount": 1}
    reused = await anna.post("/personal-payments", 409, key=key, **other)
    assert reused.json()["code"] == "idempotency_key_reused"

    payment = sent.json()["id"]
    seen = await ben.get(f"/personal-payments/{payment}")
    assert (seen["paid_by_me"], seen["other"]["name_masked"]) == (False, "L*** 0***")
    (listed,) = [one for one in (await ben.get("/personal-payments"))["items"] if one["id"] == payment]
    assert listed["note"] == "面条 🍜"
    assert (await cara.get(f"/personal-payments/{payment}", 404))["code"] == "personal_payment_unknown"
    contacts = (await anna.get("/contacts"))["items"]
    assert contacts[0]["payee"]["wallet"] == ben.wallet


async def test_what_went_to_the_wrong_person_comes_back(anna: Someone, ben: Someone, cara: Someone) -> None:
    sent = await anna.post("/personal-payments", wallet=anna.wallet, payee=ben.wallet, amount=5_00)
    here = f"/personal-payments/{sent.json()['id']}"
    for somebody in (ben, cara):
        await somebody.post(f"{here}/return-requests", 404, reason="mine")
    await cara.post(f"{here}/return", 404)
    await ben.post(f"{here}/return-requests/decline", 409)
    await anna.post(f"{here}/return-requests", reason="Wrong Ben")
    await ben.post(f"{here}/return-requests/decline", 200)
    before = await anna.balance()
    back = await ben.post(f"{here}/return")
    assert back.json()["state"] == "returned"
    assert await anna.balance() == before + 5_00
    assert (await anna.get(here))["reason"] == "Wrong Ben"


async def test_a_code_is_shown_scanned_and_paid(anna: Someone, ben: Someone) -> None:
    shown = (await ben.post("/receive-codes", wallet=ben.wallet, amount=3_00, note="tea")).json()
    scanned = await anna.get(f"/receive-codes/{shown['code']}")
    assert (scanned["amount"], scanned["note"], scanned["path"]) == (3_00, "tea", f"/u/{shown['code']}")
    assert scanned["payee"]["wallet"] == ben.wallet
    picture = await anna.http.get(f"/api/v1/receive-codes/{shown['code']}/qr.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    await anna.post("/receive-codes", 404, wallet=ben.wallet)


async def test_a_red_packet_among_three(anna: Someone, ben: Someone, cara: Someone) -> None:
    people = (anna, ben, cara)
    before = sum([await one.balance() for one in people])
    sent = await anna.post(
        "/red-packets", wallet=anna.wallet, kind="lucky", amount=88_88, count=3, wish="恭喜发财"
    )
    packet = sent.json()["id"]
    fresh = await ben.get(f"/red-packets/{packet}")
    assert (fresh["state"], fresh["wish"], fresh["share"], fresh["path"]) == (
        "open", "恭喜发财", None, f"/r/{packet}",
    )  # fmt: skip
    assert (await ben.get(f"/red-packets/{packet}/grabs", 403))["code"] == "red_packet_closed"
    got = await asyncio.gather(
        *(
            one.post(f"/red-packets/{packet}/grabs", wallet=one.wallet)
            for one in people
            for _ in range(4)  # a double tap, twice
        )
    )
    assert {answer.json()["amount"] for answer in got} == {answer.json()["amount"] for answer in got[::4]}
    assert sum(answer.json()["amount"] for answer in got[::4]) == 88_88
    assert sum([await one.balance() for one in people]) == before

    over = await cara.get(f"/red-packets/{packet}")
    assert (over["state"], over["taken"], over["given"]) == ("emptied", 3, 88_88)
    first = await cara.get(f"/red-packets/{packet}/grabs?limit=2")
    rest = await cara.get(f"/red-packets/{packet}/grabs?limit=2&cursor={first['next_cursor']}")
    shares = [*first["items"], *rest["items"]]
    assert [one["position"] for one in shares] == [1, 2, 3]
    assert sum(one["amount"] for one in shares) == 88_88
    (luckiest,) = [one for one in shares if one["luckiest"]]
    assert luckiest["amount"] == max(one["amount"] for one in shares)
    for box, whose in (("sent", anna), ("received", cara)):
        listed = (await whose.get(f"/red-packets?box={box}"))["items"]
        assert listed[0]["id"] == packet
    assert (await anna.get("/red-packets/rules"))["count_max"] == 500


async def test_a_bill_is_split_and_paid(anna: Someone, ben: Someone, cara: Someone) -> None:
    made = await anna.post("/collections", wallet=anna.wallet, title="火锅", each=50_00, people=2)
    here = f"/collections/{made.json()['id']}"
    before = await anna.balance()
    for somebody in (ben, cara):
        paid = await somebody.post(f"{here}/payments", wallet=somebody.wallet)
        assert paid.json()["amount"] == 50_00
    await ben.post(f"{here}/payments", 409, wallet=ben.wallet)
    full = await cara.get(here)
    assert (full["state"], full["paid"], full["received"], len(full["parts"])) == ("complete", 2, 100_00, 2)
    assert await anna.balance() == before + 100_00

    named = await anna.post(
        "/collections", wallet=anna.wallet, title="Taxi", members=[{"wallet": ben.wallet, "amount": 7_00}]
    )
    there = f"/collections/{named.json()['id']}"
    await cara.get(there, 404)
    for action, body in (("payments", {"wallet": cara.wallet}),):
        await cara.post(f"{there}/{action}", 403, **body)
    for action in ("reminders", "close"):
        await ben.post(f"{there}/{action}", 404)
    await anna.post(f"{there}/reminders")
    assert (await anna.post(f"{there}/reminders", 429)).json()["code"] == "reminded_lately"
    (asked,) = [
        one for one in (await ben.get("/collections?box=asked"))["items"] if one["id"] == named.json()["id"]
    ]
    assert (asked["my_part"]["amount"], asked["my_part"]["paid_at"]) == (7_00, None)
    told = (await ben.get("/events?type=collection.*&limit=100"))["items"]
    assert {"collection.asked", "collection.reminded"} <= {one["type"] for one in told}
    await anna.post(f"{there}/close", 200)
    await ben.post(f"{there}/payments", 409, wallet=ben.wallet)


async def test_what_others_ask_of_somebody_waits_for_them_until_it_is_answered(
    anna: Someone, ben: Someone, cara: Someone
) -> None:
    async def waits(somebody: Someone) -> tuple[list[str], list[str]]:
        found = await somebody.get("/waiting")
        return [one["id"] for one in found["returns"]], [one["id"] for one in found["collections"]]

    nothing = await waits(ben)
    sent: list[str] = []
    for amount in (4_00, 5_00):
        done = await anna.post("/personal-payments", wallet=anna.wallet, payee=ben.wallet, amount=amount)
        sent.append(done.json()["id"])
    for payment in sent:
        await anna.post(f"/personal-payments/{payment}/return-requests", reason="not you")
    members = [{"wallet": one.wallet, "amount": 6_00} for one in (ben, cara)]
    bills = [
        (await anna.post("/collections", wallet=anna.wallet, title=title, members=members)).json()["id"]
        for title in ("Boat", "Kites")
    ]
    assert await waits(ben) == ([*reversed(sent), *nothing[0]], [*reversed(bills), *nothing[1]])
    assert await waits(anna) == ([], [])
    shown = (await ben.get("/waiting"))["collections"][0]
    assert (shown["title"], shown["my_part"]["amount"]) == ("Kites", 6_00)

    await ben.post(f"/personal-payments/{sent[0]}/return-requests/decline", 200)
    await ben.post(f"/personal-payments/{sent[1]}/return")
    await ben.post(f"/collections/{bills[0]}/payments", wallet=ben.wallet)
    await anna.post(f"/collections/{bills[1]}/close", 200)
    assert await waits(ben) == nothing
    assert (await waits(cara))[1][:1] == bills[:1]


BAD = (
    ("/personal-payments", {"payee": STRANGER, "amount": 1}, 404, "payee_unknown"),
    ("/personal-payments", {"payee": STRANGER, "amount": 0}, 400, "request_invalid"),
    ("/personal-payments", {"payee": STRANGER, "amount": "1"}, 400, "request_invalid"),
    ("/personal-payments", {"payee": STRANGER, "amount": 1.5}, 400, "request_invalid"),
    ("/personal-payments", {"payee": STRANGER, "amount": 10**30}, 400, "request_invalid"),
    ("/personal-payments", {"payee": "me", "amount": 1}, 400, "request_invalid"),
    ("/personal-payments", {"payee": STRANGER, "amount": 1, "note": "x" * 129}, 400, "request_invalid"),
    ("/personal-payments", {"payee": STRANGER, "amount": 1, "pin": "12345"}, 400, "request_invalid"),
    ("/red-packets", {"kind": "golden", "amount": 1, "count": 1}, 400, "request_invalid"),
    ("/red-packets", {"kind": "lucky", "amount": 1, "count": 2}, 400, "red_packet_malformed"),
    ("/red-packets", {"kind": "equal", "amount": 5, "count": 2}, 400, "red_packet_malformed"),
    ("/red-packets", {"kind": "lucky", "amount": 1, "count": 0}, 400, "request_invalid"),
    ("/red-packets", {"kind": "lucky", "amount": 1, "count": 1, "wish": "a\nb"}, 400, "request_invalid"),
    ("/red-packets", {"kind": "lucky", "amount": 1, "count": 1, "to": "all"}, 400, "request_invalid"),
    ("/collections", {"title": "t"}, 400, "collection_malformed"),
    ("/collections", {"title": "", "each": 1, "people": 1}, 400, "request_invalid"),
    ("/collections", {"title": "t", "each": 1, "people": 201}, 400, "collection_malformed"),
    ("/collections", {"title": "t", "members": [{"wallet": STRANGER, "amount": 1}]}, 404, "payee_unknown"),
)


@pytest.mark.parametrize(("path", "body", "status", "code"), BAD)
async def test_bad_input_is_named(
    anna: Someone, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await anna.post(path, status, wallet=anna.wallet, **body)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == code, problem
    assert problem["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/personal-payments",
        "/red-packets",
        f"/red-packets/{STRANGER}/grabs",
        f"/collections/{STRANGER}/payments",
    ],
)
async def test_money_moves_under_a_key_alone(anna: Someone, path: str) -> None:
    answer = await anna.http.post(f"/api/v1{path}", json={"wallet": anna.wallet})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


async def test_what_is_not_there_is_not_there(anna: Someone) -> None:
    for path in ("/personal-payments", "/red-packets", "/collections"):
        await anna.get(f"{path}/{STRANGER}", 404)
    await anna.get(f"/receive-codes/{'a' * 24}", 404)
    for query in ("/red-packets?box=lost", "/collections?cursor=%00", "/personal-payments?limit=0"):
        await anna.get(query, 400)
    await anna.post(f"/red-packets/{STRANGER}/grabs", 404, wallet=anna.wallet)


async def test_the_books_are_right_after_it_all(live: Live) -> None:
    assert '"sound": true' in live.command("books", "check", "--json").stdout
