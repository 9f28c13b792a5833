"""The tags, in one table that everybody may see; a merchant's segments and audiences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from qianbao.ids import Id
from qianbao.insight.purposes import Words
from qianbao.insight.scores.segments import Segment

AUDIENCES_A_DAY: Final = 5
"""New audiences of a merchant and day, those that are refused among them."""
AUDIENCES_MAX: Final = 50
"""Open ones of a merchant."""


class Tag(StrEnum):
    """What a merchant may ask for, of somebody's payments to that merchant in the last 365 days alone."""

    REGULAR = Segment.REGULAR.value
    COMING = Segment.COMING.value
    STEADY = Segment.STEADY.value
    SLIPPING = Segment.SLIPPING.value
    ASLEEP = Segment.ASLEEP.value
    NEW = "new"
    LAPSING = "lapsing"
    LUNCH = "lunch"
    WEEKEND = "weekend"
    PRICE_SENSITIVE = "price_sensitive"


RULES: Final[Mapping[Tag, Words]] = {
    Tag.REGULAR: Words(
        "最近常来：最近程度在前五分之二，次数在前五分之三（和本店其他顾客比）。",
        "Often and lately: in the best two fifths by recency, and the best three by visits, among this "
        "merchant's customers.",
    ),
    Tag.COMING: Words(
        "最近来过、还不常来：最近程度在前五分之二，次数在后五分之二。",
        "Lately, and not often yet: in the best two fifths by recency, the last two by visits.",
    ),
    Tag.STEADY: Words("两者居中。", "In the middle of both."),
    Tag.SLIPPING: Words(
        "以前常来、最近没来：最近程度在后五分之二，次数在前五分之二。",
        "Often once, and not lately: in the last two fifths by recency, the best two by visits.",
    ),
    Tag.ASLEEP: Words(
        "不常来、最近也没来：两者都在后五分之二。",
        "Neither often nor lately: in the last two fifths of both.",
    ),
    Tag.NEW: Words("30 天内第一次来。", "Came first within the last 30 days."),
    Tag.LAPSING: Words(
        "来过至少 3 天，而且上次到现在已超过平时间隔的两倍。",
        "Came on three days or more, and has stayed away more than twice as long as usual.",
    ),
    Tag.LUNCH: Words(
        "90 天内来过至少 4 次，其中六成在 11 点到 14 点。",
        "Four visits or more in 90 days, six in ten of them from eleven to two.",
    ),
    Tag.WEEKEND: Words(
        "90 天内来过至少 4 次，其中六成在周末。",
        "Four visits or more in 90 days, six in ten of them on Saturday or Sunday.",
    ),
    Tag.PRICE_SENSITIVE: Words(
        "一年内付过至少 4 次，其中一半以上用了补贴。",
        "Four payments or more in a year, half of them with a subsidy.",
    ),
}
"""In words, what `tags.sql` does. The first five are of merchants with at least 50 customers who agree."""


class Sized(msgspec.Struct, frozen=True, kw_only=True):
    """A tag, and about how many of a merchant's customers have it; None: too few to say."""

    tag: Tag
    size: int | None


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """The last day that was laid."""

    day: date
    made: int
    people: int


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """Those of a merchant's customers who have every one of some tags, and none of others."""

    id: Id
    name: str
    every: tuple[Tag, ...]
    none: tuple[Tag, ...]
    made: int
    day: date
    """Of which the size is."""
    size: int | None
    """None: too few that day; nobody is in it then."""
