"""Erasure: nothing leads from a record to its person any more, and the books are as they were."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from qianbao.ids import NONE, Id
from qianbao.insight.purposes import Purpose
from qianbao.insight.records.reader import SQL as RECORDS
from qianbao.insight.rights.erasure.service import Erasures
from qianbao.insight.scores.service import SQL as SCORES
from qianbao.insight.scores.service import Scores
from qianbao.payments.trade import service as trades
from tests.insight.conftest import House
from tests.insight.rights.test_reads import TODAY, access_log, pictures
from tests.insight.test_picture import buyer
from tests.payments.conftest import PIN
from tests.payments.flows import prepaid

TABLES = """
SELECT c.relname AS place, a.attname AS name
FROM   pg_class AS c
JOIN   pg_attribute AS a ON a.attrelid = c.oid
WHERE  c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
"""


def erasures(house: House) -> Erasures:
    """Erasing, in the town."""
    return Erasures(house.town.db, parties=house.town.room.parties, clock=house.town.clock)


async def where(house: House, value: str) -> set[str]:
    """The tables in which a value stands in any column, whatever its type."""
    found: set[str] = set()
    for row in await house.town.db.rows(TABLES):
        place, name = row["place"], row["name"]
        # Names come from the catalogue.
        query = f'SELECT EXISTS (SELECT 1 FROM "{place}" WHERE strpos("{name}"::text, $1) > 0) AS there'  # noqa: S608
        told = await house.town.db.row(query, value)
        assert told is not None
        if told["there"]:
            found.add(place)
    return found


async def pay(house: House, person: Any, wallet: Id, amount: int) -> Id:
    """A payment of somebody who is there already."""
    trade = await prepaid(house.town, await house.town.shop(), amount)
    await trades.pay(person, house.town.room, command=house.town.key(), trade=trade, wallet=wallet, pin=PIN)
    await house.reader.to_the_end()
    return trade


async def lake(house: House, query: str) -> list[tuple[Any, ...]]:
    """What DuckDB answers over what statistics may read."""
    snapshot = await house.archive.snapshot(Purpose.STATISTICS, until=2**62)

    def run() -> list[tuple[Any, ...]]:
        with snapshot.opened() as tables:
            rows: list[tuple[Any, ...]] = tables.execute(query).fetchall()
            return rows

    return await asyncio.to_thread(run)


async def test_after_it_nothing_leads_from_a_record_to_the_person(house: House) -> None:
    person, wallet = await house.town.someone()
    await pay(house, person, wallet, 12_00)
    await house.lake.close()
    await pay(house, person, wallet, 30_00)
    room = pictures(house)
    await room.say(person, Purpose.PICTURE, granted=True)
    await room.picture(person, None)
    row = await house.town.db.row(
        "SELECT pseudonym, encode(salt, 'hex') AS salt FROM insight_person WHERE person = $1", person.id
    )
    assert row is not None
    pseudonym, salt = row["pseudonym"], row["salt"]
    assert {"insight_person", "consumption", "insight_consent"} <= await where(house, str(pseudonym))
    done = await erasures(house).erase(person)
    assert (done.records, done.waiting) == (2, 1)
    assert done.others > 0
    # The pseudonym stands in the lake, on the list of those that are nobody's, and in the log of reading.
    assert await where(house, str(pseudonym)) == {"insight_orphan", "insight_read"}
    # The salt, by which ids of records are made of trades, stands nowhere; nor does the person in this room.
    assert await where(house, salt) == set()
    assert not {
        place for place in await where(house, str(person.id)) if place.startswith(("insight_", "consumption"))
    }


async def test_after_it_the_books_are_as_they_were_and_a_stores_own_count_is_whole(house: House) -> None:
    person, wallet = await house.town.someone()
    shop = await house.town.shop()
    trade = await prepaid(house.town, shop, 40_00)
    await trades.pay(person, house.town.room, command=house.town.key(), trade=trade, wallet=wallet, pin=PIN)
    await house.reader.to_the_end()

    async def books() -> list[Any]:
        return await house.town.db.rows(
            "SELECT id, debits_posted, credits_posted, debits_pending, credits_pending FROM account"
            " ORDER BY id"
        )

    async def counted() -> list[Any]:
        return await house.town.db.rows(
            "SELECT record, amount, store FROM consumption_fact WHERE merchant = $1 ORDER BY seq",
            shop.merchant,
        )

    before, balance, facts = await books(), await house.town.balance(wallet), await counted()
    await erasures(house).erase(person)
    assert await books() == before
    assert await house.town.balance(wallet) == balance
    assert await counted() == facts
    assert (await house.town.state(trade)).value == "paid"
    row = await house.town.db.row("SELECT person FROM consumption_fact WHERE merchant = $1", shop.merchant)
    assert row is not None
    assert row["person"] == NONE


async def test_whom_nobody_knows_any_more_is_read_for_nothing_and_released_figures_stay(house: House) -> None:
    person, wallet = await house.town.someone()
    await pay(house, person, wallet, 12_00)
    await house.lake.close()
    await pay(house, person, wallet, 13_00)
    await buyer(house, 99_00)
    await house.town.db.write("DELETE FROM insight_group")
    await house.town.db.write(
        "INSERT INTO insight_group (kind, key, people, records, spent) VALUES ('tier', 'new1', 40, 50, 60)"
    )
    assert await lake(house, "SELECT amount FROM record ORDER BY amount") == [(1200,), (1300,), (9900,)]
    # Who had said no before is not read after the word went with the rest.
    await house.consents.say(await house.pseudonym(person), Purpose.STATISTICS, granted=False)
    await erasures(house).erase(person)
    assert await lake(house, "SELECT amount FROM record") == [(9900,)]
    assert [dict(row) for row in await house.town.db.rows("SELECT key, people FROM insight_group")] == [
        {"key": "new1", "people": 40}
    ]


async def test_a_later_payment_makes_a_new_pseudonym_though_the_reader_remembers_the_old_one(
    house: House,
) -> None:
    person, wallet = await house.town.someone()
    await pay(house, person, wallet, 12_00)
    old = await house.pseudonym(person)
    await erasures(house).erase(person)
    trade = await pay(
        house, person, wallet, 30_00
    )  # by the same reader, which has looked the wallet up before
    row = await house.town.db.row("SELECT person, amount FROM consumption WHERE trade = $1", trade)
    assert row is not None
    assert (row["person"], row["amount"]) == (await house.pseudonym(person), 30_00)
    assert row["person"] != old
    orphans = await house.town.db.rows("SELECT 1 FROM consumption_fact WHERE person = $1", old)
    assert orphans == []
    assert await access_log(house).of(person) == []


async def test_an_erasure_and_a_reader_at_once_leave_no_fact_of_the_old_pseudonym(house: House) -> None:
    person, wallet = await house.town.someone()
    for _ in range(5):
        await pay(house, person, wallet, 1_00)
        old = await house.pseudonym(person)
        trade = await prepaid(house.town, await house.town.shop(), 2_00)
        await trades.pay(
            person, house.town.room, command=house.town.key(), trade=trade, wallet=wallet, pin=PIN
        )
        await asyncio.gather(house.reader.to_the_end(), erasures(house).erase(person))
        await house.reader.to_the_end()
        for place in ("consumption", "consumption_fact", "insight_hot"):
            rows = await house.town.db.rows(f"SELECT 1 FROM {place} WHERE person = $1", old)  # noqa: S608
            assert rows == [], place


async def test_what_is_said_while_it_happens_is_kept_of_no_pseudonym_that_is_nobodys(house: House) -> None:
    person, wallet = await house.town.someone()
    room = pictures(house)
    for at_once in (True, True, True, False):
        await pay(house, person, wallet, 1_00)
        old = await house.pseudonym(person)
        if at_once:
            saying = room.say(person, Purpose.PICTURE, granted=True)
            await asyncio.gather(saying, erasures(house).erase(person))
        else:  # it looked the pseudonym up before: a yes would have the old facts in the lake read again
            await erasures(house).erase(person)
            await house.consents.say(old, Purpose.PICTURE, granted=True)
        assert await where(house, str(old)) <= {"insight_orphan", "insight_read"}


async def test_a_batch_that_was_computed_before_it_brings_no_score_back(house: House) -> None:
    person, wallet = await house.town.someone()
    await pay(house, person, wallet, 12_00)
    old = await house.pseudonym(person)
    row = {"person": old, "month": TODAY, "recency_days": 1, "visits": 1, "spent": 1, "made": 1}
    score = msgspec.json.encode([row]).decode()
    await house.town.db.write(SCORES["scores_keep"], score)
    assert await Scores(house.town.db, archive=house.archive, clock=house.town.clock).of(
        old, Purpose.STATISTICS
    )
    await erasures(house).erase(person)
    await house.town.db.write(SCORES["scores_keep"], score)
    rows = await house.town.db.rows("SELECT 1 FROM insight_score WHERE person = $1", old)
    assert rows == []


async def test_erasing_twice_or_where_nothing_is_kept_erases_nothing(house: House) -> None:
    person, wallet = await house.town.someone()
    assert (await erasures(house).erase(person)).records == 0
    await pay(house, person, wallet, 12_00)
    assert (await erasures(house).erase(person)).records == 1
    assert (await erasures(house).erase(person)).records == 0


async def test_events_kept_aside_that_name_the_wallet_go_too(house: House) -> None:
    person, wallet = await house.town.someone()
    await pay(house, person, wallet, 12_00)
    for number, data in enumerate((f'{{"payer": "{wallet}"}}', '{"payer": "somebody else"}')):
        await house.town.db.write(
            "INSERT INTO consumption_quarantine (event, type, reason, detail, data, known)"
            " VALUES ($1, 'trade.paid', 'amounts_wrong', $2, $3, 1)",
            house.town.key(),
            str(number),
            data,
        )
    await erasures(house).erase(person)
    rows = await house.town.db.rows("SELECT data FROM consumption_quarantine WHERE type = 'trade.paid'")
    assert not [row for row in rows if str(wallet) in row["data"]]
    assert [row for row in rows if "somebody else" in row["data"]]


@pytest.mark.parametrize("name", ["people_hold"])
def test_the_reader_asks_for_the_key_rows_before_it_writes(name: str) -> None:
    assert "FOR      KEY SHARE" in RECORDS[name]
