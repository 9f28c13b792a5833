"""Behaviour comes in by command and over HTTP, and both count every row."""

from __future__ import annotations

import json
from typing import Any

from tests.live import Live

PATH = "/api/v1/insight/behaviour/events"


def event(**more: Any) -> dict[str, Any]:
    """A search of somebody whom nobody knows."""
    return {
        "id": "door-1", "person": "nobody-here", "happened": "2026-11-01T12:00:00+08:00",
        "action": "search", "query": "shoes",
    } | more  # fmt: skip


async def test_an_operator_hands_in_a_batch_and_is_told_of_every_row(live: Live) -> None:
    async with live.signed_in("person") as person:
        me = (await person.get("/api/v1/me")).json()["id"]
        assert (await person.post(PATH, json=[event()])).status_code == 403
    good = event(person=me)
    async with live.signed_in("operator") as operator:
        told = (await operator.post(PATH, json=[good, event(), event(query="\x00")])).json()
        assert (told["rows"], told["kept"], told["repeated"], told["quarantined"]) == (3, 1, 0, 2)
        assert [(one["row"], one["reason"]) for one in told["refusals"]] == [
            (1, "person_unknown"),
            (2, "schema"),
        ]
        again = (await operator.post(PATH, json=[good])).json()
        assert (again["kept"], again["repeated"]) == (0, 1)
        for wrong in ([], [1], {}, [event(query="")] * 201):
            assert (await operator.post(PATH, json=wrong)).status_code == 400
        assert (await operator.post(f"{PATH}x", json=[good])).status_code == 400
        log = (await operator.get("/api/v1/audit")).text
        assert "insight/behaviour" in log
        assert "shoes" not in log


def test_a_file_is_taken_by_a_command_and_what_is_kept_aside_is_tried_again(live: Live) -> None:
    path = live.home / "events.jsonl"
    rows = [event(id=f"file-{number}", person=f"nobody-{number}") for number in range(3)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    told = json.loads(live.command("insight", "ingest", "events", str(path), "--json").stdout)
    assert told == {"rows": 3, "kept": 0, "repeated": 0, "quarantined": 3}
    assert "3 rows = 0 kept" in live.command("insight", "ingest", "events", str(path)).stdout
    found = json.loads(live.command("insight", "quarantine", "list", "--kind", "events", "--json").stdout)
    [mine] = [one for one in found if "file-0" in one["data"]]
    shown = json.loads(live.command("insight", "quarantine", "show", mine["id"]).stdout)
    assert shown["reason"] == "person_unknown"
    again = json.loads(live.command("insight", "quarantine", "replay", mine["id"], "--json").stdout)
    assert again == {"rows": 1, "kept": 0, "repeated": 0, "quarantined": 1}
    every = json.loads(live.command("insight", "quarantine", "replay", "--json").stdout)
    assert every["rows"] >= 3
    refused = live.command("insight", "quarantine", "show", "0" * 32, check=False)
    assert (refused.returncode, "quarantined_unknown" in refused.stderr) == (1, True)
    assert (
        live.command("insight", "ingest", "events", str(path.with_suffix(".xls")), check=False).returncode
        == 1
    )
