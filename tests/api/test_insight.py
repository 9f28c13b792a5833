"""A person's picture over HTTP: consent, numbers with their records, clear words for bad input."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest

from tests.live import Live

ME, RECORDS, CONSENTS = "/api/v1/insight/me", "/api/v1/insight/me/records", "/api/v1/insight/consents"


async def say(person: httpx.AsyncClient, *, granted: bool) -> None:
    """Yes or no to the picture."""
    answer = await person.put(f"{CONSENTS}/picture", json={"granted": granted})
    assert answer.status_code == 200, answer.text


async def test_consent_is_asked_for_granted_withdrawn_and_told_with_its_time(live: Live) -> None:
    async with live.signed_in("person") as person:
        await say(person, granted=False)
        refused = await person.get(ME)
        assert (refused.status_code, refused.json()["code"]) == (409, "consent_missing")
        assert (await person.get(f"{RECORDS}?since=2026-01-01&until=2026-02-01")).status_code == 409
        await say(person, granted=True)
        picture = (await person.get(ME)).json()
        assert picture["currency"] == "CNY"
        assert picture["why"]["href"].startswith(RECORDS)
        assert len(picture["months"]) == 13
        held = {one["purpose"]: one for one in (await person.get(CONSENTS)).json()["items"]}
        assert held["picture"]["granted"] is True
        assert held["picture"]["since"].endswith("Z")
        assert held["statistics"]["granted"] is True
        assert held["statistics"]["since"] is None


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{ME}?month=2026-13", "request_invalid"),
        (f"{ME}?month=0000-01", "request_invalid"),
        (f"{ME}?month=2199-01", "month_unknown"),
        (f"{ME}?month=now", "request_invalid"),
        (RECORDS, "request_invalid"),
        (f"{RECORDS}?since=2026-02-02&until=2026-02-01", "month_unknown"),
        (f"{RECORDS}?since=0001-01-01&until=9999-12-31", "month_unknown"),
        (f"{RECORDS}?since=2026-01-01&until=2026-02-01&category=beer", "request_invalid"),
        (f"{RECORDS}?since=2026-01-01&until=2026-02-01&day_of_month_max=32", "request_invalid"),
        (f"{RECORDS}?since=2026-01-01&until=2026-02-01&cursor=abc", "cursor_malformed"),
        (
            f"{RECORDS}?since=2026-01-01&until=2026-02-01"
            "&cursor=WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAsIjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCJd",
            "cursor_malformed",
        ),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_name(live: Live, path: str, code: str) -> None:
    async with live.signed_in("person") as person:
        await say(person, granted=True)
        answer = await person.get(path)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    ("path", "body"), [(f"{CONSENTS}/everything", {"granted": True}), (f"{CONSENTS}/picture", {})]
)
async def test_a_consent_to_nothing_in_particular_is_refused(
    live: Live, path: str, body: dict[str, Any]
) -> None:
    async with live.signed_in("person") as person:
        answer = await person.put(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")


async def test_groups_are_told_once_there_has_been_a_batch(live: Live) -> None:
    live.command("insight", "build", "--json")
    live.command("insight", "score", "--json")
    async with live.signed_in("operator") as operator:
        told = (await operator.get("/api/v1/insight/aggregates")).json()
        assert told["group_min"] == 20
        assert all(group["people"] >= 20 for group in told["groups"])
    assert "withheld" in live.command("insight", "report").stdout


def test_a_comparison_that_is_not_there_is_named_with_those_that_are(live: Live) -> None:
    done = live.command("insight", "evaluate", "everything", check=False)
    assert done.returncode == 1
    assert "insight_comparison_unknown" in done.stderr
    assert {"capacity", "cdnow"} <= set(done.stderr.replace(",", " ").split())
