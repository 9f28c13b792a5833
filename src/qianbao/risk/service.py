"""The gate that every plan of a payment passes."""

from __future__ import annotations

from qianbao.clock import SECOND, Clock
from qianbao.credentials.models import Caller
from qianbao.ids import Id
from qianbao.journal.models import Plan
from qianbao.risk.models import MerchantTooFast, Payment, RiskBlocked, RiskRules

MINUTE = 60 * SECOND
PAID = "trade.paid"
SPENT = frozenset({PAID, "personal_payment.sent", "red_packet.funded", "collection.paid"})
"""The events of plans in which a payer's money leaves: to a merchant, or to other people."""
MERCHANTS_MAX = 100_000
"""Counters kept; then those of a minute that is over are dropped."""


class Gate:
    """Applies the rules, in memory. Only payments are counted and refused: money that goes back, and trades
    that end, always pass, or a blocked party's customers could not be repaid."""

    def __init__(self, rules: RiskRules, *, clock: Clock) -> None:
        self._rules = rules
        self._clock = clock
        self._counts: dict[Id, tuple[int, int]] = {}

    async def allow(self, caller: Caller, plan: Plan, about: Payment) -> None:  # noqa: ARG002 - every rule sees the caller
        """Raises `RiskBlocked`, `MerchantTooFast`."""
        if plan.event.type not in SPENT:
            return
        rules = self._rules
        payer = plan.transfers[0].debit
        if payer in rules.blocked_wallets or about.merchant in rules.blocked_merchants:
            raise RiskBlocked()
        if rules.large_amount and about.amount > rules.large_amount:
            raise RiskBlocked(field="amount", expected=f"at most {rules.large_amount} minor units")
        if rules.merchant_per_minute and plan.event.type == PAID:
            self._count(about.merchant)

    def _count(self, merchant: Id) -> None:
        now = self._clock.now()
        minute = now // MINUTE
        since, count = self._counts.get(merchant, (minute, 0))
        count = count + 1 if since == minute else 1
        if count > self._rules.merchant_per_minute:
            raise MerchantTooFast(retry_after_s=-(-((minute + 1) * MINUTE - now) // SECOND))
        if len(self._counts) >= MERCHANTS_MAX and merchant not in self._counts:
            self._counts = {one: kept for one, kept in self._counts.items() if kept[0] == minute}
        self._counts[merchant] = (minute, count)
