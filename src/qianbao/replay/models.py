"""What a record is, what becomes of it, and why a row is none.

Every item that an adapter takes out of a file is a `Record` or a `Reject`, and ends in exactly one of
four counts, so that `read = paid + repeated + refused + rejected` always holds.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

from qianbao.errors import Conflict, Invalid
from qianbao.ids import Id

AMOUNT_MAX = 10**13
"""The largest amount of one record, in minor units: a hundred thousand million yuan is no purchase."""
TEXT_MAX = 64
"""The longest record id, payer, merchant, store, city or name, in characters."""


STARTER_CITY: Final = "starter-city"
"""The source of a new installation's first records."""


class Reason(StrEnum):
    """Why a row is no record. Stable: a rejects file may be sorted and mended by these."""

    FIELDS_WRONG = "fields_wrong"
    """The line has another number of fields than the heading."""
    QUOTES_UNBALANCED = "quotes_unbalanced"
    """A quote is opened and not closed on the line; a field may hold no line break."""
    TEXT_MALFORMED = "text_malformed"
    """The line is not in the file's encoding (UTF-8 unless said otherwise)."""
    CONTROL_CHARACTER = "control_character"
    """The line holds a NUL or another control character."""
    LINE_TOO_LONG = "line_too_long"
    """The line is longer than 64 KiB; the rejects file keeps its beginning."""
    FIELD_TOO_LONG = "field_too_long"
    FIELD_MISSING = "field_missing"
    """A field that every record needs is empty."""
    TIME_MALFORMED = "time_malformed"
    AMOUNT_MALFORMED = "amount_malformed"
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    """Zero or less: a return or a correction, not a purchase."""
    AMOUNT_TOO_LARGE = "amount_too_large"
    CURRENCY_NOT_KEPT = "currency_not_kept"
    """Only records in yuan (CNY) are replayed, unless an adapter says what it takes for yuan."""
    MCC_UNKNOWN = "mcc_unknown"
    """No merchant category code of ISO 18245."""
    COUNT_MALFORMED = "count_malformed"
    """A shop-day's number of payments is no whole number from 1 to 100,000."""
    SHOP_UNKNOWN = "shop_unknown"
    """A shop-day's shop has no mean amount in the file or in the table of shops."""
    IS_RETURN = "is_return"
    """The record says itself that goods were given back."""
    RECORD_ID_REUSED = "record_id_reused"
    """The same record id stands in the source with another payer, merchant, amount or time."""


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One purchase, in the form that the driver pays. `merchant` and `payer` are the file's own keys."""

    line: int
    """Where it stands: the line of a CSV file (the heading is 1) or the row of a Parquet file (from 1)."""
    id: str
    """Unique within the source; what makes a record be paid once."""
    occurred_at: int | None
    """Nanoseconds; None where the source does not say when. The ledger's own time is the replay's."""
    payer: str
    merchant: str
    store: str
    """The merchant's store; the merchant's key again where the file has none."""
    amount: int
    """Minor units, 1 to `AMOUNT_MAX`."""
    mcc: str = ""
    city: str = ""
    name: str = ""
    """The merchant's name, where the file has one."""


class Reject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A row that is no record, or a record that the books refused, with all one needs to mend it."""

    line: int
    id: str
    """The record id as far as it could be read, else empty."""
    reason: str
    detail: str = ""
    row: str = ""
    """The row as it stands in the file (CSV), or as JSON (Parquet)."""


Item: TypeAlias = Record | Reject


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the items read so far. `read` is always the sum of the other four."""

    read: int = 0
    paid: int = 0
    repeated: int = 0
    """The same record stood earlier in the source (or in an earlier file of it) and was paid then."""
    refused: int = 0
    """The books or a rule said no: a limit, a frozen account. Listed in the rejects file too."""
    rejected: int = 0
    amount: int = 0
    """Minor units of the paid ones."""

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(
            read=self.read + other.read,
            paid=self.paid + other.paid,
            repeated=self.repeated + other.repeated,
            refused=self.refused + other.refused,
            rejected=self.rejected + other.rejected,
            amount=self.amount + other.amount,
        )

    def adds_up(self) -> bool:
        """Whether nothing was lost: read = paid + repeated + refused + rejected."""
        return self.read == self.paid + self.repeated + self.refused + self.rejected


class RunState(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    """Begun and not at the end; whether a process is at it now is told by the run's lock."""
    DONE = "done"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A replay as the database keeps it: how far, with what counts. One row per source and file."""

    id: Id
    source: str
    file: str
    adapter: str
    state: RunState
    chunk: int
    """Items settled at once; the top-ups of a chunk belong to its bounds, so a resumed run keeps it."""
    counts: Counts
    total: int | None
    """How many items the file has, where the adapter knows it beforehand."""
    rejects_size: int
    """Bytes of the rejects file that belong to `counts`; what is behind them is written again."""
    started_at: int
    updated_at: int
    """Nanoseconds."""


class FileUnreadable(Invalid):
    """The file to replay is not there, is damaged, or is not in a form that replay reads."""

    code = "replay_file_unreadable"


class ColumnsUnknown(Invalid):
    """The file's columns fit no adapter, or not the one that was asked for."""

    code = "replay_columns_unknown"


class ReplayUnderWay(Conflict):
    """Another process is replaying the same file into this database."""

    code = "replay_under_way"
