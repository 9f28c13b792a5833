"""A bill, the file it came from, and what became of every row. Amounts are minor units of CNY."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec


class Source(StrEnum):
    """Whose export a file is."""

    WECHAT = "wechat"
    ALIPAY = "alipay"
    ALIPAY_WEB = "alipay_web"
    JD = "jd"
    MEITUAN = "meituan"


class Direction(StrEnum):
    """What the export's column 收/支 says."""

    OUT = "out"
    IN = "in"
    NEUTRAL = "neutral"


class Flow(StrEnum):
    """What a bill means to its person."""

    SPENDING = "spending"
    INCOME = "income"
    REFUND = "refund"
    """Money back for a purchase."""
    INTERNAL = "internal"
    """One's own money moved: top-up, withdrawal, repayment of a card, a fund's balance."""
    CLOSED = "closed"
    """Nothing was paid."""


class By(StrEnum):
    """What named a category."""

    CORRECTION = "correction"
    LABEL = "label"
    """The export's own column."""
    RULE = "rule"
    MODEL = "model"
    NOTHING = "nothing"


class Reason(StrEnum):
    """Why a row is set aside. Stable."""

    COLUMNS_DIFFER = "columns_differ"
    """It has more or fewer cells than the header."""
    TIME_MALFORMED = "time_malformed"
    TIME_OUT_OF_RANGE = "time_out_of_range"
    AMOUNT_MALFORMED = "amount_malformed"
    AMOUNT_NEGATIVE = "amount_negative"
    """Negative, beside a direction."""
    DIRECTION_UNKNOWN = "direction_unknown"
    FILE_UNKNOWN = "file_unknown"
    """A whole file of a folder or archive that is no bill: line 0."""


class Also(msgspec.Struct, frozen=True, kw_only=True):
    """The same payment as another file tells it."""

    source: Source
    file: str
    line: int
    merchant: str
    description: str
    label: str


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """One payment, counted once."""

    source: Source
    file: str
    line: int
    at: datetime
    """In the business zone, UTC+8."""
    amount: int
    """As it was paid, before what came back."""
    direction: Direction
    flow: Flow
    counterparty: str
    """As it is written."""
    merchant: str
    """The same, without branch, company form and mask."""
    description: str
    kind: str = ""
    """The export's own type (WeChat's 交易类型)."""
    label: str = ""
    """The export's own category (Alipay's 交易分类)."""
    method: str = ""
    state: str = ""
    order: str = ""
    """The wallet's number; empty where the file lacks it, or a spreadsheet has rounded it."""
    merchant_order: str = ""
    note: str = ""
    fee: int = 0
    refunded: int = 0
    """Of `amount`, what came back."""
    refund_of: str = ""
    """Of a refund: the order that it gives back, where that is among the bills."""
    category: str = ""
    category_by: By = By.NOTHING
    also: tuple[Also, ...] = ()
    extra: dict[str, str] = {}
    """Columns that are not known here, by name."""

    @property
    def day(self) -> date:
        """The business day."""
        return self.at.date()

    @property
    def key(self) -> str:
        """What a refund's `refund_of` calls this bill."""
        return self.order or self.merchant_order or f"{self.file}:{self.line}"

    @property
    def spent(self) -> int:
        """What it cost: the amount less what came back, and the fee."""
        own = self.amount - self.refunded if self.flow is Flow.SPENDING else 0
        return own + self.fee


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """A row that makes no bill, as it stood."""

    file: str
    line: int
    """From 1; 0: the whole file."""
    reason: Reason
    detail: str
    row: str
    direction: Direction | None = None
    amount: int | None = None
    """So far as they could be read."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What an export says of itself in its preamble or foot."""

    direction: Direction | None
    """None: of all rows together."""
    name: str
    """As it is written: 收入, 支出, 中性交易, 不计收支, 共."""
    count: int
    amount: int | None


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What accounts for a difference: a key of the words, rows and minor units."""

    why: str
    """`unexplained` where nothing does."""
    count: int
    amount: int


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says beside what its rows hold."""

    told: Told
    count: int
    amount: int
    agrees: bool
    why: tuple[Account, ...] = ()
    """Of a difference."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One file. `rows` = bills + set aside + foot, always."""

    file: str
    source: Source
    encoding: str
    header_line: int
    rows: int
    """Lines with content below the header."""
    foot: int
    """Of them, those that are not rows: sums and rules at the end."""
    bills: tuple[Bill, ...]
    aside: tuple[SetAside, ...]
    unknown_columns: tuple[str, ...]
    checks: tuple[Check, ...] = ()
