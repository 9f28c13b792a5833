"""What a trade does: its states and its money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from qianbao.clock import SECOND
from qianbao.errors import QianbaoError
from qianbao.ids import Id
from qianbao.journal.models import Plan, Spend, Transfer
from qianbao.money import share
from qianbao.parties.chart import TransferCode
from qianbao.payments.refund import plans as refunds
from qianbao.payments.rules import DAY_S
from qianbao.payments.trade import plans
from qianbao.payments.trade.chain import FEE_ACCOUNT, SUBSIDY_ACCOUNT
from qianbao.payments.trade.errors import (
    AmountOutOfRange,
    CurrencyMismatch,
    ExpiresOutOfRange,
    TextTooLong,
    TradeAlreadyPaid,
    TradeClosed,
    TradeExpired,
    TradeNotReversible,
    TradeWaitsForPayer,
)
from qianbao.payments.trade.models import (
    FIRST,
    NEXT,
    Payer,
    Scene,
    Trade,
    TradeMoved,
    TradeNew,
    TradeState,
    trade_id,
)
from tests.payments.records import (
    NOW,
    OTHER,
    PAYEE,
    PAYER,
    RULES,
    SHOP,
    WALLET,
    after,
    command,
    draft,
    paid,
    stands,
    unpaid,
)

AMOUNTS = st.integers(1, RULES.amount_max)
RATES = st.integers(0, 1000)


def moved(transfers: tuple[Transfer, ...]) -> Counter[Id]:
    """What each account gained (or lost) by some transfers."""
    net: Counter[Id] = Counter()
    for one in transfers:
        net[one.credit] += one.amount
        net[one.debit] -= one.amount
    return net


@given(AMOUNTS, RATES, st.integers(0, 10**9))
def test_a_payment_conserves_money_and_the_shop_gets_all_but_the_fee(
    amount: int, rate: int, subsidy: int
) -> None:
    subsidy = min(subsidy, amount - 1)
    trade = unpaid(amount, subsidy=subsidy, payee=replace(PAYEE, rate_bp=rate))
    plan = plans.pay(trade, command=command(), payer=PAYER, now=NOW, pin=True)
    net = moved(plan.transfers)
    fee = share(amount, rate)
    assert sum(net.values()) == 0
    assert net[WALLET] == subsidy - amount
    assert net[SUBSIDY_ACCOUNT] == -subsidy
    assert net[SHOP] == amount - fee
    assert net[FEE_ACCOUNT] == fee
    assert all(one.amount > 0 for one in plan.transfers)
    assert {one.user_data_128 for one in plan.transfers} == {trade.id}
    assert len({one.id for one in plan.transfers}) == len(plan.transfers)


def test_the_example_of_the_architecture_is_paid_as_written_there() -> None:
    plan = plans.pay(unpaid(100_00, subsidy=5_00), command=command(), payer=PAYER, now=NOW, pin=True)
    assert [(t.debit, t.credit, t.amount) for t in plan.transfers] == [
        (WALLET, SHOP, 95_00),
        (SUBSIDY_ACCOUNT, SHOP, 5_00),
        (SHOP, FEE_ACCOUNT, 60),
    ]


@pytest.mark.parametrize(
    ("scene", "pin", "spend"),
    [
        (Scene.NATIVE, True, Spend.LIMITED),
        (Scene.NATIVE, False, Spend.LIMITED | Spend.WITHOUT_PIN),
        (Scene.STATIC_QR, True, Spend.LIMITED | Spend.STATIC_CODE),
        (Scene.STATIC_QR, False, Spend.LIMITED | Spend.STATIC_CODE | Spend.WITHOUT_PIN),
    ],
)
def test_only_the_payers_own_money_counts_in_the_spend_windows(scene: Scene, pin: bool, spend: Spend) -> None:
    trade = unpaid(scene=scene, subsidy=5_00)
    own, *others = plans.pay(trade, command=command(), payer=PAYER, now=NOW, pin=pin).transfers
    assert own.spend == spend
    assert all(other.spend == Spend.NOTHING for other in others)


def test_a_draft_can_be_paid_in_one_commit() -> None:
    plan = plans.pay(draft(), command=command(), payer=PAYER, now=NOW, pin=False)
    (step,) = plan.steps
    assert isinstance(step, TradeNew)
    assert (step.state, step.version, step.payer, step.expires) == (TradeState.PAID, 1, WALLET, 0)
    assert plan.event.type == "trade.paid"


def test_a_charge_that_waits_can_be_paid_by_its_payer_alone() -> None:
    asked = plans.ask(draft(), command=command(), payer=PAYER, now=NOW)
    waiting = after(draft(), asked)
    assert waiting.state is TradeState.PAYING
    with pytest.raises(TradeWaitsForPayer):
        plans.pay(waiting, command=command(2), payer=Payer(wallet=OTHER), now=NOW, pin=True)
    done = plans.pay(waiting, command=command(2), payer=PAYER, now=NOW, pin=True)
    assert after(waiting, done).state is TradeState.PAID


def test_a_trade_is_not_paid_once_its_time_is_over() -> None:
    trade = unpaid(expires_in_s=60)
    plans.pay(trade, command=command(), payer=PAYER, now=NOW + 60 * SECOND - 1, pin=True)
    with pytest.raises(TradeExpired):
        plans.pay(trade, command=command(), payer=PAYER, now=NOW + 60 * SECOND, pin=True)


def test_closing_says_whether_the_trade_was_paid_or_is_over() -> None:
    with pytest.raises(TradeAlreadyPaid):
        plans.close(paid(), command=command(3), now=NOW)
    closed = after(unpaid(), plans.close(unpaid(), command=command(3), now=NOW))
    with pytest.raises(TradeClosed):
        plans.close(closed, command=command(4), now=NOW)
    with pytest.raises(TradeClosed):
        plans.pay(closed, command=command(4), payer=PAYER, now=NOW, pin=True)


@given(AMOUNTS, RATES, st.integers(0, 10**9))
def test_a_reversal_leaves_everybody_where_they_began(amount: int, rate: int, subsidy: int) -> None:
    asked = {"subsidy": min(subsidy, amount - 1), "payee": replace(PAYEE, rate_bp=rate)}
    trade = unpaid(amount, **asked)
    first = plans.pay(trade, command=command(), payer=PAYER, now=NOW, pin=True)
    second = plans.reverse(after(trade, first), command=command(2), now=NOW)
    net = moved(first.transfers + second.transfers)
    assert not any(net.values())
    assert after(after(trade, first), second).state is TradeState.REVERSED
    assert {t.code for t in second.transfers if t.credit == WALLET} == {TransferCode.REVERSAL}


def test_a_paid_trade_is_reversed_on_its_day_only_and_never_after_a_refund() -> None:
    with pytest.raises(TradeNotReversible):
        plans.reverse(paid(), command=command(3), now=NOW + DAY_S * SECOND)
    part = refunds.refund(
        paid(), command=command(3), out_refund_no="R", amount=1, reason="", now=NOW, rules=RULES
    )
    with pytest.raises(TradeNotReversible):
        plans.reverse(after(paid(), part), command=command(4), now=NOW)


def test_a_call_off_that_arrives_before_its_charge_takes_the_number() -> None:
    plan = plans.bury(command(), payee=PAYEE, out_trade_no="T1", now=NOW)
    (grave,) = plan.steps
    assert isinstance(grave, TradeNew)
    assert grave.id == draft().id == trade_id(SHOP, "T1")
    with pytest.raises(TradeClosed):
        plans.pay(stands(grave), command=command(2), payer=PAYER, now=NOW, pin=False)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"amount": 0}, AmountOutOfRange),
        ({"amount": -1}, AmountOutOfRange),
        ({"amount": RULES.amount_max + 1}, AmountOutOfRange),
        ({"amount": 100, "subsidy": 100}, AmountOutOfRange),
        ({"amount": 100, "subsidy": -1}, AmountOutOfRange),
        ({"currency": "USD"}, CurrencyMismatch),
        ({"out_trade_no": ""}, TextTooLong),
        ({"out_trade_no": "x" * 65}, TextTooLong),
        ({"subject": "a\x00b"}, TextTooLong),
        ({"attach": "x" * 513}, TextTooLong),
        ({"expires_in_s": 59}, ExpiresOutOfRange),
        ({"expires_in_s": 7 * DAY_S + 1}, ExpiresOutOfRange),
    ],
)
def test_a_draft_that_no_trade_may_be_is_refused(
    asked: dict[str, object], refusal: type[QianbaoError]
) -> None:
    with pytest.raises(refusal):
        draft(**asked)  # pyright: ignore[reportArgumentType] - one table for fields of several types


MOVES: list[Callable[[Trade], Plan]] = [
    lambda t: plans.pay(t, command=command(1), payer=PAYER, now=NOW, pin=True),
    lambda t: plans.ask(t, command=command(2), payer=PAYER, now=NOW),
    lambda t: plans.decline(t, command=command(3), now=NOW),
    lambda t: plans.close(t, command=command(4), now=NOW),
    lambda t: plans.reverse(t, command=command(5), now=NOW),
    lambda t: refunds.refund(
        t, command=command(6), out_refund_no="R", amount=40_00, reason="", now=NOW, rules=RULES
    ),
    lambda t: refunds.refund(
        t, command=command(7), out_refund_no="R", amount=100_00, reason="", now=NOW, rules=RULES
    ),
]


@given(st.lists(st.sampled_from(MOVES), max_size=12))
def test_whatever_is_asked_in_whatever_order_the_table_of_states_holds(
    moves: list[Callable[[Trade], Plan]],
) -> None:
    trade = unpaid()
    assert trade.state in FIRST
    balance: Counter[Id] = Counter()
    for move in moves:
        try:
            plan = move(trade)
        except QianbaoError:
            continue
        step = plan.steps[0]
        assert isinstance(step, TradeMoved)
        assert step.state in NEXT[trade.state]
        trade = after(trade, plan)
        balance.update(moved(plan.transfers))
    given_back = trade.refunded if trade.paid else 0
    kept = trade.amount - given_back if trade.paid else 0
    assert balance[WALLET] == -kept
    assert balance[SHOP] == kept - (trade.fee - trade.fee_returned)
    assert trade.fee - trade.fee_returned == share(kept, trade.rate_bp)


def test_every_state_can_be_reached_and_every_end_is_an_end() -> None:
    reached, queue = set(FIRST), list(FIRST)
    while queue:
        for state in NEXT[queue.pop()] - reached:
            reached.add(state)
            queue.append(state)
    assert reached == set(TradeState) == set(NEXT)
    ends = {state for state in TradeState if not NEXT[state]}
    assert ends == {TradeState.REFUNDED, TradeState.CLOSED, TradeState.REVERSED, TradeState.FAILED}
