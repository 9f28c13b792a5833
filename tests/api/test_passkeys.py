"""By HTTP: a passkey is registered, signs in without a password, and makes an old session fresh."""

from __future__ import annotations

from tests.api.test_joining import PIN, person, refused
from tests.credentials.authenticator import SoftAuthenticator, b64
from tests.live import Live


def phone_of(live: Live) -> SoftAuthenticator:
    return SoftAuthenticator(origin=f"http://localhost:{live.port}")


async def test_a_passkey_signs_in_and_resets_the_pin(live: Live) -> None:
    async with person(live) as (client, joined), live.client(Origin=live.url) as other:
        phone = phone_of(live)
        asked = (await client.post("/api/v1/passkeys/options", json={"name": "Ann"})).json()
        assert asked["options"]["rp"]["id"] == "localhost"
        body = {"challenge": asked["challenge"], "answer": phone.create(asked["options"]), "name": "Phone"}
        kept = await client.post("/api/v1/passkeys", json=body)
        assert kept.status_code == 201, kept.text
        assert kept.json()["id"] == b64(phone.credential_id)
        await refused(await client.post("/api/v1/passkeys", json=body), 400, "challenge_gone")

        asked = (await other.post("/api/v1/sessions/passkey/options")).json()
        body = {"challenge": asked["challenge"], "answer": phone.get(asked["options"])}
        signed = await other.post("/api/v1/sessions/passkey", json=body)
        assert signed.status_code == 201, signed.text
        assert (await other.get("/api/v1/me")).json()["id"] == joined["person"]["id"]

        await refused(await client.post("/api/v1/me/pin/reset", json={"new": PIN}), 403, "sign_in_not_fresh")
        asked = (await client.post("/api/v1/passkeys/proof/options")).json()
        body = {"challenge": asked["challenge"], "answer": phone.get(asked["options"])}
        assert (await client.post("/api/v1/passkeys/proof", json=body)).status_code == 204
        assert (await client.post("/api/v1/me/pin/reset", json={"new": PIN})).status_code == 204

        (listed,) = (await client.get("/api/v1/passkeys")).json()["items"]
        assert (await client.delete(f"/api/v1/passkeys/{listed['id']}")).status_code == 204
        await refused(await client.delete(f"/api/v1/passkeys/{listed['id']}"), 404, "passkey_unknown")
        await refused(await client.delete("/api/v1/passkeys/A"), 404, "passkey_unknown")


async def test_an_answer_that_does_not_hold_is_a_plain_refusal(live: Live) -> None:
    async with live.client(Origin=live.url) as client:
        for answer in ({}, {"id": "x"}, {"id": "é", "response": []}, {"id": "AAAA", "type": 5}):
            asked = (await client.post("/api/v1/sessions/passkey/options")).json()
            body = {"challenge": asked["challenge"], "answer": answer}
            await refused(await client.post("/api/v1/sessions/passkey", json=body), 401, "passkey_refused")
