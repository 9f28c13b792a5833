"""What a feature is. Definitions are Ibis expressions; here they are only held, so this loads nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec

from qianbao.insight.purposes import Purpose


class Grain(StrEnum):
    """Of what a feature's rows are; each is gathered to one row a person."""

    SPAN = "span"
    """Of how long ago: a day, a week, a month … a year, longer; each purchase in the shortest that has it."""
    DAY = "day"
    """A day with a purchase, with the days since the one before."""
    MONTH = "month"
    """A calendar month with a purchase."""
    CATEGORY = "category"
    """A kind of spending of the last 365 days; and so the others that follow."""
    SCENE = "scene"
    BRAND = "brand"
    TIER = "tier"
    """The size of a city."""
    HOUR = "hour"
    """An hour of the day."""
    MERCHANT = "merchant"
    CELL = "cell"
    """A place: an H3 cell."""
    CITY = "city"
    REFUND = "refund"
    """A purchase of the last 365 days of which something was given back."""
    PERSON = "person"
    """Other features of the person."""


class Kind(StrEnum):
    """The type of a feature's values."""

    INTEGER = "integer"
    """Exact, never NULL: 0 where there is nothing."""
    REAL = "real"
    """A double; NULL where it has no meaning: a share of nothing."""


class Unit(StrEnum):
    """In what a feature is measured."""

    COUNT = "count"
    FEN = "minor units"
    DAYS = "days"
    SHARE = "share"
    RATIO = "ratio"
    NATS = "nats"


ANYBODY: Final = frozenset({Purpose.PICTURE, Purpose.STATISTICS})
"""For the person's own picture, and for models fitted on everybody."""


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """One feature of a person as of a day, from what was known by its end, of purchases up to it, in CNY."""

    name: str
    """How it is called in a table; a trailing `_30d` are the last 30 days, the day of asking among them."""
    version: int = 1
    """Rises when what it says changes."""
    kind: Kind
    unit: Unit
    en: str
    zh: str
    purposes: frozenset[Purpose] = ANYBODY
    grain: Grain
    of: Callable[[Any], Any]
    """From the rows of the grain, an Ibis table, to one value a person."""

    @property
    def key(self) -> str:
        """Name and version: spent_30d@1."""
        return f"{self.name}@{self.version}"


Registry = Mapping[str, Feature]
"""Features by name, in their order."""


def registry(*themes: tuple[Feature, ...]) -> Registry:
    """All features of some themes; a name stands once."""
    found = {feature.name: feature for theme in themes for feature in theme}
    assert len(found) == sum(map(len, themes)), "a feature's name stands twice"
    return found
