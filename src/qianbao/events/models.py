"""What is told: an event, its place in the outbox, and who may see it.

**Audience.** An event may be seen by the parties it names: the ids under the keys `merchant`, `wallet`,
`person`, `payer` and `payee` of its data, and its subject (so that an event about a wallet is that wallet's).
A merchant sees what names the merchant, a person what names them or one of their wallets, the operator
everything. Whoever adds an event type decides by these keys whom it is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

import msgspec

from qianbao.clock import rfc3339
from qianbao.errors import Invalid, NotFound
from qianbao.ids import Id

PARTY_KEYS: Final = ("merchant", "wallet", "person", "payer", "payee")
"""The keys of an event's data that name its audience."""

UNTOLD: Final = ""
"""The type of what no reader is told: its row is a command's claim and answer alone."""

ORDINAL_MAX: Final = 2**15 - 1
"""The largest place within one transaction."""


class CursorMalformed(Invalid):
    """A cursor is not one that this list has given out."""

    code = "cursor_malformed"


class EventTypeMalformed(Invalid):
    """A text is no event type: `trade.paid` is one, `trade.*` is all of a thing, `*` is all."""

    code = "event_type_malformed"


class UnknownEvent(NotFound):
    """There is no such event, or it is not the caller's to see."""

    code = "unknown_event"


class Position(NamedTuple):
    """A place in the outbox: events take effect in this order. As text: `xid.ordinal`."""

    xid: int
    ordinal: int

    def __str__(self) -> str:
        return f"{self.xid}.{self.ordinal}"


START: Final = Position(0, 0)
"""Before the first event."""

_CURSOR = re.compile(r"(\d{1,19})\.(\d{1,5})", re.ASCII)


def position(text: str, *, named: str = "after") -> Position:
    """The position that a cursor writes. Raises `CursorMalformed`."""
    match = _CURSOR.fullmatch(text)
    if match is None or int(match[1]) >= 2**63 or int(match[2]) > ORDINAL_MAX:
        raise CursorMalformed(f"{text[:64]!r} is no cursor.", field=named, expected="a cursor from this list")
    return Position(int(match[1]), int(match[2]))


class _Parties(msgspec.Struct, gc=False):
    merchant: Any = None
    wallet: Any = None
    person: Any = None
    payer: Any = None
    payee: Any = None
    store: Any = None


_parties = msgspec.json.Decoder(_Parties)


@dataclass(frozen=True, kw_only=True)
class Told:
    """An event as it stands in the outbox. `data` is JSON text, handed on as it was written."""

    id: Id
    type: str
    at: int
    """Nanoseconds: the moment it became durable."""
    subject: Id
    data: str
    position: Position

    @cached_property
    def _named(self) -> _Parties:
        return _parties.decode(self.data)

    @property
    def store(self) -> str | None:
        """The store that it names, as text."""
        return self._named.store if isinstance(self._named.store, str) else None

    @cached_property
    def audience(self) -> frozenset[str]:
        """The ids, as text, of the parties that may see it."""
        named = self._named
        values = (named.merchant, named.wallet, named.person, named.payer, named.payee)
        return frozenset({str(self.subject), *(value for value in values if isinstance(value, str))})

    @cached_property
    def body(self) -> bytes:
        """The JSON object that is sent: id, type, occurred_at, subject, data. The same bytes every time."""
        head = f'{{"id":"{self.id}","type":"{self.type}","occurred_at":"{rfc3339(self.at)}"'
        return f'{head},"subject":"{self.subject}","data":{self.data}}}'.encode()


_TYPE = re.compile(r"\*|[a-z][a-z_]*\.(\*|[a-z][a-z_]*)", re.ASCII)


def checked_types(types: tuple[str, ...]) -> tuple[str, ...]:
    """The event types asked for, each once; empty means all. Raises `EventTypeMalformed`."""
    for text in types:
        if not _TYPE.fullmatch(text):
            raise EventTypeMalformed(f"{text[:64]!r} is no event type.", field="types")
    return () if "*" in types else tuple(dict.fromkeys(types))


@dataclass(frozen=True, kw_only=True)
class View:
    """What a reader is shown: events that name one of `parties` (None: all), of the `types` (none: all).

    A reader at a `store` is shown what names it, and trades that name none.
    """

    parties: frozenset[str] | None = None
    types: tuple[str, ...] = field(default=())
    store: str | None = None

    @cached_property
    def _exact(self) -> frozenset[str]:
        return frozenset(self.types)

    def wants(self, kind: str) -> bool:
        """Whether an event of this type is asked for."""
        return not self.types or kind in self._exact or f"{kind.partition('.')[0]}.*" in self._exact

    def within(self, event: Told) -> bool:
        """Whether it is of the reader's store, where the reader stands in one."""
        if self.store is None or event.store == self.store:
            return True
        return event.store is None and event.type.startswith("trade.")

    def shows(self, event: Told) -> bool:
        """Whether this reader may see the event and asks for its type."""
        return (
            self.wants(event.type)
            and self.within(event)
            and (self.parties is None or not self.parties.isdisjoint(event.audience))
        )


EVERYTHING: Final = View()
"""The operator's view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Events in order, and where to go on. It may be empty and yet have `more`: one call looks at a bounded
    stretch of the outbox."""

    events: tuple[Told, ...]
    next: Position
    more: bool
