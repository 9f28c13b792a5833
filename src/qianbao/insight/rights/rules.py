"""What the house sets for people's rights: the table `[insight]` of `config.toml`, or these defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from qianbao.config import SettingMalformed, Settings
from qianbao.insight.purposes import Purpose

Days = Annotated[int, msgspec.Meta(ge=1, le=36_525)]


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times in days, amounts in minor units."""

    picture_days: Days = 800
    """How long records are kept for people's own pictures."""
    statistics_days: Days = 800
    """How long records are kept for figures and models; older ones leave the lake, and day figures stay."""
    offers_days: Days = 400
    """How long back shops' offers look for whom they fit."""
    log_days: Days = 1_095
    """How long the log of reading is kept."""
    epsilon_year: Annotated[float, msgspec.Meta(gt=0, le=100)] = 8.0
    """What the daily release across stores may tell of one person in a year, at most (ε, at `delta`)."""
    delta: Annotated[float, msgspec.Meta(gt=0, le=1e-6)] = 1e-9
    """The chance beside ε."""
    cells_max: Annotated[int, msgspec.Meta(ge=1, le=100)] = 4
    """In how many cells (city and kind) of a day's release one person counts, at most."""
    spent_max: Annotated[int, msgspec.Meta(ge=1, le=10**12)] = 200_00
    """How much of one person's spending counts in one cell, at most."""

    @property
    def retention_days(self) -> Mapping[Purpose, int]:
        """For how long records are read, purpose by purpose."""
        return {
            Purpose.PICTURE: self.picture_days,
            Purpose.STATISTICS: self.statistics_days,
            Purpose.OFFERS: self.offers_days,
            Purpose.RIGHTS: self.log_days,
        }


def rules(settings: Settings) -> Rules:
    """The house's rules. Raises `SettingMalformed`."""
    try:
        return msgspec.convert(settings.tables.get("insight", {}), Rules)
    except msgspec.ValidationError as wrong:
        raise SettingMalformed(f"[insight]: {wrong}", field="insight") from None
