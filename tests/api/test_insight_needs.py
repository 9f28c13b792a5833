"""Needs, over HTTP: one's own, with consent, from the last batch."""

from __future__ import annotations

from tests.live import Live, started

NEEDS, CONSENT = "/api/v1/insight/needs", "/api/v1/insight/consents/picture"


async def test_ones_own_needs_are_told_with_consent_and_without_it_are_not(live: Live) -> None:
    live.command("insight", "score")
    async with live.signed_in("person") as person:
        assert (await person.put(CONSENT, json={"granted": False})).status_code == 200
        refused = await person.get(NEEDS)
        assert (refused.status_code, refused.json()["code"]) == (409, "consent_missing")
        assert (await person.put(CONSENT, json={"granted": True})).status_code == 200
        told = (await person.get(NEEDS)).json()
        assert set(told) == {"made_at", "as_of", "until", "fitted_on", "kinds", "products"}


async def test_a_town_of_a_few_people_is_too_small_to_learn_from_and_says_so() -> None:
    with started() as small:
        said = small.command("insight", "score").stdout
        assert "needs: not fitted: 0 people with a past; at least 100" in said
        async with small.signed_in("person") as person:
            assert (await person.put(CONSENT, json={"granted": True})).status_code == 200
            told = (await person.get(NEEDS)).json()
            assert (told["fitted_on"], told["kinds"]) == (0, [])
