"""A group collection, its parts, its states, and the steps that change them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Final

import msgspec

from qianbao.clock import rfc3339
from qianbao.ids import Id
from qianbao.journal.models import Step


class Split(StrEnum):
    """Who is asked for how much."""

    EQUAL = "equal"
    """So many people, the same for each; whoever has the link may pay one place."""
    NAMED = "named"
    """These people, each their own amount."""


class CollectionState(StrEnum):
    """Where a collection stands."""

    OPEN = "open"
    COMPLETE = "complete"
    """Everybody has paid."""
    CLOSED = "closed"
    """The collector ended it; what was paid stays paid."""


NEXT: Final[Mapping[CollectionState, frozenset[CollectionState]]] = {
    CollectionState.OPEN: frozenset({CollectionState.COMPLETE, CollectionState.CLOSED}),
    CollectionState.COMPLETE: frozenset(),
    CollectionState.CLOSED: frozenset(),
}
"""The state machine: from a state to those that may follow it. The steps hold it, in SQL."""


class Member(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One who is asked by name. `place` counts them from 1."""

    person: Id
    wallet: Id
    amount: int
    place: int


class Part(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One person's part as it stands. `paid`: nanoseconds, 0 for not yet."""

    collection: Id
    person: Id
    wallet: Id
    amount: int
    paid: int
    place: int


class Collection(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One collection. Amounts in minor units, times in nanoseconds (0: not yet)."""

    id: Id
    """Its command's."""
    collector: Id
    """The wallet that is paid."""
    person: Id
    title: str
    split: Split
    each: int = 0
    """What everybody pays; 0 where people are named."""
    people: int
    amount: int
    """What it comes to when all have paid."""
    currency: str = "CNY"
    state: CollectionState = CollectionState.OPEN
    created: int
    paid: int = 0
    """How many have paid."""
    received: int = 0
    ended: int = 0
    reminded: int = 0
    reminders: int = 0


class CollectionNew(Step, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A new collection and its named parts. Never stale."""

    kind: ClassVar[str] = "collection_new"
    table: ClassVar[str] = "collection"
    order: ClassVar[int] = 850

    id: Id
    collector: Id
    person: Id
    title: str
    split: Split
    people: int
    amount: int
    created: int
    each: int | None = None
    currency: str = "CNY"
    parts: tuple[Member, ...] = ()


class CollectionPaid(Step, frozen=True, kw_only=True, gc=False):
    """One person's part, paid: commutes. Stale where the amount is another one."""

    kind: ClassVar[str] = "collection_paid"
    table: ClassVar[str] = "collection"
    order: ClassVar[int] = 850

    collection: Id
    person: Id
    wallet: Id
    command: Id
    amount: int
    at: int


class CollectionClosed(Step, frozen=True, kw_only=True, gc=False):
    """The collector ends it. Stale when it is over."""

    kind: ClassVar[str] = "collection_closed"
    table: ClassVar[str] = "collection"
    order: ClassVar[int] = 850

    collection: Id
    at: int


class CollectionReminded(Step, frozen=True, kw_only=True, gc=False):
    """One more reminder, not too soon and not too often. Stale when it is over."""

    kind: ClassVar[str] = "collection_reminded"
    table: ClassVar[str] = "collection"
    order: ClassVar[int] = 850

    collection: Id
    at: int
    pause: int
    """Nanoseconds between two."""
    most: int


def answer(collection: Collection) -> dict[str, Any]:
    """A collection as its commands answer and tell it."""
    shown: dict[str, Any] = {
        "id": str(collection.id),
        "state": collection.state.value,
        "payee": str(collection.collector),
        "title": collection.title,
        "split": collection.split.value,
        "people": collection.people,
        "amount": collection.amount,
        "currency": collection.currency,
        "created_at": rfc3339(collection.created),
    }
    if collection.each:
        shown["each"] = collection.each
    if collection.ended:
        shown["ended_at"] = rfc3339(collection.ended)
    return shown
