"""A score, a figure of a group, and the card of a model."""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec

from qianbao.ids import Id

GROUP_MIN: Final = 20
"""People in a group, at least, before a figure of it is released."""
COMPARED_MIN: Final = 50
"""People, at least, before anybody is marked among all."""


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What the models say of one person. Amounts in minor units; None where too little was known."""

    person: Id
    month: date
    recency_days: int
    visits: int
    spent: int
    recency: int | None = None
    frequency: int | None = None
    monetary: int | None = None
    segment: str | None = None
    alive: float | None = None
    expected: float | None = None
    low: int | None = None
    point: int | None = None
    high: int | None = None
    made: int


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of a group: how many people, with how many records, spent how much (minor units)."""

    kind: str
    key: str
    people: int
    records: int
    spent: int


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A number of a card: on what it was measured, and of whom."""

    metric: str
    value: float
    people: int


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a model was fitted on, what it is worth, and where it ends. Made by the batch that fits it."""

    name: str
    about: str
    purpose: str
    data: str
    split: str
    people: int
    months: int
    parameters: dict[str, float]
    measures: tuple[Measure, ...]
    limits: tuple[str, ...]
    made: int


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One batch: when, of which month, of how many."""

    made: int
    month: date
    people: int
    records: int
    withheld: int
    cards: tuple[Card, ...]


def released(groups: list[Group], *, least: int = GROUP_MIN) -> tuple[list[Group], int]:
    """The groups that may be shown, and how many are withheld.

    Where one group of a kind is too small, the next smallest is withheld too: else the small one could be had
    by taking the others from the whole. Months are not parts of one whole, and go by their size alone.
    """
    shown: list[Group] = []
    kinds = {group.kind for group in groups}
    for kind in sorted(kinds):
        of_kind = sorted((group for group in groups if group.kind == kind), key=lambda one: one.people)
        small = sum(group.people < least for group in of_kind)
        if small == 1 and kind != "month":
            small = 2
        shown += of_kind[small:]
    shown.sort(key=lambda one: (one.kind, one.key))
    return shown, len(groups) - len(shown)
