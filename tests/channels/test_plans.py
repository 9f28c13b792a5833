"""The plans of top-ups and withdrawals, for any amounts and decisions: pure, exact, and told as published."""

from __future__ import annotations

from collections import Counter

import jsonschema_rs
import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from qianbao.channels.bank import Decision, Declined, Done, Reason
from qianbao.channels.banks import bank_account
from qianbao.channels.errand import plans
from qianbao.channels.errand.models import Direction, Errand, ErrandState
from qianbao.events import Position, Told, schemas
from qianbao.ids import Id, derive, leg, of_int
from qianbao.journal import Plan
from qianbao.ledger import TransferFlags
from qianbao.money import AMOUNT_MAX

CALLER = of_int(7 << 64)
NOW = 1_800_000_000_000_000_000

amounts = st.integers(1, AMOUNT_MAX)
decisions: st.SearchStrategy[Decision] = st.one_of(
    st.builds(Done, bank_reference=st.text(max_size=20)),
    st.builds(Declined, reason=st.sampled_from(Reason)),
)


def errand(direction: Direction, amount: int, *, merchant: bool = False, attempt: int = 0) -> Errand:
    """A new errand over `amount`."""
    return Errand(
        id=derive(CALLER, f"{amount}"),
        direction=direction,
        account=of_int(8 << 64),
        merchant=merchant,
        card=of_int(9 << 64),
        bank="lotus",
        simulated=True,
        token="t",
        amount=amount,
        currency="CNY",
        state=ErrandState.REQUESTED,
        attempt=attempt,
        created=NOW,
        valid_until=NOW + 1,
    )


def checked(plan: Plan) -> None:
    """The plan's event is of its published schema."""
    told = Told(
        id=plan.command,
        type=plan.event.type,
        at=NOW,
        subject=plan.event.subject,
        data=msgspec.json.encode(plan.event.data).decode(),
        position=Position(1, 1),
    )
    body = msgspec.json.decode(told.body)
    jsonschema_rs.validator_for(schemas()[told.type], validate_formats=True).validate(body)


def posted(*plans: Plan) -> Counter[Id]:
    """What the plans' transfers leave on each account, pending ones by their end."""
    pending = {one.id: one for plan in plans for one in plan.transfers if one.flags & TransferFlags.PENDING}
    left: Counter[Id] = Counter()
    for one in (one for plan in plans for one in plan.transfers):
        if one.flags & TransferFlags.POST_PENDING_TRANSFER:
            assert pending[one.pending_id].amount == one.amount
        if not one.flags & (TransferFlags.PENDING | TransferFlags.VOID_PENDING_TRANSFER):
            left[one.debit] -= one.amount
            left[one.credit] += one.amount
    return left


@given(amounts, decisions)
def test_a_topup_moves_exactly_what_the_bank_gave(amount: int, decision: Decision) -> None:
    asked = errand(Direction.TOPUP, amount)
    begun = plans.begin(asked, caller=CALLER, due=NOW)
    ended = plans.end(asked, decision, now=NOW)
    assert begun.transfers == ()
    moved = amount if isinstance(decision, Done) else 0
    left = posted(begun, ended)
    assert (left[asked.account], left[bank_account("lotus")]) == (moved, -moved)
    checked(begun)
    checked(ended)


@given(amounts, decisions, st.booleans())
def test_a_withdrawal_moves_exactly_what_the_bank_took(
    amount: int, decision: Decision, merchant: bool
) -> None:
    asked = errand(Direction.WITHDRAWAL, amount, merchant=merchant)
    begun = plans.begin(asked, caller=CALLER, due=NOW)
    ended = plans.end(asked, decision, now=NOW)
    [aside] = begun.transfers
    assert (aside.flags, aside.amount, aside.timeout_s) == (TransferFlags.PENDING, amount, 0)
    [end] = ended.transfers
    assert end.pending_id == aside.id == leg(asked.id, 1)
    moved = amount if isinstance(decision, Done) else 0
    left = posted(begun, ended)
    assert (left[asked.account], left[bank_account("lotus")]) == (-moved, moved)
    checked(begun)
    checked(ended)


@given(amounts, decisions, st.integers(0, 50))
def test_the_same_decision_is_the_same_command_until_the_books_refuse_it(
    amount: int, decision: Decision, attempt: int
) -> None:
    for direction in Direction:
        now, later = (
            errand(direction, amount, attempt=attempt),
            errand(direction, amount, attempt=attempt + 1),
        )
        first, again = plans.end(now, decision, now=NOW), plans.end(now, decision, now=NOW + 5)
        assert (first.command, first.digest) == (again.command, again.digest)
        assert plans.end(later, decision, now=NOW).command != first.command


@given(amounts)
def test_a_request_with_other_content_has_another_digest(amount: int) -> None:
    digests = {
        plans.content(replace(errand(direction, amount), account=account, card=card))
        for direction in Direction
        for account, card in ((CALLER, of_int(1)), (of_int(1), CALLER))
    }
    assert len(digests) == 4
