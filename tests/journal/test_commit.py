"""One command is one plan: its transfers, steps and event together, or nothing."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from qianbao.db import Database
from qianbao.errors import QianbaoError
from qianbao.ids import derive, new
from qianbao.journal import (
    TOLD,
    CommandReused,
    CommitFailed,
    Journal,
    LedgerRefused,
    Receipt,
    Spend,
    Stale,
    StepRefused,
)
from qianbao.journal.errors import AccountClosed, AccountUnknown, DayLimitExceeded, NotEnough
from tests.journal.jar import (
    CALLER,
    JarEmpty,
    JarMade,
    JarPour,
    JarSet,
    JarSip,
    account,
    balance,
    jar,
    level,
    plan,
    told,
)


async def commands(db: Database, key: str) -> int:
    """How many rows there are of the command with this key."""
    row = await db.row("SELECT count(*) AS n FROM command WHERE id = $1", derive(CALLER, key))
    assert row is not None
    return row["n"]


async def test_transfers_step_and_event_become_durable_together(house: Database, journal: Journal) -> None:
    payer, shop, fees = await account(house, 1_000), await account(house), await account(house)
    kept = await jar(house, 7)

    receipt = await journal.commit(
        plan("together", (payer, shop, 100), (shop, fees, 6), steps=(JarSet(jar=kept, seen=1, level=8),))
    )

    assert isinstance(receipt, Receipt)
    assert receipt.result == {"key": "together"}
    assert not receipt.replayed
    assert [await balance(house, a) for a in (payer, shop, fees)] == [900, 94, 6]
    assert await level(house, kept) == (2, 8)
    assert await told(house, derive(CALLER, "together")) == ["together"]


async def test_a_plan_may_hold_no_money_or_no_step(house: Database, journal: Journal) -> None:
    payer, shop, kept = await account(house, 10), await account(house), new(0)

    await journal.commit(plan("no-money", steps=(JarMade(jar=kept, level=3),)))
    await journal.commit(plan("no-step", (payer, shop, 10)))
    await journal.commit(plan("event-only"))

    assert await level(house, kept) == (1, 3)
    assert await balance(house, shop) == 10
    assert await told(house, *(derive(CALLER, k) for k in ("no-money", "no-step", "event-only"))) == [
        "no-money", "no-step", "event-only"
    ]  # fmt: skip


async def test_a_repeat_gets_the_first_result_and_moves_nothing(house: Database, journal: Journal) -> None:
    payer, shop = await account(house, 100), await account(house)
    once = plan("repeat", (payer, shop, 40))
    first = await journal.commit(once)
    again = await journal.commit(msgspec.structs.replace(once, result={"key": "another"}))

    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert again.replayed
    assert (again.result, again.at) == (first.result, first.at)
    assert await balance(house, payer) == 60


async def test_repeats_sent_together_take_effect_once(house: Database, journal: Journal) -> None:
    payer, shop = await account(house, 100), await account(house)
    receipts = await asyncio.gather(*(journal.commit(plan("twins", (payer, shop, 30))) for _ in range(5)))

    assert [r.replayed for r in receipts if isinstance(r, Receipt)] == [False, True, True, True, True]
    assert await balance(house, payer) == 70


async def test_the_same_id_with_other_content_is_an_error(house: Database, journal: Journal) -> None:
    payer, shop = await account(house, 100), await account(house)
    results = await asyncio.gather(
        journal.commit(plan("reuse", (payer, shop, 30))),
        journal.commit(plan("reuse", (payer, shop, 31))),
        return_exceptions=True,
    )

    assert isinstance(results[0], Receipt)
    assert isinstance(results[1], CommandReused)
    with pytest.raises(CommandReused):
        await journal.receipt(derive(CALLER, "reuse"), 1)
    assert await balance(house, payer) == 70


async def test_a_refusal_by_the_ledger_is_kept_and_moves_nothing(house: Database, journal: Journal) -> None:
    payer, shop, kept = await account(house, 50), await account(house), await jar(house, 1)
    asked = plan("refused", (payer, shop, 20), (payer, shop, 31), steps=(JarSet(jar=kept, seen=1, level=2),))
    with pytest.raises(NotEnough) as first:
        await journal.commit(asked)
    await journal.commit(plan("more", (await account(house, 500), payer, 500)))
    with pytest.raises(NotEnough) as again:
        await journal.commit(asked)
    with pytest.raises(NotEnough) as looked_up:
        await journal.receipt(asked.command, asked.digest)

    assert [e.value.replayed for e in (first, again, looked_up)] == [False, True, True]
    assert [(e.value.ledger_status, e.value.leg) for e in (first, again, looked_up)] == [
        ("exceeds_credits", 2)
    ] * 3
    assert first.value.code == "not_enough"
    assert await balance(house, payer) == 550
    assert await level(house, kept) == (1, 1)
    assert await told(house, asked.command) == []


async def test_the_ledgers_refusals_have_names(house: Database, journal: Journal) -> None:
    payer, shop = await account(house, 100, day_max=60, year_max=80), await account(house)
    closed = await account(house, 5, flags=32)

    with pytest.raises(DayLimitExceeded):
        await journal.commit(plan("day", (payer, shop, 61), spend=Spend.LIMITED))
    with pytest.raises(AccountUnknown) as unknown:
        await journal.commit(plan("unknown", (payer, new(0), 1)))
    with pytest.raises(AccountClosed) as frozen:
        await journal.commit(plan("closed", (closed, shop, 1)))
    with pytest.raises(LedgerRefused) as same:
        await journal.commit(plan("same", (payer, payer, 1)))

    assert unknown.value.side == "credit"
    assert frozen.value.side == "debit"
    assert same.value.ledger_status == "accounts_must_be_different"


async def test_limits_are_checked_in_the_order_of_arrival_within_a_batch(
    house: Database, journal: Journal
) -> None:
    payer, shop = await account(house, 100), await account(house)
    results = await asyncio.gather(
        *(journal.commit(plan(f"in-order-{n}", (payer, shop, 30))) for n in range(6)), return_exceptions=True
    )

    assert [isinstance(r, Receipt) for r in results].count(True) == 3
    assert all(isinstance(r, Receipt | NotEnough) for r in results)
    assert await balance(house, payer) == 10


async def test_a_stale_plan_leaves_nothing_behind(house: Database, journal: Journal) -> None:
    payer, shop, kept = await account(house, 100), await account(house), await jar(house, 1)
    await journal.commit(plan("fresh", steps=(JarSet(jar=kept, seen=1, level=2),)))
    late = plan("late", (payer, shop, 10), steps=(JarSet(jar=kept, seen=1, level=3),))

    assert await journal.commit(late) == Stale()
    assert await commands(house, "late") == 0
    assert await journal.receipt(late.command, late.digest) is None
    assert await balance(house, payer) == 100

    again = msgspec.structs.replace(late, steps=(JarSet(jar=kept, seen=2, level=3),))
    assert isinstance(await journal.commit(again), Receipt)
    assert await level(house, kept) == (3, 3)


async def test_the_second_plan_of_a_batch_on_one_row_is_stale(house: Database, journal: Journal) -> None:
    kept = await jar(house, 1)
    results = await asyncio.gather(
        *(journal.commit(plan(f"rivals-{n}", steps=(JarSet(jar=kept, seen=1, level=n),))) for n in range(4))
    )

    assert [type(r) for r in results].count(Receipt) == 1
    assert await level(house, kept) == (2, [isinstance(r, Receipt) for r in results].index(True))


async def test_a_refusal_by_a_step_is_kept_like_the_ledgers(house: Database, journal: Journal) -> None:
    payer, shop, empty = await account(house, 100), await account(house), await jar(house, 0)
    asked = plan("thirsty", (payer, shop, 5))
    asked = msgspec.structs.replace(asked, steps=(JarSip(jar=empty, command=asked.command),))
    with pytest.raises(JarEmpty) as first:
        await journal.commit(asked)
    await house.write("UPDATE jar SET level = 5 WHERE id = $1", empty)
    with pytest.raises(JarEmpty) as again:
        await journal.commit(asked)

    assert (first.value.replayed, again.value.replayed) == (False, True)
    assert await balance(house, payer) == 100
    assert await told(house, asked.command) == []


async def test_what_commutes_needs_no_version(house: Database, journal: Journal) -> None:
    shared = await jar(house, 20)

    async def sip(n: int) -> str:
        asked = plan(f"sip-{n}")
        try:
            done = await journal.commit(
                msgspec.structs.replace(asked, steps=(JarSip(jar=shared, command=asked.command),))
            )
        except JarEmpty:
            return "empty"
        return type(done).__name__

    results = await asyncio.gather(*(sip(n) for n in range(50)))
    assert (results.count("Receipt"), results.count("empty")) == (20, 30)
    assert await level(house, shared) == (1, 0)


async def test_a_plan_that_breaks_a_rooms_table_fails_alone(house: Database, journal: Journal) -> None:
    payer, shop = await account(house, 1_000), await account(house)
    jars = [new(0) for _ in range(20)]
    results = await asyncio.gather(
        *(
            journal.commit(
                plan(
                    f"breaks-{n}",
                    (payer, shop, 1),
                    steps=(JarMade(jar=jars[n], level=-1 if n in {3, 11} else n),),
                )
            )
            for n in range(20)
        ),
        return_exceptions=True,
    )

    assert [n for n, r in enumerate(results) if isinstance(r, CommitFailed)] == [3, 11]
    assert sum(isinstance(r, Receipt) for r in results) == 18
    assert await balance(house, payer) == 982
    assert await commands(house, "breaks-3") == 0


async def test_a_value_that_cannot_be_written_fails_alone(house: Database, journal: Journal) -> None:
    payer, shop = await account(house, 1_000), await account(house)
    results = await asyncio.gather(
        journal.commit(plan("fits", (payer, shop, 1))),
        journal.commit(plan("too-large", (payer, shop, 2**70))),
        journal.commit(plan("no-json", (payer, shop, 1), result={"key": object()})),
        journal.commit(plan("fits-too", (payer, shop, 1))),
        return_exceptions=True,
    )

    assert [type(r) for r in results] == [Receipt, CommitFailed, CommitFailed, Receipt]
    assert await balance(house, shop) == 2


async def test_a_step_without_a_registered_error_says_its_number() -> None:
    from qianbao.journal.refusals import error

    refused: QianbaoError = error(1_999, None)
    assert isinstance(refused, StepRefused)
    assert refused.number == 1_999


async def test_every_ledger_status_that_a_payment_can_meet_has_its_own_code() -> None:
    from qianbao.journal.refusals import LEDGER_FROM, error
    from qianbao.ledger.statuses import CreateTransferStatus as Status

    def code(status: Status) -> str:
        return error(LEDGER_FROM + status, 1).code

    assert code(Status.EXCEEDS_CREDITS) == "not_enough"
    assert code(Status.EXCEEDS_DEBITS) == "not_enough_to_return"
    assert code(Status.DEBIT_ACCOUNT_ALREADY_CLOSED) == "account_closed"
    assert code(Status.CREDIT_ACCOUNT_ALREADY_CLOSED) == "account_closed"
    assert code(Status.DEBIT_ACCOUNT_NOT_FOUND) == "account_unknown"
    assert code(Status.EXCEEDS_DAY_LIMIT) == "day_limit_exceeded"
    assert code(Status.EXCEEDS_YEAR_LIMIT) == "year_limit_exceeded"
    assert code(Status.EXCEEDS_LIFE_LIMIT) == "life_limit_exceeded"
    assert code(Status.EXCEEDS_STATIC_CODE_LIMIT) == "static_code_limit_exceeded"
    assert code(Status.EXCEEDS_PINLESS_AMOUNT) == "pinless_amount_exceeded"
    assert code(Status.EXCEEDS_PINLESS_COUNT) == "pinless_count_exceeded"
    assert code(Status.PENDING_TRANSFER_EXPIRED) == "pending_expired"
    assert code(Status.PENDING_TRANSFER_ALREADY_POSTED) == "pending_already_posted"
    assert code(Status.PENDING_TRANSFER_ALREADY_VOIDED) == "pending_already_voided"
    assert code(Status.OVERFLOWS_DEBITS) == "ledger_refused"


async def test_an_amount_that_a_step_tells_is_moved_answered_and_told_of(
    house: Database, journal: Journal
) -> None:
    source, glass, shop = await account(house, 100), await account(house), await account(house)
    full = await jar(house, 3)
    pours = [
        plan(f"pour-{n}", (source, glass, TOLD), steps=(JarPour(jar=full),), result={"n": n})
        for n in range(4)
    ]
    plain = plan("beside the pours", (source, shop, 7))

    *ends, beside = await asyncio.gather(
        *(journal.commit(one) for one in (*pours, plain)), return_exceptions=True
    )

    # They travel on two lines, so which of them finds the jar empty is open; that one does, is not.
    taken = [one.result for one in ends if isinstance(one, Receipt)]
    assert sorted(one["poured"] for one in taken) == [1, 2, 3]
    assert len([one for one in ends if isinstance(one, JarEmpty)]) == 1
    assert isinstance(beside, Receipt)
    assert beside.result == {"key": "beside the pours"}
    assert [await balance(house, one) for one in (source, glass, shop)] == [87, 6, 7]
    some = pours[taken[0]["n"]]
    again = await journal.commit(some)
    assert isinstance(again, Receipt)
    assert again.replayed
    assert again.result == taken[0]
    row = await house.row("SELECT data FROM command WHERE id = $1", some.command)
    assert row is not None
    assert msgspec.json.decode(row["data"]) == {"key": f"pour-{taken[0]['n']}", "poured": taken[0]["poured"]}


async def test_an_amount_that_no_step_tells_is_refused(house: Database, journal: Journal) -> None:
    payer, shop, kept = await account(house, 100), await account(house), await jar(house, 1)
    for key, steps in (("untold", ()), ("told by another kind", (JarSip(jar=kept, command=new(1)),))):
        with pytest.raises(LedgerRefused) as refused:
            await journal.commit(plan(key, (payer, shop, TOLD), steps=steps))
        assert refused.value.code == "ledger_refused"
    assert await balance(house, payer) == 100
    assert await level(house, kept) == (1, 1)
