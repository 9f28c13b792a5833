"""The log of reading: what it says was read, was; what may not be read, it never says."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from qianbao.clock import SECOND, SystemClock
from qianbao.credentials.models import Caller
from qianbao.db import connect
from qianbao.ids import Id
from qianbao.insight.picture.service import ConsentMissing, Pictures, PurposeNotAsked
from qianbao.insight.purposes import Purpose
from qianbao.insight.records.archive import Archive
from qianbao.insight.rights.reads.models import Data, ReadUnwritten
from qianbao.insight.rights.reads.service import AccessLog
from qianbao.insight.rights.reads.store import MYSELF, Reads
from qianbao.insight.rights.reads.words import told
from qianbao.insight.scores.service import Scores
from tests.insight.conftest import House
from tests.insight.test_picture import buyer

TODAY = date(2026, 11, 19)
LOG = """
SELECT seq, began, at, purpose, reader, data, person, people, rows
FROM insight_read WHERE seq > $1 ORDER BY seq
"""


def pictures(house: House, clock: Any = None) -> Pictures:
    """The picture room of the town."""
    clock = clock or house.town.clock
    scores = Scores(house.town.db, archive=house.archive, clock=clock)
    return Pictures(house.town.db, known=house.known, consents=house.consents, scores=scores, clock=clock)


def access_log(house: House) -> AccessLog:
    """The log as people see it."""
    return AccessLog(house.town.db, reads=Reads(house.town.db, clock=house.town.clock))


async def mark(house: House) -> int:
    """The last line of the log."""
    row = await house.town.db.row("SELECT coalesce(max(seq), 0) AS seq FROM insight_read")
    assert row is not None
    last: int = row["seq"]
    return last


async def lines(house: House, since: int, person: Id | None = None) -> Sequence[Any]:
    """The log's lines since, of one person or of everybody's records."""
    return [row for row in await house.town.db.rows(LOG, since) if row["person"] == person]


async def test_every_reading_of_ones_records_is_a_line_with_purpose_reader_time_and_how_many(
    house: House,
) -> None:
    room = pictures(house)
    person, _, _ = await buyer(house, 12_00, 30_00)
    somebody = await house.pseudonym(person)
    await room.say(person, Purpose.PICTURE, granted=True)
    since = await mark(house)
    await room.picture(person, None)
    await room.records(person, since=TODAY, until=TODAY, limit=1)
    found = await lines(house, since, somebody)
    assert [(row["purpose"], row["reader"], row["data"], row["people"], row["rows"]) for row in found] == [
        ("picture", MYSELF, "records", 1, 2),
        ("picture", MYSELF, "records", 1, 1),
    ]
    assert {row["at"] for row in found} == {house.town.clock.at}


async def test_without_consent_nothing_is_read_for_that_purpose_as_the_log_proves(house: House) -> None:
    await house.town.db.write("DELETE FROM insight_consent")
    room = pictures(house)
    person, _, _ = await buyer(house, 12_00)
    somebody = await house.pseudonym(person)
    since = await mark(house)
    for asked in (room.picture(person, None), room.records(person, since=TODAY, until=TODAY)):
        with pytest.raises(ConsentMissing):
            await asked
    snapshot = await house.archive.snapshot(Purpose.PICTURE, until=2**62)
    with snapshot.opened() as tables:
        assert tables.execute("SELECT count(*) FROM fact").fetchall() == [(0,)]
    assert await lines(house, since, somebody) == []
    [everybody] = await lines(house, since)
    assert (everybody["purpose"], everybody["people"], everybody["rows"]) == ("picture", 0, 0)


async def test_a_snapshots_line_says_what_the_snapshot_shows(house: House) -> None:
    person, _, _ = await buyer(house, 12_00, 8_00)
    other, _, _ = await buyer(house, 30_00)
    await house.lake.close()
    await buyer(house, 5_00)  # not in the lake yet

    async def read() -> tuple[Any, int, int]:
        since = await mark(house)
        snapshot = await house.archive.snapshot(Purpose.STATISTICS, until=2**62)
        with snapshot.opened() as tables:
            [(facts, people)] = tables.execute("SELECT count(*), count(DISTINCT person) FROM fact").fetchall()
        [line] = await lines(house, since)
        return line, facts, people

    line, facts, _ = await read()
    assert (line["rows"], facts) == (4, 4)
    before = line["people"]
    await house.consents.say(await house.pseudonym(person), Purpose.STATISTICS, granted=False)
    line, facts, _ = await read()
    assert (line["rows"], facts, line["people"]) == (2, 2, before - 1)
    await house.consents.say(await house.pseudonym(other), Purpose.STATISTICS, granted=False)
    line, facts, _ = await read()
    assert (line["rows"], facts, line["people"]) == (1, 1, before - 2)


async def test_a_withdrawal_stops_every_reader_within_a_second_as_the_log_proves(house: House) -> None:
    clock = SystemClock()
    person, _, _ = await buyer(house, 12_00, 30_00)
    somebody = await house.pseudonym(person)
    own = pictures(house, clock)
    await own.say(person, Purpose.PICTURE, granted=True)
    stop = asyncio.Event()
    # Each with a pool of its own, as other processes have them.
    pools = [await connect(house.town.db.url, size_max=2) for _ in range(2)]
    since = await mark(house)
    read, refused = 0, 0

    async def reader(room: Pictures) -> None:
        nonlocal read, refused
        while not stop.is_set():
            try:
                picture, _ = await room.picture(person, None)
                read += picture.records > 0  # it was withdrawn while they asked: an empty picture
            except ConsentMissing:
                refused += 1

    async def batches(archive: Archive) -> None:
        while not stop.is_set():
            await archive.snapshot(Purpose.PICTURE, until=2**62)

    tasks: list[asyncio.Task[None]] = []
    for db in pools:
        scores = Scores(db, archive=house.archive, clock=clock)
        room = Pictures(db, known=house.known, consents=house.consents, scores=scores, clock=clock)
        tasks.append(asyncio.create_task(reader(room)))
    tasks.append(asyncio.create_task(batches(Archive(pools[0], folder=house.lake.folder, clock=clock))))
    while read < 5:  # noqa: ASYNC110 - the readers are counted, not waited for
        await asyncio.sleep(0.05)
    asked = clock.now()
    await own.say(person, Purpose.PICTURE, granted=False)
    while refused < 5 or clock.now() < asked + 2 * SECOND:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    stop.set()
    await asyncio.gather(*tasks)
    for db in pools:
        await db.close()
    theirs = await lines(house, since, somebody)
    assert len(theirs) == read  # each reading has its line, and each line was a reading
    assert max(row["began"] for row in theirs) < asked + SECOND
    crowd = [row for row in await lines(house, since) if row["began"] > asked + SECOND]
    assert crowd
    assert {(row["people"], row["rows"]) for row in crowd} == {(0, 0)}


async def test_a_person_sees_who_read_their_records_alone_or_among_all_and_nobody_elses_lines(
    house: House,
) -> None:
    room, log = pictures(house), access_log(house)
    person, _, _ = await buyer(house, 12_00)
    other, _, _ = await buyer(house, 99_00)
    for one in (person, other):
        await room.say(one, Purpose.PICTURE, granted=True)
        await room.picture(one, None)
    house.town.clock.advance(10)
    await house.archive.snapshot(Purpose.STATISTICS, until=2**62)
    seen = await log.of(person)
    assert [(one.purpose, one.reader, one.own, one.rows) for one in seen[:2]] == [
        ("statistics", "qianbao", False, seen[0].rows),
        ("picture", MYSELF, True, 1),
    ]
    assert sum(one.own for one in seen) == 1
    words = [told(one) for one in seen]
    assert "Yours were among them" in words[0].en
    assert "其中有你的" in words[0].zh
    assert words[1].en == "You read 1 of your records of what was paid, for the picture of what you spend."


async def test_who_objected_is_not_told_of_readings_that_left_them_out(house: House) -> None:
    room, log = pictures(house), access_log(house)
    person, _, _ = await buyer(house, 12_00)
    await buyer(house, 99_00)  # somebody else is read all the while
    house.town.clock.advance(10)
    await house.archive.snapshot(Purpose.STATISTICS, until=2**62)
    assert [one.purpose for one in await log.of(person)] == ["statistics"]
    house.town.clock.advance(10)
    await room.say(person, Purpose.STATISTICS, granted=False)
    house.town.clock.advance(0.5)
    await house.archive.snapshot(Purpose.STATISTICS, until=2**62)
    assert len(await log.of(person)) == 2  # within the second it may have been: it is rather told
    house.town.clock.advance(10)
    await house.archive.snapshot(Purpose.STATISTICS, until=2**62)
    assert len(await log.of(person)) == 2
    house.town.clock.advance(10)
    await room.say(person, Purpose.STATISTICS, granted=True)
    await house.archive.snapshot(Purpose.STATISTICS, until=2**62)
    assert len(await log.of(person)) == 3


async def test_the_log_is_read_page_by_page_and_somebody_without_records_has_none(house: House) -> None:
    log = access_log(house)
    person, _, _ = await buyer(house, 12_00)
    somebody = await house.pseudonym(person)
    reads = Reads(house.town.db, clock=house.town.clock)
    for rows in range(1, 8):
        await reads.one(somebody, Purpose.PICTURE, Data.SCORES, rows=rows)
    first = await log.of(person, limit=4)
    rest = await log.of(person, before=first[-1].seq, limit=4)
    assert [one.rows for one in (*first, *rest)] == [7, 6, 5, 4, 3, 2, 1]
    newcomer, _ = await house.town.someone()
    assert await log.of(newcomer) == []


async def test_readings_that_come_at_once_are_written_at_once_and_each_stays_a_line(house: House) -> None:
    person, _, _ = await buyer(house, 12_00)
    somebody = await house.pseudonym(person)
    reads = Reads(house.town.db, clock=house.town.clock)
    since = await mark(house)
    await asyncio.gather(*(reads.one(somebody, Purpose.PICTURE, Data.SCORES, rows=1) for _ in range(500)))
    found = await house.town.db.rows(
        "SELECT count(*) AS lines, count(DISTINCT xmin::text) AS commits FROM insight_read WHERE seq > $1",
        since,
    )
    assert found[0]["lines"] == 500
    assert found[0]["commits"] <= 3


async def test_what_cannot_be_logged_is_not_read(house: House) -> None:
    person, _, _ = await buyer(house, 12_00)
    room = pictures(house)
    await room.say(person, Purpose.PICTURE, granted=True)
    await house.town.db.write("ALTER TABLE insight_read RENAME TO insight_read_away")
    try:
        with pytest.raises(ReadUnwritten):
            await room.picture(person, None)
    finally:
        await house.town.db.write("ALTER TABLE insight_read_away RENAME TO insight_read")
    await room.picture(person, None)


async def test_what_the_law_gives_is_not_asked_for(house: House) -> None:
    person: Caller
    person, _, _ = await buyer(house, 12_00)
    with pytest.raises(PurposeNotAsked):
        await pictures(house).say(person, Purpose.RIGHTS, granted=False)
