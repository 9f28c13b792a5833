"""Statements and takings, pure: they add up, whatever moved."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.clock import SECOND, business_date
from qianbao.ids import Id, leg, of_int
from qianbao.ledger.models import Transfer, TransferFlags
from qianbao.parties.chart import TransferCode
from qianbao.settlement.days import Period, begins, hour_of, period
from qianbao.settlement.errors import PeriodMalformed
from qianbao.settlement.movements import Kind, Movement, movements
from qianbao.settlement.statement.plans import line, statement
from qianbao.settlement.takings.models import Sale, Sum
from qianbao.settlement.takings.plans import sales, slips, takings

SHOP, OTHER = of_int(7 << 8), of_int(9 << 8)
FIRST = date(2026, 11, 1)
WEEK = Period(first=FIRST, last=FIRST + timedelta(days=6))
DAY_S = 86_400


@st.composite
def transfers(draw: st.DrawFn) -> Transfer:
    """Any transfer of the shop's account within the week."""
    command = of_int(draw(st.integers(1, 40)) << 8)
    came = draw(st.booleans())
    return Transfer(
        id=leg(command, draw(st.integers(1, 200))).int,
        debit_account_id=(OTHER if came else SHOP).int,
        credit_account_id=(SHOP if came else OTHER).int,
        amount=draw(st.integers(0, 10**9)),
        code=draw(st.sampled_from([*TransferCode, 7777])),
        flags=draw(
            st.sampled_from(
                [
                    0,
                    TransferFlags.LINKED,
                    TransferFlags.PENDING,
                    TransferFlags.POST_PENDING_TRANSFER,
                    TransferFlags.VOID_PENDING_TRANSFER,
                ]
            )
        ),
        user_data_128=command.int + 1,
        timestamp=WEEK.since + draw(st.integers(0, 7 * DAY_S * SECOND - 1)),
    )


def moved_on(books: list[Transfer]) -> int:
    """By how much the shop's posted balance changed, as the ledger's model has it."""
    posted = [
        one for one in books if not one.flags & (TransferFlags.PENDING | TransferFlags.VOID_PENDING_TRANSFER)
    ]
    return sum(one.amount if one.credit_account_id == SHOP.int else -one.amount for one in posted)


@given(st.lists(transfers(), max_size=60), st.integers(-(10**6), 10**12))
def test_a_statement_says_exactly_what_the_ledger_moved(books: list[Transfer], opening: int) -> None:
    made = statement(movements(SHOP, books), merchant=SHOP, period=WEEK, opening=opening, now=WEEK.until + 1)
    assert made.total.closing - opening == moved_on(books)
    balance = opening
    for one in made.days:
        assert one.line.opening == balance
        balance = one.line.closing
        of_day = [t for t in books if business_date(t.timestamp) == one.day]
        assert balance - one.line.opening == moved_on(of_day)
    assert (made.total.opening, made.total.closing) == (opening, balance)
    for part in ("payments", "subsidies", "refunds", "reversals", "fees", "withdrawals", "other", "net"):
        assert getattr(made.total, part) == sum(getattr(one.line, part) for one in made.days)


@given(st.lists(transfers(), max_size=60))
def test_takings_add_up_by_item_by_cashier_and_by_hour(books: list[Transfer]) -> None:
    found = [
        Sale(slip=slip, store=None, item=str(slip.trade.int % 3), cashier=of_int(1 + slip.trade.int % 2))
        for slip in slips(movements(SHOP, books))
    ]
    made = takings(found)
    whole = line(movements(SHOP, books), opening=0)
    for apart in (made.by_item, made.by_cashier, made.by_hour):
        for part in ("count", "amount", "refunds", "returned", "fee", "net"):
            assert getattr(made.total, part) == sum(getattr(one, part) for one in apart.values())
    assert made.total.amount == whole.gross
    assert made.total.returned == whole.refunds + whole.reversals
    assert made.total.fee == whole.fees
    assert list(made.by_hour) == list(range(24))


def _movement(kind: Kind, amount: int, *, command: Id = SHOP, at: int = WEEK.since) -> Movement:
    return Movement(at=at, kind=kind, amount=amount, about=OTHER, command=command)


def test_one_payment_with_subsidy_and_fee_is_one_sale() -> None:
    moved = [
        _movement(Kind.PAYMENT, 95_00),
        _movement(Kind.SUBSIDY, 5_00),
        _movement(Kind.FEE, -60),
        _movement(Kind.REFUND, -10_00, command=OTHER),
        _movement(Kind.FEE_RETURNED, 6, command=OTHER),
        _movement(Kind.WITHDRAWAL, -50_00, command=OTHER),
    ]
    told = line(moved, opening=1_00)
    assert (told.gross, told.refunds, told.fees, told.net) == (100_00, 10_00, 54, 89_46)
    assert (told.payments_count, told.refunds_count) == (1, 1)
    assert told.closing == 1_00 + 89_46 - 50_00
    total = takings(sales(slips(moved), {}, {})).total
    assert total == Sum(count=1, amount=100_00, refunds=1, returned=10_00, fee=54)


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)), st.integers(0, DAY_S - 1))
def test_a_moment_is_of_the_day_and_hour_that_it_falls_into(day: date, second: int) -> None:
    at = begins(day) + second * SECOND
    assert business_date(at) == day
    assert hour_of(at) == second // 3600
    assert Period(first=day, last=day).since <= at < Period(first=day, last=day).until


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 11, 2), date(2026, 11, 1)),
        (date(2026, 11, 1), date(2026, 12, 1)),
        (date(2025, 1, 1), date(2026, 11, 1)),
        (date(1970, 1, 1), date(1970, 1, 2)),
    ],
)
def test_a_period_that_is_none_is_refused(first: date, last: date) -> None:
    with pytest.raises(PeriodMalformed):
        period(first, last, now=begins(date(2026, 11, 25)))


def test_without_days_it_is_today() -> None:
    day = date(2026, 11, 25)
    assert period(None, None, now=begins(day) + 1) == Period(first=day, last=day)
    assert period(FIRST, None, now=begins(day)) == Period(first=FIRST, last=FIRST)
