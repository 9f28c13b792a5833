"""What records may be read for: the register of purposes, and what holds while a person has said nothing."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec


class Purpose(StrEnum):
    """One purpose; a person's yes or no is for one purpose at a time."""

    PICTURE = "picture"
    """The person's own picture of what they spend, shown to nobody else."""
    STATISTICS = "statistics"
    """Figures of groups for those who run the network, and the models that are fitted on everybody."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What the register says of a purpose."""

    unsaid: bool
    """Whether records are read while the person has said nothing: no means that they are asked first."""
    processor: str
    retention_days: int
    """Records that happened earlier are not read for it."""


REGISTER: Final[Mapping[Purpose, Rule]] = {
    Purpose.PICTURE: Rule(unsaid=False, processor="the house, for the person", retention_days=800),
    Purpose.STATISTICS: Rule(unsaid=True, processor="the house", retention_days=800),
}
