"""Records, features and models in a notebook: tables out, tables in. Read through consent, as everywhere.

import qianbao.insight as insight

book = insight.open()
people = book.features("2026-11-01")
insight.fit_bgnbd(people)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from qianbao import config
from qianbao.clock import SystemClock, business_date
from qianbao.db import connect
from qianbao.errors import Invalid, Unavailable
from qianbao.insight.features import build
from qianbao.insight.features.catalogue import FEATURES
from qianbao.insight.features.histories import histories
from qianbao.insight.features.models import Feature
from qianbao.insight.features.relations import known_until
from qianbao.insight.models import bgnbd
from qianbao.insight.models.bgnbd import BgNbd
from qianbao.insight.purposes import ASKED, Purpose
from qianbao.insight.records.archive import Archive, Snapshot
from qianbao.insight.synth import files

Found = TypeVar("Found")
FIRST: Final = date(1970, 1, 1)
LAST: Final = date(2199, 12, 31)
"""The days that can be asked for: their nanoseconds are numbers of 64 bits."""


class NotRunning(Unavailable):
    """No network runs on this home, and no database was named."""

    code = "insight_not_running"


class FeatureUnknown(Invalid):
    """There is no feature of that name."""

    code = "insight_feature_unknown"


class DayMalformed(Invalid):
    """This is no day, or one that no record can be of."""

    code = "insight_day_malformed"


class PurposeClosed(Invalid):
    """Nobody can say no to this purpose, so nobody's records but one's own are read for it."""

    code = "insight_purpose_closed"


class Notebook:
    """What a data scientist may read, for one purpose: each call through consent as it is then.

    Raises `DatabaseLost` when the database is away.
    """

    def __init__(self, snapshot: Callable[[int | None], Snapshot], purpose: Purpose) -> None:
        """`snapshot`: of what was known by a moment (ns), or by now. Raises `PurposeClosed`."""
        if purpose not in ASKED:
            told = f"Everybody's records are not read for {purpose.value!r}."
            raise PurposeClosed(told, field="purpose", expected=" or ".join(ASKED))
        self._snapshot = snapshot
        self._purpose = purpose

    def records(self, as_of: date | str | None = None) -> Any:
        """Every record that may be read, amended by what was known at the end of a day (now).

        An Arrow table; `.to_pandas()` makes it a data frame. Amounts in minor units, people by pseudonym.
        Raises `DayMalformed`.
        """
        until = None if as_of is None else known_until(day_of(as_of)) - 1

        def run(tables: Any) -> Any:
            tables.execute("SET arrow_lossless_conversion = true")
            return tables.table("record").order("happened, record").to_arrow_table()

        return self._read(until, run)

    def features(self, as_of: date | str | None = None, names: Iterable[str] | None = None) -> Any:
        """Registered features, all or some, as of a business day (today): an Arrow table, a row a person.

        Raises `DayMalformed`, `FeatureUnknown`.
        """
        day = business_date(SystemClock().now()) if as_of is None else day_of(as_of)
        asked = chosen(names, self._purpose)
        return self._read(known_until(day) - 1, lambda tables: build.table(tables, day, asked))

    def _read(self, until: int | None, run: Callable[[Any], Found]) -> Found:
        with self._snapshot(until).opened() as tables:
            return run(tables)


def open(
    url: str | None = None, *, home: Path | None = None, purpose: Purpose = Purpose.STATISTICS
) -> Notebook:
    """An installation's records: of the network that runs on `home` (`QIANBAO_HOME`), or of a database.

    Raises `NotRunning`, `PurposeClosed`.
    """
    settings = config.load()
    at = home or settings.home
    found = url or settings.database_url or _running(at)
    if found is None:
        raise NotRunning(f"No network runs on {at}: start it by `qianbao up`, or name a database's URL.")

    async def taken(until: int | None) -> Snapshot:
        db = await connect(found, size_max=1, application="qianbao-notebook")
        try:
            archive = Archive(db, folder=at / "lake", clock=SystemClock())
            return await archive.snapshot(purpose, until=until)
        finally:
            await db.close()

    def snapshot(until: int | None) -> Snapshot:
        # A notebook has a loop of its own that runs already.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(taken(until))).result()

    return Notebook(snapshot, purpose)


def synthetic(folder: Path | str) -> Notebook:
    """Records that `qianbao insight synth` has written. Nobody real is in them, so nobody is asked.

    Raises `SynthMissing`.
    """
    return Notebook(partial(files.snapshot, Path(folder)), Purpose.STATISTICS)


class _Running(msgspec.Struct):
    database_url: str


def _running(home: Path) -> str | None:
    """The database of the network that runs on this home, as it says itself."""
    try:
        return msgspec.json.decode((home / "run.json").read_bytes(), type=_Running).database_url
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def day_of(said: date | str) -> date:
    """A day; of a moment (pandas has no days), its own. Raises `DayMalformed`."""
    try:
        day = date.fromisoformat(said) if isinstance(said, str) else said
        day = day.date() if isinstance(day, datetime) else day
    except ValueError:
        raise DayMalformed(f"{said!r} is no day.", field="as_of", expected="YYYY-MM-DD") from None
    if not FIRST <= day <= LAST:
        raise DayMalformed(f"No record is of {day}.", field="as_of", expected=f"{FIRST} to {LAST}")
    return day


def chosen(names: Iterable[str] | None, purpose: Purpose) -> tuple[Feature, ...]:
    """The registered features for a purpose, of these names or all. Raises `FeatureUnknown`."""
    there = {name: one for name, one in FEATURES.items() if purpose in one.purposes}
    if names is None:
        return tuple(there.values())
    asked = tuple(dict.fromkeys(names))
    unknown = [name for name in asked if name not in there]
    if unknown or not asked:
        told = f"No feature for {purpose.value}: {', '.join(unknown) or 'none was named'}."
        raise FeatureUnknown(told, field="names", expected="names of `qianbao insight features --list`")
    return tuple(there[name] for name in asked)


def fit_bgnbd(features: Any, *, unit_days: float = 7.0) -> BgNbd:
    """BG/NBD on a table of features, Arrow or pandas, in weeks. Raises `FeatureMissing`, `NotFitted`."""
    return bgnbd.fit(histories(features, unit_days=unit_days))
