"""What risk refuses: payments, by the house's rules; never money that goes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qianbao.clock import SECOND, ManualClock
from qianbao.config import SettingMalformed, Settings
from qianbao.credentials.models import Caller, Role
from qianbao.ids import of_int
from qianbao.payments.refund import plans as refunds
from qianbao.payments.trade import plans
from qianbao.risk import Gate, MerchantTooFast, RiskBlocked, RiskRules, rules
from tests.payments.records import NOW, PAYER, RULES, SHOP, WALLET, command, paid, unpaid

CALLER = Caller(id=of_int(1 << 8), role=Role.PERSON)


def paying(amount: int = 100_00) -> tuple[Any, Any]:
    """A plan that pays a trade, and the trade."""
    trade = unpaid(amount)
    return plans.pay(trade, command=command(), payer=PAYER, now=NOW, pin=True), trade


def gate(**chosen: Any) -> tuple[Gate, ManualClock]:
    """A gate with some rules, and its clock, at the beginning of a minute."""
    clock = ManualClock(NOW - NOW % (60 * SECOND))
    return Gate(RiskRules(**chosen), clock=clock), clock


async def test_without_rules_everything_passes() -> None:
    free, _ = gate()
    for _ in range(1000):
        await free.allow(CALLER, *paying())


@pytest.mark.parametrize(
    "chosen",
    [
        {"blocked_wallets": frozenset({WALLET})},
        {"blocked_merchants": frozenset({SHOP})},
        {"large_amount": 99_99},
    ],
)
async def test_what_is_blocked_or_too_large_is_refused(chosen: dict[str, Any]) -> None:
    strict, _ = gate(**chosen)
    with pytest.raises(RiskBlocked):
        await strict.allow(CALLER, *paying())


async def test_a_merchant_takes_no_more_payments_a_minute_than_agreed() -> None:
    strict, clock = gate(merchant_per_minute=3)
    for _ in range(3):
        await strict.allow(CALLER, *paying())
    clock.advance(20)
    with pytest.raises(MerchantTooFast) as refused:
        await strict.allow(CALLER, *paying())
    assert refused.value.retry_after_s == 40
    clock.advance(40)
    await strict.allow(CALLER, *paying())


async def test_money_that_goes_back_and_trades_that_end_always_pass() -> None:
    strict, _ = gate(blocked_wallets=frozenset({WALLET}), merchant_per_minute=1)
    back = refunds.refund(
        paid(), command=command(3), out_refund_no="R", amount=1, reason="", now=NOW, rules=RULES
    )
    for _ in range(3):
        await strict.allow(CALLER, back, paid())
        await strict.allow(CALLER, plans.reverse(paid(), command=command(4), now=NOW), paid())
        await strict.allow(CALLER, plans.close(unpaid(), command=command(5), now=NOW), unpaid())


def test_rules_are_read_from_the_settings() -> None:
    table = {"large_amount": 5, "blocked_wallets": [str(WALLET)]}
    read = rules(Settings(home=Path("/x"), tables={"risk": table}))
    assert read == RiskRules(large_amount=5, blocked_wallets=frozenset({WALLET}))


@pytest.mark.parametrize(
    "table",
    [
        {"large_amount": -1},
        {"large_amount": True},
        {"blocked_wallets": ["x"]},
        {"blocked_wallets": "x"},
        {"y": 1},
    ],
)
def test_a_rule_that_cannot_be_used_names_its_setting(table: dict[str, Any]) -> None:
    with pytest.raises(SettingMalformed) as refused:
        rules(Settings(home=Path("/x"), tables={"risk": table}))
    assert refused.value.field == f"risk.{next(iter(table))}"
