"""What a refund gives back, and to whom."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from qianbao.clock import SECOND
from qianbao.errors import QianbaoError
from qianbao.ids import Id
from qianbao.journal.models import Plan
from qianbao.money import share
from qianbao.payments.refund import plans
from qianbao.payments.refund.models import (
    RefundAmountInvalid,
    RefundNew,
    RefundsTooMany,
    RefundTooLarge,
    RefundTooLate,
)
from qianbao.payments.rules import DAY_S
from qianbao.payments.trade.chain import FEE_ACCOUNT, SUBSIDY_ACCOUNT
from qianbao.payments.trade.errors import TextTooLong, TradeNotPaid
from qianbao.payments.trade.models import Trade, TradeState
from tests.payments.records import NOW, PAYEE, RULES, SHOP, WALLET, after, command, paid, unpaid


def refund(trade: Trade, amount: int, number: int = 3, *, now: int = NOW) -> Plan:
    """A refund under the `number`th command."""
    return plans.refund(
        trade,
        command=command(number),
        out_refund_no=f"R{number}",
        amount=amount,
        reason="",
        now=now,
        rules=RULES,
    )


@given(
    st.lists(st.integers(1, 100_00), max_size=49),
    st.integers(0, 1000),
    st.integers(0, 99_99),
)
def test_refunds_in_any_pieces_leave_every_funder_where_they_began_and_no_fee(
    pieces: list[int], rate: int, subsidy: int
) -> None:
    trade = paid(100_00, subsidy=subsidy, payee=replace(PAYEE, rate_bp=rate))
    returned: Counter[Id] = Counter()
    for number, piece in enumerate([*pieces, 100_00]):
        amount = min(piece, trade.amount - trade.refunded)
        if not amount:
            continue
        plan = refund(trade, amount, number)
        shop = 0
        for leg in plan.transfers:
            returned.update({leg.credit: leg.amount})
            shop += leg.amount if leg.credit == SHOP else -leg.amount
        trade = after(trade, plan)
        left = trade.amount - trade.refunded
        assert trade.fee - trade.fee_returned == share(left, rate), "the fee left is the fee of what is left"
        assert shop == -amount + returned_fee(plan)
    assert (returned[WALLET], returned[SUBSIDY_ACCOUNT]) == (100_00 - subsidy, subsidy)
    assert returned[SHOP] == trade.fee == trade.fee_returned
    assert trade.state is TradeState.REFUNDED


def returned_fee(plan: Plan) -> int:
    """What the fee's account gives in a plan."""
    return sum(leg.amount for leg in plan.transfers if leg.debit == FEE_ACCOUNT)


def test_a_full_refund_needs_no_more_than_the_takings_less_the_fee() -> None:
    first, *_ = refund(paid(), 100_00).transfers
    assert (first.debit, first.credit, first.amount) == (FEE_ACCOUNT, SHOP, 60)


def test_the_payers_own_money_goes_back_before_subsidies() -> None:
    trade = paid(subsidy=5_00)
    assert {leg.credit for leg in refund(trade, 95_00).transfers} == {SHOP, WALLET}
    assert {leg.credit for leg in refund(trade, 95_01).transfers} == {SHOP, WALLET, SUBSIDY_ACCOUNT}


@given(st.integers(-(10**12), 10**12))
def test_a_refund_never_gives_back_more_than_was_paid(amount: int) -> None:
    trade = after(paid(), refund(paid(), 30_00))
    if 1 <= amount <= 70_00:
        assert after(trade, refund(trade, amount, 4)).refunded == 30_00 + amount
    else:
        with pytest.raises((RefundTooLarge, RefundAmountInvalid)):
            refund(trade, amount, 4)


@pytest.mark.parametrize(
    ("trade", "now", "refusal"),
    [
        (unpaid(), NOW, TradeNotPaid),
        (replace(paid(), refunds=50, refunded=50, state=TradeState.PARTLY_REFUNDED), NOW, RefundsTooMany),
        (paid(), NOW + 365 * DAY_S * SECOND + 1, RefundTooLate),
        (replace(paid(), state=TradeState.REVERSED, refunded=100_00), NOW, TradeNotPaid),
        (replace(paid(), state=TradeState.REFUNDED, refunded=100_00), NOW, RefundTooLarge),
    ],
)
def test_a_refund_that_may_not_be_is_refused(trade: Trade, now: int, refusal: type[QianbaoError]) -> None:
    with pytest.raises(refusal):
        refund(trade, 1, now=now)


def test_a_refund_has_a_number_and_its_commands_id() -> None:
    plan = refund(paid(), 1)
    row = plan.steps[1]
    assert isinstance(row, RefundNew)
    assert (row.id, row.out_refund_no, row.trade) == (plan.command, "R3", paid().id)
    with pytest.raises(TextTooLong):
        plans.refund(paid(), command=command(), out_refund_no="", amount=1, reason="", now=NOW, rules=RULES)
