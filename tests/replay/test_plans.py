"""A record's plan and a chunk's top-ups, as properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.ids import Id, of_int
from qianbao.money import share
from qianbao.parties.chart import TransferCode
from qianbao.payments.rules import Rules
from qianbao.payments.trade import plans as trade
from qianbao.payments.trade.errors import AmountOutOfRange
from qianbao.payments.trade.models import Command, Payee, Payer, Scene, TradeNew, TradeState
from qianbao.replay import plans
from qianbao.replay.models import Record

SOURCE, RUN = plans.source_id("test"), of_int(7)
NOW = 1_800_000_000 * 10**9
RECORDS = st.builds(
    Record,
    line=st.integers(1, 10**9),
    id=st.text(min_size=1, max_size=64),
    occurred_at=st.one_of(st.none(), st.integers(0, NOW)),
    payer=st.text(min_size=1, max_size=9),
    merchant=st.text(min_size=1, max_size=9),
    store=st.text(min_size=1, max_size=9),
    amount=st.integers(1, Rules().amount_max),
)


@given(RECORDS, st.integers(0, 1000))
def test_a_record_is_one_new_paid_trade_whose_money_goes_from_payer_to_merchant_to_fee(
    record: Record, rate_bp: int
) -> None:
    payee, payer = Payee(merchant=of_int(1), rate_bp=rate_bp), Payer(wallet=of_int(2))
    plan, trade = plans.payment(
        record, source=SOURCE, run=RUN, payer=payer, payee=payee, now=NOW, rules=Rules()
    )
    (step,) = plan.steps
    assert isinstance(step, TradeNew)
    assert (step.state, step.amount, step.payer) == (TradeState.PAID, record.amount, payer.wallet)
    assert (trade.merchant, trade.payer, trade.amount) == (payee.merchant, payer.wallet, record.amount)
    first, *rest = plan.transfers
    assert (first.debit, first.credit, first.amount) == (payer.wallet, payee.merchant, record.amount)
    assert sum(one.amount for one in rest) == share(record.amount, rate_bp)
    assert ("occurred_at" in plan.event.data) is (record.occurred_at is not None)


@given(RECORDS, st.integers(0, 1000), st.sampled_from(["", "qianbao"]), st.sampled_from(["", "上海"]))
def test_a_record_is_paid_exactly_as_a_till_s_charge_of_it_would_be(
    record: Record, rate_bp: int, brand: str, city: str
) -> None:
    payee = Payee(merchant=of_int(1), store=of_int(3), mcc="5411", city=city, rate_bp=rate_bp)
    payer = Payer(wallet=of_int(2), brand=brand)
    plan, _ = plans.payment(record, source=SOURCE, run=RUN, payer=payer, payee=payee, now=NOW, rules=Rules())
    command = Command(caller=SOURCE, id=plan.command, digest=plan.digest)
    draft = trade.draft(
        command,
        payee=payee,
        out_trade_no=plan.command.hex,
        amount=record.amount,
        scene=Scene.OFFLINE_CODE,
        now=NOW,
        rules=Rules(),
    )
    charge = trade.pay(draft, command=command, payer=payer, now=NOW, pin=True)
    assert (plan.caller, plan.command, plan.digest) == (charge.caller, charge.command, charge.digest)
    assert plan.transfers == charge.transfers
    assert plan.steps == charge.steps
    assert (plan.event.type, plan.event.subject) == (charge.event.type, charge.event.subject)
    assert plan.event.data.items() >= charge.event.data.items()
    assert plan.event.data.keys() - charge.event.data.keys() <= {"record", "occurred_at"}
    assert plan.result.items() >= charge.result.items()
    assert plan.result.keys() - charge.result.keys() == {"run", "line"}


@pytest.mark.parametrize("amount", [0, -1, Rules().amount_max + 1])
def test_an_amount_that_no_trade_may_have_is_refused(amount: int) -> None:
    record = Record(line=1, id="r", occurred_at=None, payer="p", merchant="m", store="m", amount=amount)
    payee, payer = Payee(merchant=of_int(1)), Payer(wallet=of_int(2))
    with pytest.raises(AmountOutOfRange):
        plans.payment(record, source=SOURCE, run=RUN, payer=payer, payee=payee, now=NOW, rules=Rules())


@given(RECORDS, RECORDS)
def test_a_command_is_of_the_record_id_and_its_digest_of_what_the_record_says(a: Record, b: Record) -> None:
    payee, payer = Payee(merchant=of_int(1)), Payer(wallet=of_int(2))
    first, second = (
        plans.payment(one, source=SOURCE, run=RUN, payer=payer, payee=payee, now=NOW, rules=Rules())[0]
        for one in (a, b)
    )
    assert (first.command == second.command) is (a.id == b.id)
    said = [(one.payer, one.merchant, one.store, one.amount, one.occurred_at) for one in (a, b)]
    assert (first.digest == second.digest) is (said[0] == said[1])


@given(
    st.lists(st.tuples(st.integers(1, 900).map(of_int), st.integers(1, 10**9)), max_size=1200),
    st.booleans(),
    st.booleans(),
)
def test_every_wallet_gets_or_gives_back_exactly_what_its_records_come_to(
    pairs: list[tuple[Id, int]], back: bool, alone: bool
) -> None:
    needs = plans.needs(pairs)
    chains = plans.funding(needs, source=SOURCE, run=RUN, start=0, back=back, one_by_one=alone)
    moved: dict[Id, int] = {}
    for chain in chains:
        assert 1 <= len(chain.transfers) <= (1 if alone else plans.FUNDED_MAX)
        for transfer in chain.transfers:
            wallet, bank = (transfer.debit, transfer.credit) if back else (transfer.credit, transfer.debit)
            assert bank == plans.BANK
            assert transfer.code == (TransferCode.WITHDRAWAL if back else TransferCode.TOPUP)
            assert wallet not in moved
            moved[wallet] = transfer.amount
    assert moved == needs
    assert len({chain.command for chain in chains}) == len(chains)
