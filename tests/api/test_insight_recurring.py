"""What comes again, over HTTP: one's own, with consent."""

from __future__ import annotations

from tests.live import Live

RECURRING, CONSENT = "/api/v1/insight/recurring", "/api/v1/insight/consents/picture"


async def test_what_comes_again_is_told_with_consent_and_without_it_is_not(live: Live) -> None:
    async with live.signed_in("person") as person:
        assert (await person.put(CONSENT, json={"granted": False})).status_code == 200
        refused = await person.get(RECURRING)
        assert (refused.status_code, refused.json()["code"]) == (409, "consent_missing")
        assert (await person.put(CONSENT, json={"granted": True})).status_code == 200
        told = (await person.get(RECURRING)).json()
        assert told["currency"] == "CNY"
        assert set(told) == {"as_of", "records", "currency", "a_year", "recurring", "odd"}
        assert told["a_year"] == sum(one["a_year"] for one in told["recurring"])


async def test_a_batch_at_the_command_line_says_what_it_found(live: Live) -> None:
    done = live.command("insight", "score")
    assert "come again" in done.stdout
