"""What comes again is looked for in the payments of those who let it be, and told to nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from qianbao.clock import business_date
from qianbao.credentials.models import Caller
from qianbao.ids import of_int
from qianbao.insight.picture.service import ConsentMissing, Pictures
from qianbao.insight.purposes import Purpose
from qianbao.insight.recurring.models import Oddity, Payment, Period
from qianbao.insight.recurring.service import Recurrings
from qianbao.insight.scores.service import Scores
from tests.insight.conftest import House
from tests.insight.recurring.lives import GYM, PHONE, RENT, TODAY, Life

INSERT = """
INSERT INTO consumption (trade, record, person, seq, happened, day, amount, own, refunded, merchant, currency,
       category, scene, brand, city, tier)
SELECT trade, record, person, seq, happened, day, amount, own, refunded, merchant, currency, category, scene,
       brand, city, tier
FROM   json_populate_recordset(NULL::consumption, $1::json)
"""


def recurrings(house: House) -> Recurrings:
    """The room of the town."""
    scores = Scores(house.town.db, archive=house.archive, clock=house.town.clock)
    pictures = Pictures(
        house.town.db, known=house.known, consents=house.consents, scores=scores, clock=house.town.clock
    )
    return Recurrings(house.town.db, pictures=pictures, clock=house.town.clock)


async def lived(house: House, person: Caller, life: Life, *, number: int) -> list[Payment]:
    """A life as somebody's records, moved so that it ends on the town's day."""
    pseudonym = await house.pseudonym(person)
    moved = business_date(house.town.clock.now()) - TODAY
    rows: list[dict[str, Any]] = []
    shown: list[Payment] = []
    for at, one in enumerate(life.payments):
        trade = of_int((0x7EC0 << 64) + (number << 32) + at)
        happened = one.happened + moved.days * 86_400 * 10**9 - 8 * 3_600 * 10**9
        shown.append(msgspec.structs.replace(one, trade=trade, happened=happened, day=one.day + moved))
        rows.append(
            {
                "trade": str(trade), "record": str(trade), "person": str(pseudonym), "seq": at,
                "happened": happened,
                "day": (one.day + moved).isoformat(), "amount": one.spent, "own": one.spent, "refunded": 0,
                "merchant": str(one.merchant), "currency": "CNY", "category": one.category, "scene": "code",
                "brand": "", "city": "", "tier": "",
            }
        )  # fmt: skip
    await house.town.db.write(INSERT, msgspec.json.encode(rows).decode())
    return shown


async def test_a_batch_finds_ones_own_bills_and_odd_payments(house: House) -> None:
    room = recurrings(house)
    payer, _ = await house.town.someone()
    life = Life(1).noise(days=300).bills()
    big = life.pay(TODAY, 60_000, PHONE, "bills")
    shown = await lived(house, payer, life, number=1)
    pseudonym = await house.pseudonym(payer)
    await house.consents.say(pseudonym, Purpose.PICTURE, granted=True)
    assert await room.of(payer) is None
    batch = await room.batch()
    assert batch.records >= len(life.payments)
    found = await room.of(payer)
    assert found is not None
    by_merchant = {one.merchant: one for one in found.recurring}
    assert by_merchant[RENT].period is Period.MONTH
    assert by_merchant[GYM].period is Period.WEEK
    told = {one.trade: one for one in found.odd}
    trade = shown[life.payments.index(big)].trade
    assert told[trade].kind is Oddity.MERCHANT
    assert (shown[life.payments.index(big)].happened, told[trade].spent) == (told[trade].happened, 60_000)


async def test_without_consent_nothing_is_looked_at_and_nothing_told(house: House) -> None:
    room = recurrings(house)
    payer, _ = await house.town.someone()
    await lived(house, payer, Life(2).bills(), number=2)
    pseudonym = await house.pseudonym(payer)
    await house.consents.say(pseudonym, Purpose.PICTURE, granted=True)
    await room.batch()
    await house.consents.say(pseudonym, Purpose.PICTURE, granted=False)
    with pytest.raises(ConsentMissing):
        await room.of(payer)
    house.town.clock.advance(1)
    before = await room.batch()
    rows = await house.town.db.rows("SELECT person FROM insight_recurring WHERE person = $1", pseudonym)
    assert rows == []
    await house.consents.say(pseudonym, Purpose.PICTURE, granted=True)
    assert await room.of(payer) is None
    house.town.clock.advance(1)
    assert (await room.batch()).people == before.people + 1


async def test_a_refund_takes_a_payment_off(house: House) -> None:
    room = recurrings(house)
    payer, _ = await house.town.someone()
    life = Life(3)
    for back in range(6):
        life.pay(TODAY - timedelta(days=7 * back), 4_900, GYM, "leisure")
    await lived(house, payer, life, number=3)
    pseudonym = await house.pseudonym(payer)
    await house.consents.say(pseudonym, Purpose.PICTURE, granted=True)
    await room.batch()
    found = await room.of(payer)
    assert found is not None
    assert [one.merchant for one in found.recurring if one.merchant == GYM] == [GYM]
    await house.town.db.write("UPDATE consumption SET refunded = own WHERE person = $1", pseudonym)
    await room.batch()
    found = await room.of(payer)
    assert found is not None
    assert found.recurring == ()


async def test_whoever_is_erased_is_not_written_again(house: House) -> None:
    room = recurrings(house)
    payer, _ = await house.town.someone()
    await lived(house, payer, Life(4).bills(), number=4)
    pseudonym = await house.pseudonym(payer)
    await house.consents.say(pseudonym, Purpose.PICTURE, granted=True)
    await house.town.db.write("DELETE FROM insight_person WHERE pseudonym = $1", pseudonym)
    await room.batch()
    rows = await house.town.db.rows("SELECT person FROM insight_recurring WHERE person = $1", pseudonym)
    assert rows == []
    assert await house.known.find(payer.id) is None
