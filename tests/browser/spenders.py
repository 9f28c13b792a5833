"""People with a year of purchases: events as replayed records leave them, read and scored by the house."""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from qianbao.api.logins import ready_id
from qianbao.api.parts import Parts, opened
from qianbao.clock import BUSINESS_ZONE, SECOND, business_date, moment, rfc3339
from qianbao.config import load
from qianbao.ids import Id, derive, of_int
from qianbao.parties.models import CityTier, KycClass
from qianbao.parties.opening import open_many
from qianbao.parties.requests import NewMerchant, NewPerson, NewStore, NewWallet
from tests.live import Live

SCOPE: Final = of_int(0x5BE7 << 64)
DAY: Final = 86_400 * SECOND
OTHERS: Final = 140
COLUMNS: Final = ("id", "digest", "ts", "caller", "subject", "ordinal", "outcome", "type", "data")
"""Of `command`, as the journal writes an event."""


@dataclass(frozen=True, slots=True)
class Shop:
    """Where people buy: how often a month, and for about how much (minor units)."""

    name: str
    mcc: str
    often: float
    about: int
    city: str = "杭州"
    tier: CityTier = CityTier.NEW_FIRST


SHOPS: Final = (
    Shop("兰州拉面 Lanzhou Noodles", "5812", 7.0, 28_00),
    Shop("鲜丰水果 Fresh Fruit", "5411", 5.0, 46_00, "昆明", CityTier.SECOND),
    Shop("地铁 Metro", "4111", 8.0, 6_00, "上海", CityTier.FIRST),
    Shop("优衣 Everyday Wear", "5651", 0.8, 199_00),
    Shop("同仁药房 Pharmacy", "5912", 0.6, 58_00),
    Shop("电信营业厅 Telecom", "4814", 1.0, 79_00),
    Shop("星光影院 Starlight Cinema", "7832", 1.2, 45_00, "兰州", CityTier.THIRD),
)
GYM: Final = Shop("动起来健身 Move Gym", "7997", 0.0, 49_00)
"""The ready person's, each week; the last time for four times the money."""


async def look_again(live: Live) -> None:
    """What comes again is looked for in the payments of those who agreed by now."""
    settings = load({**live.environ, "QIANBAO_DATABASE_URL": live.running.database_url})
    async with opened(settings, application="qianbao-spenders") as parts:
        await parts.insight.recurring.batch()


async def spend(live: Live) -> None:
    """A year of the ready person, and of others beside them; then records, lake and scores."""
    settings = load({**live.environ, "QIANBAO_DATABASE_URL": live.running.database_url})
    async with opened(settings, application="qianbao-spenders") as parts:
        people = [derive(SCOPE, f"person {number}") for number in range(OTHERS)]
        wallets = [derive(SCOPE, f"wallet {number}") for number in range(OTHERS)]
        await _open(parts, people, wallets)
        brands = [brand.key for brand in parts.brands.all]
        rows = [
            row
            for number, wallet in enumerate([ready_id("wallet"), *wallets])
            for row in _year(parts.clock.now(), wallet, number, brands[(number + 1) % 2])
        ]
        async with parts.db.transaction() as connection:
            await connection.copy_records_to_table("command", records=rows, columns=COLUMNS)
        await parts.insight.reader.to_the_end()
        await parts.insight.lake.close()
        await parts.insight.scores.batch()


async def _open(parts: Parts, people: list[Id], wallets: list[Id]) -> None:
    brands = [brand.key for brand in parts.brands.all]
    by_handle = [brand.identification == "handle" for brand in parts.brands.all]
    await open_many(
        parties=parts.parties,
        ledger=parts.ledger,
        brands=parts.brands,
        kyc=parts.kyc,
        clock=parts.clock,
        people=[
            NewPerson(id=one, name="路人", birth_year=1960 + at % 45, kyc_class=KycClass.III)
            for at, one in enumerate(people)
        ],
        wallets=[
            NewWallet(
                id=wallet,
                person=people[at],
                brand=brands[at % 2],
                handle=f"spender{at}" if by_handle[at % 2] else None,
            )
            for at, wallet in enumerate(wallets)
        ],
        merchants=[NewMerchant(id=_merchant(shop), name=shop.name, mcc=shop.mcc) for shop in (*SHOPS, GYM)],
        stores=[
            NewStore(
                id=derive(_merchant(shop), "store"),
                merchant=_merchant(shop),
                name=shop.name,
                city=shop.city,
                city_tier=shop.tier,
                longitude=120.21,
                latitude=30.25,
            )
            for shop in (*SHOPS, GYM)
        ],
    )


def _merchant(shop: Shop) -> Id:
    return derive(SCOPE, f"merchant {shop.mcc}")


def _year(now: int, wallet: Id, number: int, brand: str) -> list[tuple[Any, ...]]:
    """Thirteen months of one wallet, up to yesterday; each person lives on a level of their own."""
    draw = random.Random(number)
    level = 1.0 if not number else draw.lognormvariate(-0.6, 0.6)
    today = business_date(now)
    first = today - dt.timedelta(days=400)
    rows: list[tuple[Any, ...]] = []
    for day in (first + dt.timedelta(days=n) for n in range(400)):
        season = 1 + 0.15 * math.sin(day.month)
        for shop in SHOPS:
            if draw.random() < shop.often * level * season / 30:
                amount = max(1_00, round(shop.about * draw.lognormvariate(0, 0.35)))
                rows.append(_paid(now, wallet, brand, shop, day, amount, len(rows)))
    if not number:
        for back in range(40, -1, -1):
            day = today - dt.timedelta(days=2 + 7 * back)
            rows.append(_paid(now, wallet, brand, GYM, day, GYM.about if back else GYM.about * 4, len(rows)))
    return rows


def _paid(
    now: int, wallet: Id, brand: str, shop: Shop, day: dt.date, amount: int, place: int
) -> tuple[Any, ...]:
    at = dt.datetime.combine(day, dt.time(8 + place % 12, place % 60), BUSINESS_ZONE)
    trade = derive(wallet, f"bought {place}")
    data = {
        "trade": str(trade),
        "state": "paid",
        "merchant": str(_merchant(shop)),
        "store": str(derive(_merchant(shop), "store")),
        "out_trade_no": f"S{place}",
        "amount": amount,
        "currency": "CNY",
        "scene": "offline_code",
        "created_at": rfc3339(now),
        "payer": str(wallet),
        "paid_at": rfc3339(now),
        "paid_by_payer": amount,
        "fee": 0,
        "mcc": shop.mcc,
        "city": shop.city,
        "brand": brand,
        "occurred_at": at.astimezone(moment(now).tzinfo).isoformat(),
    }
    event = derive(trade, "event")
    told = msgspec.json.encode(data).decode()
    return event, 0, now, event, trade, place % 30_000, 0, "trade.paid", told
