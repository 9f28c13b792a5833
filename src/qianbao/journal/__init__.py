"""Group commit: one command is one plan, and what arrives together is one durable database call."""

from qianbao.journal.content import digest
from qianbao.journal.errors import (
    CommandReused,
    CommitFailed,
    JournalClosed,
    JournalFull,
    LedgerRefused,
    PlanRefused,
    StepRefused,
)
from qianbao.journal.journal import Journal
from qianbao.journal.models import TOLD, Event, Outcome, Plan, Receipt, Spend, Stale, Step, Transfer
from qianbao.journal.refusals import refusal

__all__ = [
    "TOLD",
    "CommandReused",
    "CommitFailed",
    "Event",
    "Journal",
    "JournalClosed",
    "JournalFull",
    "LedgerRefused",
    "Outcome",
    "Plan",
    "PlanRefused",
    "Receipt",
    "Spend",
    "Stale",
    "Step",
    "StepRefused",
    "Transfer",
    "digest",
    "refusal",
]
