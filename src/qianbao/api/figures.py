"""The figures as the API shows them, in pages and as a stream."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from qianbao.clock import SECOND, moment
from qianbao.console.books.models import Check, Kind, OwnAccount, State, Sum
from qianbao.console.figures.models import Latency, Now, Point, Totals
from qianbao.console.live import Reading
from qianbao.ids import Id


class TotalsView(BaseModel):
    """What was paid, what was not, and what went back. Amounts in minor units."""

    paid: int
    amount: int
    fee: int
    """What merchants paid for it; of a period only (0 in seconds and minutes)."""
    refused: int
    """Attempts that the ledger or a step refused."""
    declined: int
    """Charges that the payer declined."""
    refunds: int
    """Refunds, and reversals of paid trades."""
    returned: int
    """What they gave back."""
    success_bp: int | None
    """Of the attempts that reached the books, those that were paid, in basis points; null: none were."""

    @classmethod
    def of(cls, totals: Totals) -> TotalsView:
        """Totals as they are shown."""
        return cls(
            paid=totals.paid,
            amount=totals.amount,
            fee=totals.fee,
            refused=totals.refused,
            declined=totals.declined,
            refunds=totals.refunds,
            returned=totals.returned,
            success_bp=totals.success_bp,
        )


class PointView(BaseModel):
    """A second or a minute in which something happened."""

    at: datetime
    """Its beginning."""
    paid: int
    amount: int
    refused: int
    declined: int

    @classmethod
    def of(cls, point: Point) -> PointView:
        """A point as it is shown."""
        totals = point.totals
        return cls(
            at=moment(point.at * SECOND),
            paid=totals.paid,
            amount=totals.amount,
            refused=totals.refused,
            declined=totals.declined,
        )


class StepView(BaseModel):
    """How long one step took in the last minute, over all server processes."""

    step: str
    """The route's template."""
    count: int
    p50_ms: float
    p99_ms: float
    """The upper bound of the histogram's bucket in which it lies."""

    @classmethod
    def of(cls, one: Latency) -> StepView:
        """A step as it is shown."""
        return cls(step=one.step, count=one.count, p50_ms=one.p50_ms, p99_ms=one.p99_ms)


class BehindView(BaseModel):
    """What lags behind the commits."""

    dispatcher_s: float
    """The age of the oldest event that has not been dispatched."""
    figures_s: float
    """The age of the oldest event that these figures do not have."""
    deliveries: int
    """Webhook deliveries that are due and not acknowledged."""
    oldest_delivery_s: float
    failed: int
    """Deliveries given up within the last day."""


class SumView(BaseModel):
    """One currency over all its accounts: debits and credits are equal, or something is broken."""

    currency: str
    debits: int
    credits: int
    pending_debits: int
    pending_credits: int
    zero: bool
    held: int
    """What the platform has: at banks, and put in by the house."""
    owed: int
    """What wallets and merchants have with it."""

    @classmethod
    def of(cls, one: Sum) -> SumView:
        """A currency as it is shown."""
        return cls(
            currency=one.currency,
            debits=one.debits,
            credits=one.credits,
            pending_debits=one.pending_debits,
            pending_credits=one.pending_credits,
            zero=one.zero,
            held=one.held,
            owed=one.owed,
        )


class OwnAccountView(BaseModel):
    """One of the platform's own accounts; or, without an id, all accounts of a code together."""

    id: Id | None
    code: str
    name: str
    currency: str
    accounts: int
    balance: int
    """Credits less debits, minor units: positive is owed or earned, negative is held."""
    pending: int

    @classmethod
    def of(cls, one: OwnAccount) -> OwnAccountView:
        """An account as it is shown."""
        return cls(
            id=one.id,
            code=one.code,
            name=one.name,
            currency=one.currency,
            accounts=one.accounts,
            balance=one.balance,
            pending=one.pending,
        )


class BreakView(BaseModel):
    """One thing that is off."""

    kind: str
    subject: str
    detail: str


class CheckView(BaseModel):
    """A look at the books."""

    id: Id
    kind: Kind
    state: State
    asked_at: datetime
    asked_by: str
    """A login, or `worker`."""
    done_at: datetime | None
    took_ms: int | None
    sound: bool | None
    """Whether nothing was off; null: not known."""
    sums: list[SumView]
    accounts: list[OwnAccountView]
    breaks: list[BreakView]
    failure: str | None

    @classmethod
    def of(cls, check: Check) -> CheckView:
        """A check as it is shown."""
        told = check.told
        return cls(
            id=check.id,
            kind=check.kind,
            state=check.state,
            asked_at=moment(check.asked_at),
            asked_by=check.asked_by,
            done_at=None if check.done_at is None else moment(check.done_at),
            took_ms=check.took_ms,
            sound=check.sound,
            sums=[SumView.of(one) for one in told.sums],
            accounts=[OwnAccountView.of(one) for one in told.accounts],
            breaks=[BreakView(kind=one.kind, subject=one.subject, detail=one.detail) for one in told.breaks],
            failure=told.failure,
        )


class NowView(BaseModel):
    """How the network fares at this moment."""

    at: datetime
    currency: str
    per_s: float
    """Payments a second, over the last five whole seconds."""
    peak_per_s: int
    """The busiest second of the last hour."""
    recent: TotalsView
    """Of the last five minutes."""
    today: TotalsView
    """Of the business day (UTC+8)."""
    yesterday: TotalsView
    behind: BehindView
    slowest: list[StepView]
    """The routes that took longest in the last minute, worst first."""
    processes: int
    """Server processes that told of themselves lately."""

    @classmethod
    def of(cls, now: Now) -> NowView:
        """The moment as it is shown."""
        return cls(
            at=moment(now.at),
            currency=now.currency,
            per_s=now.per_s,
            peak_per_s=now.peak_per_s,
            recent=TotalsView.of(now.recent),
            today=TotalsView.of(now.today),
            yesterday=TotalsView.of(now.yesterday),
            behind=BehindView.model_validate(now.behind, from_attributes=True),
            slowest=[StepView.of(one) for one in now.slowest],
            processes=now.processes,
        )


class ReadingView(BaseModel):
    """How the network fares, and how it did."""

    now: NowView
    seconds: list[PointView]
    """Those in which something happened: the last ten minutes', in a stream after its first the last few."""
    minutes: list[PointView]
    """The last day's; in a stream in its first only."""
    zero_sum: CheckView | None
    """The last look at the sums; null: there was none yet."""
    whole: CheckView | None
    """The last check of everything."""

    @classmethod
    def of(cls, reading: Reading) -> ReadingView:
        """A reading as it is shown."""
        return cls(
            now=NowView.of(reading.now),
            seconds=[PointView.of(point) for point in reading.seconds],
            minutes=[PointView.of(point) for point in reading.minutes],
            zero_sum=CheckView.of(reading.zero_sum) if reading.zero_sum else None,
            whole=CheckView.of(reading.whole) if reading.whole else None,
        )


def frame(event: str, reading: Reading) -> bytes:
    """A reading as server-sent events write it."""
    return b"event: %b\ndata: %b\n\n" % (event.encode(), ReadingView.of(reading).model_dump_json().encode())
