"""What the journal raises: a command used twice, a refusal by the ledger or by a step, a full queue."""

from __future__ import annotations

from typing import ClassVar

from qianbao.errors import Conflict, QianbaoError, Refused, Unavailable


class CommandReused(Conflict):
    """The idempotency key was used before, for a request with other content."""

    code = "idempotency_key_reused"


class JournalFull(Unavailable):
    """More commands are waiting than can be taken. Nothing was done; the same request may be sent again."""

    code = "journal_full"


class JournalClosed(Unavailable):
    """This server is shutting down. Nothing was done; the same request may be sent again."""

    code = "journal_closed"


class CommitFailed(QianbaoError):
    """The commit of this command failed by a fault of ours. Nothing was done."""

    code = "commit_failed"


class PlanRefused(Refused):
    """The plan was refused in the commit, and nothing of it was done.

    The refusal is stored: a repeat of the command gets it again (`replayed`), a new attempt is a new command.
    """

    code = "plan_refused"


class LedgerRefused(PlanRefused):
    """The books refuse this."""

    code = "ledger_refused"
    statuses: ClassVar[tuple[str, ...]] = ()
    """The ledger's published statuses that this leaf stands for."""

    def __init__(self, detail: str = "", *, ledger_status: str, leg: int) -> None:
        super().__init__(detail or f"{type(self).title()} ({ledger_status}, transfer {leg} of the command)")
        self.ledger_status = ledger_status
        """The ledger's published name of the result, as in `exceeds_credits`."""
        self.leg = leg
        """Which of the plan's transfers was refused, from 1."""


class NotEnough(LedgerRefused):
    """The balance is not enough."""

    code = "not_enough"
    statuses = ("exceeds_credits",)


class NotEnoughToReturn(LedgerRefused):
    """The receiving account cannot take back more than it gave."""

    code = "not_enough_to_return"
    statuses = ("exceeds_debits",)


class AccountClosed(LedgerRefused):
    """One of the accounts is closed or frozen."""

    code = "account_closed"
    statuses = ("debit_account_already_closed", "credit_account_already_closed")

    @property
    def side(self) -> str:
        """Which account of the transfer is closed: `debit` or `credit`."""
        return self.ledger_status.split("_", 1)[0]


class AccountUnknown(LedgerRefused):
    """One of the accounts does not exist."""

    code = "account_unknown"
    statuses = ("debit_account_not_found", "credit_account_not_found")

    @property
    def side(self) -> str:
        """Which account of the transfer does not exist: `debit` or `credit`."""
        return self.ledger_status.split("_", 1)[0]


class AccountsSame(LedgerRefused):
    """Money cannot be moved from an account to itself."""

    code = "accounts_same"
    statuses = ("accounts_must_be_different",)


class DayLimitExceeded(LedgerRefused):
    """The day's limit of the payer's class would be exceeded."""

    code = "day_limit_exceeded"
    statuses = ("exceeds_day_limit",)


class YearLimitExceeded(LedgerRefused):
    """The year's limit of the payer's class would be exceeded."""

    code = "year_limit_exceeded"
    statuses = ("exceeds_year_limit",)


class LifeLimitExceeded(LedgerRefused):
    """The lifetime limit of the payer's class would be exceeded."""

    code = "life_limit_exceeded"
    statuses = ("exceeds_life_limit",)


class StaticCodeLimitExceeded(LedgerRefused):
    """The day's limit for payments to printed codes would be exceeded."""

    code = "static_code_limit_exceeded"
    statuses = ("exceeds_static_code_limit",)


class PinlessAmountExceeded(LedgerRefused):
    """The day's total for payments without a PIN would be exceeded."""

    code = "pinless_amount_exceeded"
    statuses = ("exceeds_pinless_amount",)


class PinlessCountExceeded(LedgerRefused):
    """The day's number of payments without a PIN is used up."""

    code = "pinless_count_exceeded"
    statuses = ("exceeds_pinless_count",)


class PendingUnknown(LedgerRefused):
    """There is no such authorised amount."""

    code = "pending_unknown"
    statuses = ("pending_transfer_not_found", "pending_transfer_not_pending")


class PendingExceeded(LedgerRefused):
    """More than was authorised cannot be captured."""

    code = "pending_exceeded"
    statuses = ("exceeds_pending_transfer_amount",)


class PendingExpired(LedgerRefused):
    """The authorised amount has expired and was given back."""

    code = "pending_expired"
    statuses = ("pending_transfer_expired",)


class PendingAlreadyPosted(LedgerRefused):
    """The authorised amount was captured before."""

    code = "pending_already_posted"
    statuses = ("pending_transfer_already_posted",)


class PendingAlreadyVoided(LedgerRefused):
    """The authorised amount was given back before."""

    code = "pending_already_voided"
    statuses = ("pending_transfer_already_voided",)


class StepRefused(PlanRefused):
    """A step of the command was refused."""

    code = "step_refused"

    def __init__(self, detail: str = "", *, number: int) -> None:
        super().__init__(detail or f"{type(self).title()} (number {number})")
        self.number = number
