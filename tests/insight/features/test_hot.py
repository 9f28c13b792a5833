"""Hot features: moved with each record, each payment once, and at the day's end what the batch says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from qianbao.clock import SECOND, SystemClock, business_date, rfc3339
from qianbao.ids import Id
from qianbao.insight.features import build
from qianbao.insight.features.catalogue import FEATURES
from qianbao.insight.features.hot import store as hot
from qianbao.insight.purposes import Purpose
from qianbao.insight.records.archive import Snapshot
from qianbao.insight.records.reader import Reader
from tests.events.told import fresh, tell
from tests.insight.conftest import House, house, town

__all__ = ["house", "town"]

EVER = 2**62
DAY_NS = 86_400 * SECOND
NOW = SystemClock().now()
TODAY = business_date(NOW)


@dataclass(frozen=True)
class Payer:
    """Somebody of whom the outbox tells."""

    house: House
    wallet: Id
    person: Id

    async def pays(self, amount: int, *, ago: int = 0, known: int = 0, **said: Any) -> Id:
        """A payment of some days ago, learnt so many days ago; its trade."""
        trade = fresh()
        await self.told("trade.paid", trade, amount, ago=ago, known=known, **said)
        return trade

    async def told(
        self, kind: str, trade: Id, amount: int, *, ago: int = 0, known: int = 0, **said: Any
    ) -> None:
        """An event of the outbox, not read yet."""
        db = self.house.town.db
        event = await tell(db.pool, kind)
        data = {
            "trade": str(trade), "state": "paid", "merchant": str(fresh()), "amount": amount,
            "currency": "CNY", "scene": "online", "payer": str(self.wallet), "paid_by_payer": amount,
            "paid_at": rfc3339(NOW - ago * DAY_NS),
        } | said  # fmt: skip
        text = msgspec.json.encode(data).decode()
        written = "UPDATE command SET data = $2, ts = $3 WHERE id = $1"
        await db.write(written, event, text, NOW - known * DAY_NS)

    async def now(self) -> Mapping[str, int]:
        """Their hot features, after all has been read: equal to the batch's."""
        await self.house.reader.to_the_end()
        found = await hot.features(self.house.town.db, self.person, TODAY, Purpose.STATISTICS)
        assert found == (await batch(self.house)).get(self.person, dict.fromkeys(hot.NAMES, 0))
        return found


async def batch(house: House) -> Mapping[Id, Mapping[str, int]]:
    """What the registry says of everybody as of today, by pseudonym."""

    def run(snapshot: Snapshot) -> Any:
        with snapshot.opened() as tables:
            return build.table(tables, TODAY, [FEATURES[name] for name in hot.NAMES]).to_pylist()

    rows = await asyncio.to_thread(run, await house.archive.snapshot(Purpose.STATISTICS, until=EVER))
    return {row.pop("person"): row for row in rows}


@pytest.fixture
async def payer(house: House) -> Payer:
    """Somebody new, whom the records do not know yet."""
    person, wallet = await house.town.someone()
    await house.reader.to_the_end()
    return Payer(house, wallet, await house.pseudonym(person))


async def test_at_the_days_end_hot_features_are_those_of_the_batch(payer: Payer) -> None:
    for ago, amount in ((0, 1_00), (3, 2_00), (6, 4_00), (7, 8_00), (29, 16_00), (30, 32_00), (400, 64_00)):
        await payer.pays(amount, ago=ago)
    await payer.pays(5_00, paid_by_payer=4_50)
    await payer.pays(9_99, currency="USD")
    found = await payer.now()
    assert [found[f"spent_{days}d"] for days in hot.WINDOWS] == [5_50, 11_50, 35_50]
    assert [found[f"purchases_{days}d"] for days in hot.WINDOWS] == [2, 4, 6]
    assert found["days_30d"] == 5


async def test_a_refund_is_taken_off_the_day_of_its_purchase(payer: Payer) -> None:
    trade = await payer.pays(50_00, ago=5, known=5)
    await payer.pays(1_00)
    assert (await payer.now())["spent_7d"] == 51_00
    for refunded, left in ((20_00, 31_00), (45_00, 6_00), (50_00, 1_00)):
        await payer.told("trade.refunded", trade, 50_00, ago=5, refunded=refunded)
        found = await payer.now()
        assert (found["spent_1d"], found["spent_7d"]) == (1_00, left)
    assert (found["purchases_7d"], found["days_30d"]) == (1, 1)


async def test_a_payment_and_its_refund_read_in_one_page_count_once(payer: Payer) -> None:
    trade = await payer.pays(50_00)
    await payer.told("trade.refunded", trade, 50_00, refunded=30_00)
    assert (await payer.now())["spent_1d"] == 20_00


async def test_a_refund_of_a_payment_that_made_no_record_takes_nothing_off(payer: Payer) -> None:
    await payer.pays(10_00)
    trade = await payer.pays(50_00, paid_at="yesterday")
    for refunded in (1_00, 2_00):
        await payer.told("trade.refunded", trade, 50_00, refunded=refunded)
        assert (await payer.now())["spent_1d"] == 10_00


async def test_a_day_that_is_looked_back_on_no_more_goes(payer: Payer) -> None:
    await payer.pays(8_00, ago=45, known=45)
    await payer.house.reader.to_the_end()
    count = "SELECT count(*) AS days FROM insight_hot WHERE person = $1"
    before = await payer.house.town.db.row(count, payer.person)
    await payer.pays(3_00)
    await payer.now()
    after = await payer.house.town.db.row(count, payer.person)
    assert before is not None
    assert after is not None
    assert (before["days"], after["days"]) == (1, 1)


async def test_a_reader_killed_around_its_commit_counts_each_payment_once(payer: Payer) -> None:
    house = payer.house

    class Before(Reader):
        async def _write(self, *_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

    class After(Reader):
        async def _write(self, *given: Any, **named: Any) -> None:
            await super()._write(*given, **named)
            raise KeyboardInterrupt

    for killed in (Before, After):
        await payer.pays(9_00)
        with pytest.raises(KeyboardInterrupt):
            await killed(house.town.db, feed=house.reader._feed, known=house.known).turn()
    assert (await payer.now())["purchases_1d"] == 2


async def test_hot_features_of_who_objects_are_not_read(payer: Payer) -> None:
    await payer.pays(4_00)
    assert (await payer.now())["purchases_30d"] == 1
    await payer.house.consents.say(payer.person, Purpose.STATISTICS, granted=False)
    assert (await payer.now()) == dict.fromkeys(hot.NAMES, 0)
