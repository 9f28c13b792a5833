"""By HTTP: people and shops join, sign in and out, are limited, frozen and opened; nobody sees another's."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import AsyncGenerator
from typing import Any

import httpx2 as httpx

from tests.live import Live

SECRET = "correct horse battery"
PIN = "802931"
_numbers = itertools.count(int.from_bytes(os.urandom(3), "big"))


def phone() -> str:
    """A phone number that nobody has."""
    return f"+86139{next(_numbers):08}"


def handle() -> str:
    """A handle that nobody has."""
    return f"h{next(_numbers)}x"


@contextlib.asynccontextmanager
async def person(live: Live) -> AsyncGenerator[tuple[httpx.AsyncClient, dict[str, Any]]]:
    """A browser in which somebody has just signed up, and what the answer was."""
    async with live.client(Origin=live.url) as client:
        asked = {
            "name": "张小明",
            "phone": phone(),
            "password": SECRET,
            "brand": "lanhua",
            "handle": handle(),
            "birth_year": 1990,
            "device_name": "Test phone",
        }
        answer = await client.post("/api/v1/people", json=asked)
        assert answer.status_code == 201, answer.text
        yield client, answer.json()


@contextlib.asynccontextmanager
async def shop(live: Live) -> AsyncGenerator[tuple[httpx.AsyncClient, dict[str, Any]]]:
    """A browser in which a shop has just signed up alone, and what the answer was."""
    async with live.client(Origin=live.url) as client:
        asked = {
            "name": "Noodles 面馆",
            "mcc": "5812",
            "store": {"name": "North gate", "city": "成都", "city_tier": "new1"},
            "settlement_bank": "simulated",
            "settlement_account": "6222000012345678",
            "login": f"owner{next(_numbers)}",
            "password": SECRET,
        }
        answer = await client.post("/api/v1/merchants", json=asked)
        assert answer.status_code == 201, answer.text
        yield client, answer.json() | {"login": asked["login"]}


async def refused(answer: httpx.Response, status: int, code: str) -> None:
    """The answer is this problem."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def key() -> dict[str, str]:
    """A new idempotency key."""
    return {"Idempotency-Key": f"k{next(_numbers)}"}


async def test_a_person_joins_is_signed_in_and_opens_a_wallet_of_the_second_brand(live: Live) -> None:
    async with person(live) as (client, joined):
        assert joined["person"]["kyc_class"] == "I"
        assert "password" not in str(joined)
        asked, once = {"brand": "zhuque"}, key()
        first = await client.post("/api/v1/wallets", json=asked, headers=once)
        again = await client.post("/api/v1/wallets", json=asked, headers=once)
        assert first.status_code == 201, first.text
        assert first.json() == again.json()
        assert 100_000_000 <= int(first.json()["account_number"]) <= 999_999_999
        await refused(await client.post("/api/v1/wallets", json=asked, headers=key()), 409, "wallet_exists")
        me = (await client.get("/api/v1/me")).json()
        assert {w["brand"] for w in me["wallets"]} == {"lanhua", "zhuque"}
        assert me["pin_set"] is False
        await refused(
            await client.post("/api/v1/wallets", json={"brand": "nobody"}, headers=key()),
            400,
            "unknown_brand",
        )


async def test_a_handle_or_phone_that_is_taken_and_a_weak_password_are_refused(live: Live) -> None:
    async with person(live) as (_, joined), live.client(Origin=live.url) as other:
        asked = {"name": "Li", "phone": phone(), "password": SECRET, "brand": "lanhua", "handle": handle()}
        taken = asked | {"handle": joined["wallet"]["handle"].upper()}
        await refused(await other.post("/api/v1/people", json=taken), 409, "handle_taken")
        taken = asked | {"phone": joined["person"]["phone"]}
        await refused(await other.post("/api/v1/people", json=taken), 409, "phone_taken")
        weak = asked | {"password": "12345678"}
        await refused(await other.post("/api/v1/people", json=weak), 400, "password_weak")
        odd = asked | {"pasword": "x"}
        await refused(await other.post("/api/v1/people", json=odd), 400, "request_invalid")


async def test_sign_in_by_handle_sessions_listed_and_ended(live: Live) -> None:
    async with person(live) as (client, joined), live.client(Origin=live.url) as other:
        login = {"login": joined["wallet"]["handle"], "password": SECRET, "device_name": "Tablet"}
        answer = await other.post("/api/v1/sessions", json=login)
        assert answer.status_code == 201
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        items = (await client.get("/api/v1/sessions")).json()["items"]
        assert [(s["device_name"], s["current"]) for s in items] == [("Tablet", False), ("Test phone", True)]
        assert (await client.delete("/api/v1/sessions/others")).json() == {"ended": 1}
        assert (await client.delete("/api/v1/sessions/current")).status_code == 204
        assert (await client.get("/api/v1/me")).status_code == 401
        wrong = login | {"password": "not this one"}
        await refused(await other.post("/api/v1/sessions", json=wrong), 401, "sign_in_refused")


async def test_a_pin_is_set_changed_locked_and_reset(live: Live) -> None:
    async with person(live) as (client, _):
        await refused(await client.post("/api/v1/me/pin", json={"pin": "123456"}), 400, "pin_trivial")
        assert (await client.post("/api/v1/me/pin", json={"pin": PIN})).status_code == 204
        for _ in range(4):
            wrong = await client.post("/api/v1/me/pin/change", json={"old": "000000", "new": "702931"})
            await refused(wrong, 403, "pin_wrong")
        locked = await client.post("/api/v1/me/pin/change", json={"old": "000000", "new": "702931"})
        await refused(locked, 429, "pin_locked")
        assert int(locked.headers["retry-after"]) > 800
        await refused(
            await client.post("/api/v1/me/pin/reset", json={"new": "702931"}), 403, "sign_in_not_fresh"
        )
        reset = {"new": "702931", "password": SECRET}
        assert (await client.post("/api/v1/me/pin/reset", json=reset)).status_code == 204
        assert (
            await client.post("/api/v1/me/pin/change", json={"old": "702931", "new": PIN})
        ).status_code == 204


async def test_a_lost_phone_is_reported_from_another_device_and_the_wallet_reopened(live: Live) -> None:
    async with person(live) as (lost, joined), live.client(Origin=live.url) as here:
        await lost.post("/api/v1/me/pin", json={"pin": PIN})
        login = {"login": joined["person"]["phone"], "password": SECRET}
        await here.post("/api/v1/sessions", json=login)
        done = await here.post("/api/v1/me/lost-phone", headers=key())
        assert done.json() == {
            "wallets_frozen": [joined["wallet"]["id"]],
            "sessions_ended": 1,
            "passkeys_removed": 0,
        }
        await refused(await here.post("/api/v1/me/reopen", headers=key()), 409, "pin_must_reset")
        await here.post("/api/v1/me/pin/reset", json={"new": "702931", "password": SECRET})
        opened = await here.post("/api/v1/me/reopen", headers=key())
        assert opened.json() == {"wallets": [joined["wallet"]["id"]]}


async def test_a_payee_is_found_masked_and_look_ups_are_limited(live: Live) -> None:
    async with person(live) as (_, joined), person(live) as (client, _mine):
        wanted = {"identifier": joined["wallet"]["handle"]}
        found = await client.get("/api/v1/payees", params=wanted)
        assert (found.json()["wallet"], found.json()["name_masked"]) == (joined["wallet"]["id"], "张*明")
        codes = [
            (await client.get("/api/v1/payees", params={"identifier": "nobody-here"})).status_code
            for _ in range(35)
        ]
        assert codes.count(404) == 29
        assert codes[-1] == 429


async def test_only_the_house_sees_people_raises_classes_and_freezes_others(live: Live) -> None:
    async with (
        person(live) as (client, joined),
        person(live) as (stranger, _),
        live.signed_in("operator") as operator,
    ):
        wallet, who = joined["wallet"]["id"], joined["person"]["id"]
        raised = await operator.post(f"/api/v1/people/{who}/kyc-class", json={"kyc_class": "II"})
        assert raised.json()["kyc_class"] == "II"
        for path in (f"/api/v1/people/{who}", f"/api/v1/people/{who}/wallets"):
            assert (await operator.get(path)).status_code == 200
            await refused(await client.get(path), 403, "role_refused")
        body = {"kyc_class": "III"}
        await refused(await client.post(f"/api/v1/people/{who}/kyc-class", json=body), 403, "role_refused")
        await refused(await stranger.get(f"/api/v1/wallets/{wallet}"), 404, "wallet_unknown")
        why = {"reason": "complaints"}
        await refused(
            await stranger.post(f"/api/v1/wallets/{wallet}/freeze", json=why, headers=key()),
            404,
            "wallet_unknown",
        )
        once = key()
        frozen = await operator.post(f"/api/v1/wallets/{wallet}/freeze", json=why, headers=once)
        assert frozen.json() == {"account": wallet, "kind": "wallet", "state": "frozen"}
        again = await operator.post(f"/api/v1/wallets/{wallet}/freeze", json=why, headers=once)
        assert again.headers["idempotency-replayed"] == "true"
        other = await operator.post(f"/api/v1/wallets/{wallet}/freeze", json={"reason": "x"}, headers=once)
        await refused(other, 409, "idempotency_key_reused")
        await refused(
            await client.post(f"/api/v1/wallets/{wallet}/unfreeze", json=why, headers=key()),
            403,
            "frozen_by_house",
        )
        opened = await operator.post(f"/api/v1/wallets/{wallet}/unfreeze", json=why, headers=key())
        assert opened.json()["state"] == "active"
        for path, state in (("freeze", "frozen"), ("unfreeze", "active")):
            done = await operator.post(f"/api/v1/people/{who}/{path}", json=why, headers=key())
            assert done.json() == {"account": who, "kind": "person", "state": state}
            assert (await client.get(f"/api/v1/wallets/{wallet}")).json()["state"] == "frozen"


async def test_a_shop_joins_alone_adds_stores_tills_and_a_cashier_who_signs_in(live: Live) -> None:
    async with shop(live) as (owner, joined), live.client(Origin=live.url) as cashier:
        merchant, store = joined["merchant"]["id"], joined["store"]["id"]
        assert joined["merchant"]["settlement_account_masked"] == "****5678"
        assert joined["till"]["name"] == "1"
        new = {
            "name": "South gate",
            "city": "成都",
            "city_tier": "new1",
            "longitude": 104.06,
            "latitude": 30.57,
        }
        added = await owner.post(f"/api/v1/merchants/{merchant}/stores", json=new, headers=key())
        assert added.status_code == 201, added.text
        page = (await owner.get(f"/api/v1/merchants/{merchant}/stores", params={"limit": 1})).json()
        rest = await owner.get(
            f"/api/v1/merchants/{merchant}/stores", params={"limit": 1, "cursor": page["next_cursor"]}
        )
        assert {page["items"][0]["id"], rest.json()["items"][0]["id"]} == {store, added.json()["id"]}
        till = await owner.post(f"/api/v1/stores/{store}/tills", json={"name": "2"}, headers=key())
        assert till.status_code == 201
        await refused(
            await owner.post(f"/api/v1/stores/{store}/tills", json={"name": "2"}, headers=key()),
            409,
            "till_exists",
        )
        member = {"role": "cashier", "login": "lili", "name": "Li Li", "pin": PIN}
        hired = await owner.post(f"/api/v1/stores/{store}/staff", json=member, headers=key())
        assert hired.status_code == 201, hired.text
        login = {"store": store, "login": "lili", "pin": PIN, "till": "2"}
        signed = await cashier.post("/api/v1/sessions/cashier", json=login)
        assert (signed.json()["role"], signed.json()["till"]) == ("cashier", "2")
        assert (await cashier.get(f"/api/v1/merchants/{merchant}")).status_code == 200
        await refused(await cashier.get(f"/api/v1/merchants/{merchant}/staff"), 403, "role_refused")
        assert (await owner.delete(f"/api/v1/staff/{hired.json()['id']}")).status_code == 204
        await refused(await cashier.post("/api/v1/sessions/cashier", json=login), 401, "sign_in_refused")


async def test_an_api_key_is_shown_once_reads_its_merchant_and_is_gone_when_revoked(live: Live) -> None:
    async with shop(live) as (owner, joined), shop(live) as (other, _theirs):
        merchant = joined["merchant"]["id"]
        keys = f"/api/v1/merchants/{merchant}/api-keys"
        asked = {"name": "Till software", "scopes": ["trades:read"], "live": False}
        made = (await owner.post(keys, json=asked)).json()
        assert made["secret"].startswith("qb_test_")
        listed = (await owner.get(keys)).json()["items"]
        assert [item["id"] for item in listed] == [made["id"]]
        assert made["secret"] not in str(listed)
        async with live.client(Authorization=f"Bearer {made['secret']}") as program:
            assert (await program.get(f"/api/v1/merchants/{merchant}")).status_code == 200
            await refused(await program.get(keys), 403, "scope_missing")
            await refused(await program.get("/api/v1/me"), 403, "scope_missing")
            await refused(await other.get(keys), 403, "not_yours")
            await refused(await other.get(f"/api/v1/merchants/{merchant}"), 404, "merchant_unknown")
            assert (await owner.delete(f"{keys}/{made['id']}")).status_code == 204
        async with live.client(Authorization=f"Bearer {made['secret']}") as program:
            deadline = 50
            while (await program.get(f"/api/v1/merchants/{merchant}")).status_code == 200 and deadline:
                deadline -= 1
            assert (await program.get(f"/api/v1/merchants/{merchant}")).status_code == 401


async def test_a_person_opens_a_shop_and_goes_on_as_its_owner(live: Live) -> None:
    async with person(live) as (client, joined):
        asked = {
            "name": "My stall",
            "mcc": "5411",
            "store": {"name": "Stall", "city": "成都", "city_tier": "new1"},
        }
        once = key()
        opened = await client.post("/api/v1/me/merchants", json=asked, headers=once)
        assert opened.json() == (await client.post("/api/v1/me/merchants", json=asked, headers=once)).json()
        merchant = opened.json()["merchant"]["id"]
        assert opened.json()["merchant"]["owner"] == joined["person"]["id"]
        acting = await client.post("/api/v1/sessions/acting", json={"merchant": merchant})
        assert acting.json()["role"] == "owner"
        assert (await client.get("/api/v1/me")).json()["merchant"] == merchant
        bad = asked | {"mcc": "9999"}
        await refused(await client.post("/api/v1/me/merchants", json=bad, headers=key()), 403, "role_refused")
    async with person(live) as (client, _):
        await refused(await client.post("/api/v1/me/merchants", json=bad, headers=key()), 400, "unknown_mcc")
        await refused(
            await client.post("/api/v1/sessions/acting", json={"merchant": merchant}), 403, "not_yours"
        )


async def test_the_house_lists_and_freezes_merchants_and_adds_an_auditor_who_changes_nothing(
    live: Live,
) -> None:
    async with (
        shop(live) as (_owner, joined),
        live.signed_in("operator") as operator,
        live.client(Origin=live.url) as auditor,
    ):
        merchant = joined["merchant"]["id"]
        login = f"audit{next(_numbers)}"
        asked = {"role": "auditor", "login": login, "name": "Au", "password": SECRET}
        added = await operator.post("/api/v1/operators", json=asked)
        assert added.status_code == 201, added.text
        await auditor.post("/api/v1/sessions/house", json={"login": login, "password": SECRET})
        seen, cursor = set[str](), None
        while True:
            page = (
                await auditor.get(
                    "/api/v1/merchants", params={"limit": 2} | ({"cursor": cursor} if cursor else {})
                )
            ).json()
            seen |= {item["id"] for item in page["items"]}
            if (cursor := page["next_cursor"]) is None:
                break
        assert merchant in seen
        why = {"reason": "court order"}
        path = f"/api/v1/merchants/{merchant}"
        await refused(await auditor.post(f"{path}/freeze", json=why, headers=key()), 403, "role_refused")
        assert (await operator.post(f"{path}/freeze", json=why, headers=key())).json()["state"] == "frozen"
        assert (await auditor.get(path)).json()["frozen_by"] == "house"
        assert (await operator.post(f"{path}/unfreeze", json=why, headers=key())).json()["state"] == "active"
        assert (await operator.delete(f"/api/v1/operators/{added.json()['id']}")).status_code == 204
        assert (await auditor.get(path)).status_code in (200, 401)


async def test_brands_and_classes_are_public(live: Live) -> None:
    async with live.client() as nobody:
        brands = (await nobody.get("/api/v1/brands")).json()["items"]
        assert [b["key"] for b in brands] == ["lanhua", "zhuque"]
        classes = (await nobody.get("/api/v1/kyc-classes")).json()["items"]
        assert classes[0]["life_max"] == 1_000_00
        assert classes[2]["life_max"] is None
        for path in ("/me", "/wallets", "/sessions", "/passkeys", "/merchants"):
            assert (await nobody.get(f"/api/v1{path}")).status_code == 401
