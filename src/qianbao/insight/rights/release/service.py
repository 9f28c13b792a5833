"""Use cases: release a day, once; read what was released. Nothing here reads records for a reader."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Final

import msgspec

from qianbao.clock import Clock, business_date
from qianbao.db import Database, queries
from qianbao.insight.purposes import Purpose
from qianbao.insight.records.archive import Archive
from qianbao.insight.rights.release import budget
from qianbao.insight.rights.release.models import BudgetSpent, Cell, DayNotOver, DayReleased, Release, Year
from qianbao.insight.rights.release.noise import installed
from qianbao.insight.rights.rules import Rules

SQL: Final = queries(__package__ or "")
TOLERANCE: Final = 1 + 1e-9
"""366 shares of a budget add up to it but for floating point."""


class Releases:
    """The releases of this network. Reads raise `DatabaseLost` when the database is away."""

    def __init__(self, db: Database, *, archive: Archive, rules: Rules, clock: Clock) -> None:
        self._db = db
        self._archive = archive
        self._rules = rules
        self._clock = clock

    async def release_if_due(self) -> Release | None:
        """Release yesterday, where it has not been, the network stood all day, OpenDP is installed and the
        year's budget lasts."""
        day = business_date(self._clock.now()) - timedelta(days=1)
        row = await self._db.row(SQL["release_since"])
        assert row is not None
        if not installed() or day <= business_date(row["at"]):
            return None
        try:
            return await self.release(day)
        except (DayReleased, BudgetSpent):
            return None

    async def release(self, day: date) -> Release:
        """Release a day that is over: charged and laid in one transaction, so nothing is read uncharged.

        Raises `DayNotOver`, `DayReleased`, `BudgetSpent`, `OpenDpMissing`, `OutcomeUnknown`.
        """
        from qianbao.insight.rights.release import computing  # DuckDB, OpenDP: only who releases loads them

        now, terms = self._clock.now(), budget.terms(self._rules)
        if day >= business_date(now):
            raise DayNotOver(field="day", expected=f"before {business_date(now)}")
        await self._refuse(day, terms.rho)
        cities = [row["city"] for row in await self._db.rows(SQL["release_cities"])]
        snapshot = await self._archive.snapshot(Purpose.STATISTICS)
        shown, withheld = await asyncio.to_thread(computing.cells, snapshot, day, cities, self._rules, terms)
        made = Release(
            day=day,
            made=now,
            rho=terms.rho,
            people_sd=terms.people_sd,
            spent_sd=terms.spent_sd,
            people_min=terms.people_min,
            withheld=withheld,
        )
        async with self._db.transaction() as connection:
            told = (terms.people_sd, terms.spent_sd, terms.people_min, withheld)
            kept = await connection.fetchrow(SQL["release_keep"], day, now, terms.rho, *told)
            if kept is None:
                raise DayReleased()
            limit = budget.rho_year(self._rules) * TOLERANCE
            if await connection.fetchrow(SQL["release_charge"], day.year, terms.rho, limit) is None:
                raise BudgetSpent()
            await connection.execute(SQL["release_cells"], msgspec.json.encode(shown).decode())
        return made

    async def year(self, year: int) -> Year:
        """What of a year's budget is spent."""
        row = await self._db.row(SQL["release_of"], date(year, 1, 1), year)
        assert row is not None
        rules, rho = self._rules, row["rho"]
        return Year(
            year=year,
            rho=rho,
            epsilon=budget.epsilon(rho, rules.delta) if rho else 0.0,
            epsilon_max=rules.epsilon_year,
            delta=rules.delta,
        )

    async def cities(self) -> list[str]:
        """The cities of which something was released."""
        return [row["city"] for row in await self._db.rows(SQL["release_where"])]

    async def read(
        self, city: str, since: date, until: date, category: str | None = None
    ) -> tuple[list[Release], list[Cell]]:
        """The releases of these days (both included), and a city's cells in them."""
        releases = [Release(**dict(row)) for row in await self._db.rows(SQL["release_days"], since, until)]
        rows = await self._db.rows(SQL["release_read"], city, since, until, category)
        return releases, [Cell(**dict(row)) for row in rows]

    async def _refuse(self, day: date, rho: float) -> None:
        row = await self._db.row(SQL["release_of"], day, day.year)
        assert row is not None
        if row["released"]:
            raise DayReleased()
        if row["rho"] + rho > budget.rho_year(self._rules) * TOLERANCE:
            raise BudgetSpent()
