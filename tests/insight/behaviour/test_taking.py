"""Every row that comes in is kept, a repeat, or kept aside with its reason; and none is there twice."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qianbao.insight.behaviour import files
from qianbao.insight.behaviour.errors import BehaviourFileUnreadable, QuarantinedUnknown
from qianbao.insight.behaviour.models import Counts, Kind, Raw, Reason
from qianbao.insight.purposes import Purpose
from tests.insight.behaviour.conftest import Elsewhere


def counted(told: Counts) -> tuple[int, int, int, int]:
    """Rows, kept, repeated, kept aside."""
    return told.rows, told.kept, told.repeated, told.quarantined


async def stands(elsewhere: Elsewhere, kind: Kind, *, until: int | None = None) -> list[dict[str, Any]]:
    """What statistics may read."""
    return await elsewhere.room.read(kind, Purpose.STATISTICS, until=until)


async def test_a_row_is_kept_once_however_often_and_with_whomever_it_is_sent(elsewhere: Elsewhere) -> None:
    rows = [elsewhere.order() for _ in range(30)]
    first, second = await asyncio.gather(
        elsewhere.take(Kind.ORDERS, *rows), elsewhere.take(Kind.ORDERS, *reversed(rows))
    )
    assert first.kept + second.kept == 30
    assert first.repeated + second.repeated == 30
    assert counted(await elsewhere.take(Kind.ORDERS, rows[0], rows[0], elsewhere.order())) == (3, 1, 2, 0)
    assert len(await stands(elsewhere, Kind.ORDERS)) == 31


async def test_people_are_kept_by_pseudonym_whichever_name_they_come_under(elsewhere: Elsewhere) -> None:
    await elsewhere.take(Kind.ORDERS, elsewhere.order(), elsewhere.order(person=str(elsewhere.person.id)))
    pseudonym = await elsewhere.house.pseudonym(elsewhere.person)
    assert {row["person"] for row in await stands(elsewhere, Kind.ORDERS)} == {pseudonym}
    told = json.dumps(await stands(elsewhere, Kind.ORDERS), default=str)
    assert elsewhere.account not in told
    assert str(elsewhere.person.id) not in told


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"person": "nobody-here"}, Reason.PERSON_UNKNOWN),
        ({"person": "00000000-0000-4000-8000-000000000001"}, Reason.PERSON_UNKNOWN),
        ({"amount": -1}, Reason.SCHEMA),
        ({"amount": 10**30}, Reason.SCHEMA),
        ({"amount": 1.5}, Reason.SCHEMA),
        ({"currency": "yuan"}, Reason.SCHEMA),
        ({"shop": "\x00"}, Reason.SCHEMA),
        ({"person": "a\x00b"}, Reason.SCHEMA),
        ({"status": "lost"}, Reason.SCHEMA),
        ({"colour\x00": "red"}, Reason.SCHEMA),
        ({"happened": "2026-11-01T12:00:00"}, Reason.SCHEMA),
        ({"happened": "2199-01-01T00:00:00Z"}, Reason.TIME),
        ({"happened": "9999-12-31T23:59:59Z"}, Reason.TIME),
        ({"happened": "0001-01-01T00:00:00Z"}, Reason.TIME),
        ({"shop": "\ud800"}, Reason.BROKEN),
        ({"amount": float("nan")}, Reason.BROKEN),
    ],
)
async def test_a_row_that_cannot_be_taken_is_kept_aside_with_its_reason(
    elsewhere: Elsewhere, changes: dict[str, Any], reason: Reason
) -> None:
    told = await elsewhere.take(Kind.ORDERS, elsewhere.order(), elsewhere.order(**changes))
    assert counted(told) == (2, 1, 0, 1)
    [refusal] = told.refusals
    assert (refusal.row, refusal.reason) == (1, reason)
    aside = await elsewhere.room.one(refusal.quarantined)
    assert (aside.reason, aside.detail) == (reason, refusal.detail)


async def test_an_edge_has_two_ends_and_a_time_that_runs_forward(elsewhere: Elsewhere) -> None:
    told = await elsewhere.take(
        Kind.EDGES,
        elsewhere.edge(until="2026-10-01T00:00:00Z"),
        elsewhere.edge(other=elsewhere.account),
        elsewhere.edge(other=str(elsewhere.person.id)),
        elsewhere.edge(weight=7),
        elsewhere.edge(until="2026-11-20T00:00:00Z"),
    )
    assert [one.reason for one in told.refusals] == [Reason.TIME] + 3 * [Reason.SCHEMA]
    [edge] = await stands(elsewhere, Kind.EDGES)
    assert edge["person"] == await elsewhere.house.pseudonym(elsewhere.person)
    assert edge["other"] == await elsewhere.house.pseudonym(elsewhere.other)


async def test_the_same_id_with_other_content_is_kept_aside_and_a_higher_version_amends(
    elsewhere: Elsewhere,
) -> None:
    order = elsewhere.order()
    clock = elsewhere.house.town.clock
    await elsewhere.take(Kind.ORDERS, order)
    told = await elsewhere.take(Kind.ORDERS, order | {"amount": 1}, order)
    assert counted(told) == (2, 0, 0, 2), "two that differ in one batch are both kept aside"
    assert {one.reason for one in told.refusals} == {Reason.CHANGED}
    before = clock.now()
    clock.advance(60)
    await elsewhere.take(Kind.ORDERS, order | {"version": 3, "status": "returned"})
    clock.advance(60)
    late = await elsewhere.take(Kind.ORDERS, order | {"version": 2, "status": "cancelled"})
    assert counted(late) == (1, 1, 0, 0)
    assert [row["status"] for row in await stands(elsewhere, Kind.ORDERS)] == ["returned"]
    assert [row["status"] for row in await stands(elsewhere, Kind.ORDERS, until=before)] == ["paid"]


async def test_a_late_row_is_not_known_before_it_came(elsewhere: Elsewhere) -> None:
    clock = elsewhere.house.town.clock
    before = clock.now()
    clock.advance(1)
    await elsewhere.take(Kind.ORDERS, elsewhere.order(happened="2026-05-01T00:00:00Z"))
    assert await stands(elsewhere, Kind.ORDERS, until=before) == []
    assert len(await stands(elsewhere, Kind.ORDERS)) == 1


async def test_what_is_kept_aside_is_taken_once_its_person_is_known_or_it_is_mended(
    elsewhere: Elsewhere,
) -> None:
    room, bad = elsewhere.room, elsewhere.order(amount=-5)
    told = await elsewhere.take(Kind.ORDERS, bad, elsewhere.order(person="later-here"))
    [amount, unknown] = [one.quarantined for one in told.refusals]
    assert counted(await room.all_again()) == (2, 0, 0, 2)
    assert counted(await room.again(amount, mended="{")) == (1, 0, 0, 1)
    assert (await room.one(amount)).data == json.dumps(bad)
    assert counted(await room.again(amount, mended=json.dumps(bad | {"amount": 5}))) == (1, 1, 0, 0)
    with pytest.raises(QuarantinedUnknown):
        await room.one(amount)
    assert [one.id for one in await room.aside("orders")] == [unknown]
    account = json.dumps(elsewhere.order())
    assert counted(await room.again(unknown, mended=account)) == (1, 1, 0, 0)
    assert await room.aside("orders") == []


ORDER = {"id": "f1", "happened": "2026-11-01T12:00:00+08:00", "amount": 5, "shop": "s", "status": "paid"}


async def test_csv_json_lines_and_parquet_say_the_same(elsewhere: Elsewhere, tmp_path: Path) -> None:
    order = ORDER | {"person": elsewhere.account}
    names = list(order)
    (tmp_path / "a.csv").write_text(
        ",".join(names) + ",category\n" + ",".join(str(order[name]) for name in names) + ",\n"
    )
    (tmp_path / "a.jsonl").write_text(json.dumps(order) + "\n\n")
    column: dict[str, list[Any]] = {name: [value] for name, value in order.items()}
    column["happened"] = [datetime(2026, 11, 1, 4, tzinfo=UTC)]
    pq.write_table(pa.table(column), tmp_path / "a.parquet")
    told = [
        counted(await elsewhere.room.take(Kind.ORDERS, list(files.rows(tmp_path / name))))
        for name in ("a.csv", "a.jsonl", "a.parquet")
    ]
    assert told == [(1, 1, 0, 0), (1, 0, 1, 0), (1, 0, 1, 0)]


async def test_a_broken_line_stops_no_file(elsewhere: Elsewhere, tmp_path: Path) -> None:
    order = ORDER | {"person": elsewhere.account}
    text = json.dumps(order).encode()
    lines = tmp_path / "b.jsonl"
    lines.write_bytes(b"{\n" + b'"\xff"\n' + b"[1]\n" + b"x" * 200_000 + b"\n" + text)
    told = await elsewhere.room.take(Kind.ORDERS, list(files.rows(lines)))
    assert counted(told) == (5, 1, 0, 4)
    table = tmp_path / "b.csv"
    head, cells = ",".join(order), ",".join(str(value) for value in order.values())
    table.write_bytes(f"{head}\n{cells},1\nf2\n".encode() + b"\xff,,,,,\n" + cells.encode())
    told = await elsewhere.room.take(Kind.ORDERS, list(files.rows(table)))
    assert counted(told) == (4, 0, 1, 3)
    assert {one.reason for one in told.refusals} == {Reason.BROKEN}


@pytest.mark.parametrize(
    ("name", "text"), [("a.xlsx", ""), ("a.parquet", "PAR1"), ("a.csv", ""), ("a.csv", "id,id")]
)
def test_a_file_of_no_form_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BehaviourFileUnreadable):
        list(files.rows(tmp_path / name))
    with pytest.raises(BehaviourFileUnreadable):
        list(files.rows(tmp_path / "none.jsonl"))


async def test_a_line_is_kept_aside_once_however_often_it_comes(elsewhere: Elsewhere) -> None:
    for _ in range(3):
        told = await elsewhere.room.take(Kind.EVENTS, [Raw("{}")])
        assert counted(told) == (1, 0, 0, 1)
    assert len(await elsewhere.room.aside("events")) == 1
