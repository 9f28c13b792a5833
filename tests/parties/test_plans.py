"""Freezing and opening as plans: any order of tries keeps at most one closing transfer, and voids it."""

from collections.abc import Callable

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from qianbao.ids import NONE, Id, derive
from qianbao.journal import Plan
from qianbao.ledger import TransferFlags
from qianbao.parties import plans
from qianbao.parties.errors import AlreadyFrozen, FrozenByHouse, NotFrozen
from qianbao.parties.models import NEXT, FrozenBy, KycClass, PartyState, Wallet

HOLDER = Id(int=1)
WALLET = Wallet(
    id=Id(int=2),
    person=HOLDER,
    brand="zhuque",
    account_number="10001",
    handle=None,
    name="张小明",
    kyc_class=KycClass.I,
    state=PartyState.ACTIVE,
    frozen_by=None,
    closing=None,
    version=1,
)

TRIES = st.lists(st.tuples(st.sampled_from([plans.freeze, plans.unfreeze]), st.sampled_from(FrozenBy)))


@given(TRIES)
def test_a_frozen_account_has_one_closing_transfer_and_an_open_one_none(
    tries: list[tuple[Callable[..., Plan], FrozenBy]],
) -> None:
    wallet, closed = WALLET, set[Id]()
    for number, (act, by) in enumerate(tries):
        try:
            plan = act(wallet, caller=HOLDER, command=derive(HOLDER, str(number)), by=by, reason="why")
        except (AlreadyFrozen, NotFrozen, FrozenByHouse):
            continue
        for transfer in plan.transfers:
            assert transfer.amount == 0, "a freeze moves no money"
            if transfer.flags & TransferFlags.VOID_PENDING_TRANSFER:
                closed.remove(transfer.pending_id)
            else:
                assert transfer.pending_id == NONE
                closed.add(transfer.id)
        (step,) = plan.steps
        assert isinstance(step, plans.PartyStateStep)
        assert step.seen_version == wallet.version
        assert (step.state, step.frozen_by) in NEXT[wallet.state, wallet.frozen_by]
        wallet = msgspec.structs.replace(
            wallet,
            state=step.state,
            frozen_by=step.frozen_by,
            closing=step.closing,
            version=wallet.version + 1,
        )
        assert closed == ({wallet.closing} if wallet.closing else set())
        assert (wallet.state is PartyState.FROZEN) == bool(closed)


@given(st.sampled_from(FrozenBy), st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_the_same_command_gives_the_same_plan_and_another_reason_another_digest(
    by: FrozenBy, one: str, other: str
) -> None:
    command = derive(HOLDER, "key")
    first = plans.freeze(WALLET, caller=HOLDER, command=command, by=by, reason=one)
    assert plans.freeze(WALLET, caller=HOLDER, command=command, by=by, reason=one) == first
    again = plans.freeze(WALLET, caller=HOLDER, command=command, by=by, reason=other)
    assert (again.digest == first.digest) == (one == other)
