"""A trade from prepay to its end, through the journal, on real books."""

from __future__ import annotations

import asyncio

import pytest

from qianbao.credentials.errors import PinWrong
from qianbao.credentials.models import Caller, Role
from qianbao.errors import OutcomeUnknown, QianbaoError
from qianbao.ids import Id
from qianbao.journal import CommandReused
from qianbao.journal.errors import DayLimitExceeded, NotEnough
from qianbao.parties.chart import AccountCode, house_account
from qianbao.parties.errors import WalletUnknown
from qianbao.parties.models import FrozenBy, KycClass, PartyKind
from qianbao.parties.service import freeze, unfreeze
from qianbao.payments.trade import ending, reading, service
from qianbao.payments.trade.errors import (
    MerchantFrozen,
    OutTradeNoUsed,
    PayerFrozen,
    PaysItself,
    PinRequired,
    SubsidyNotGranted,
    TradeAlreadyPaid,
    TradeClosed,
    TradeExpired,
    TradeNotFound,
    TradeNotReversible,
)
from qianbao.payments.trade.models import TradeState
from tests.payments.conftest import PIN, RICH, Town
from tests.payments.flows import paid, prepaid


async def test_a_trade_is_created_paid_and_seen_by_both(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    trade = await prepaid(town, shop, subject="Noodles", attach="table 4")
    assert await town.state(trade) is TradeState.UNPAID

    receipt = await service.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN)
    assert receipt.result["state"] == "paid"
    assert (receipt.result["fee"], receipt.result["paid_by_payer"]) == (60, 100_00)
    assert await town.balance(wallet) == RICH - 100_00
    assert await town.balance(shop.id) == 99_40

    assert (await reading.one(shop, town.room, trade)).attach == "table 4"
    assert (await reading.one(payer, town.room, trade)).state is TradeState.PAID
    found = await reading.one(payer, town.room, trade)
    assert (found.mcc, found.city, found.brand) == ("5812", "Hangzhou", "zhuque")


async def test_a_subsidy_is_paid_by_the_house_and_needs_its_grant(town: Town) -> None:
    shop = await town.shop()
    budget = house_account(AccountCode.SUBSIDY)
    before = await town.balance(budget)
    _, wallet = await paid(town, shop, 100_00, subsidy=5_00)
    assert await town.balance(wallet) == RICH - 95_00
    assert await town.balance(budget) == before - 5_00
    assert await town.balance(shop.id) == 99_40

    plain = Caller(id=shop.id, role=Role.OWNER, merchant=shop.merchant, scopes=frozenset())
    with pytest.raises(SubsidyNotGranted):
        await prepaid(town, plain, subsidy=1)


async def test_the_same_number_with_the_same_content_is_the_same_trade(town: Town) -> None:
    shop = await town.shop()
    number = town.number()
    first = await prepaid(town, shop, out_trade_no=number)
    assert await prepaid(town, shop, out_trade_no=number) == first
    with pytest.raises(OutTradeNoUsed):
        await prepaid(town, shop, 100_01, out_trade_no=number)
    other = await town.shop()
    assert await prepaid(town, other, 100_01, out_trade_no=number) != first


async def test_a_repeat_of_a_command_gets_the_first_answer_and_nothing_moves_twice(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    trade = await prepaid(town, shop)
    key = town.key()
    first = await service.pay(payer, town.room, command=key, trade=trade, wallet=wallet, pin=PIN)
    again = await service.pay(payer, town.other, command=key, trade=trade, wallet=wallet, pin=PIN)
    assert (again.result, again.replayed, first.replayed) == (first.result, True, False)
    assert await town.balance(wallet) == RICH - 100_00
    with pytest.raises(TradeAlreadyPaid):
        await service.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN)
    another = await prepaid(town, shop)
    with pytest.raises(CommandReused):
        await service.pay(payer, town.room, command=key, trade=another, wallet=wallet, pin=PIN)


async def test_a_refused_attempt_leaves_the_trade_unpaid_and_is_refused_again(town: Town) -> None:
    shop = await town.shop()
    poor, empty = await town.someone(0)
    rich, wallet = await town.someone()
    trade = await prepaid(town, shop)
    key = town.key()
    with pytest.raises(NotEnough):
        await service.pay(poor, town.room, command=key, trade=trade, wallet=empty, pin=PIN)
    assert await town.state(trade) is TradeState.UNPAID
    await town.give(empty, 100_00)
    with pytest.raises(NotEnough) as again:
        await service.pay(poor, town.room, command=key, trade=trade, wallet=empty, pin=PIN)
    assert again.value.replayed
    await service.pay(rich, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN)
    with pytest.raises(NotEnough) as later:
        await service.pay(poor, town.room, command=key, trade=trade, wallet=empty, pin=PIN)
    assert later.value.replayed


async def test_small_payments_go_without_pin_until_the_day_is_used_up(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    for _ in range(5):
        trade = await prepaid(town, shop, 10_00)
        await service.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet)
    sixth = await prepaid(town, shop, 10_00)
    with pytest.raises(PinRequired):
        await service.pay(payer, town.room, command=town.key(), trade=sixth, wallet=wallet)
    with pytest.raises(PinWrong):
        await service.pay(payer, town.room, command=town.key(), trade=sixth, wallet=wallet, pin="000000")
    await service.pay(payer, town.room, command=town.key(), trade=sixth, wallet=wallet, pin=PIN)
    assert await town.state(sixth) is TradeState.PAID


async def test_a_larger_payment_needs_the_pin_and_the_same_key_may_bring_it(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    trade = await prepaid(town, shop, 200_01)
    key = town.key()
    with pytest.raises(PinRequired):
        await service.pay(payer, town.room, command=key, trade=trade, wallet=wallet)
    await service.pay(payer, town.room, command=key, trade=trade, wallet=wallet, pin=PIN)


async def test_the_limit_of_a_class_holds(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone(kyc=KycClass.I)
    trade = await prepaid(town, shop, 1_000_01)
    with pytest.raises(DayLimitExceeded):
        await service.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN)


async def test_nobody_pays_their_own_shop_or_with_another_persons_wallet(town: Town) -> None:
    payer, wallet = await town.someone()
    other, _ = await town.someone()
    own = await town.shop(owner=payer.person)
    trade = await prepaid(town, own)
    with pytest.raises(PaysItself):
        await service.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN)
    with pytest.raises(WalletUnknown):
        await service.pay(other, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN)


async def test_a_frozen_party_is_named(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    trade = await prepaid(town, shop)

    async def turn(kind: PartyKind, account: Id, *, closed: bool) -> None:
        await (freeze if closed else unfreeze)(
            payer.id,
            parties=town.room.parties,
            journal=town.room.journal,
            command=town.key(),
            kind=kind,
            account=account,
            by=FrozenBy.HOUSE,
            reason="test",
        )

    await turn(PartyKind.WALLET, wallet, closed=True)
    with pytest.raises(PayerFrozen):
        await service.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN)
    await turn(PartyKind.WALLET, wallet, closed=False)
    await turn(PartyKind.MERCHANT, shop.id, closed=True)
    with pytest.raises(MerchantFrozen):
        await service.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN)
    await turn(PartyKind.MERCHANT, shop.id, closed=False)
    await service.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN)


async def test_another_merchants_trade_is_not_found(town: Town) -> None:
    shop, stranger = await town.shop(), await town.shop()
    trade = await prepaid(town, shop)
    for attempt in (ending.close, ending.reverse):
        with pytest.raises(TradeNotFound):
            await attempt(stranger, town.room, command=town.key(), trade=trade)
    with pytest.raises(TradeNotFound):
        await reading.one(stranger, town.room, trade)
    with pytest.raises(TradeNotFound):
        await ending.close(shop, town.room, command=town.key(), trade=town.key())
    _, wallet = await town.someone()
    settled, _ = await paid(town, shop)
    nosy, _ = await town.someone()
    with pytest.raises(TradeNotFound):
        await reading.one(nosy, town.room, settled)
    with pytest.raises(WalletUnknown):
        await reading.of_payer(nosy, town.room, wallet)


async def test_a_closed_trade_is_never_paid_and_a_paid_one_never_closed(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    trade = await prepaid(town, shop)
    key = town.key()
    first = await ending.close(shop, town.room, command=key, trade=trade)
    again = await ending.close(shop, town.room, command=key, trade=trade)
    assert first.result == again.result
    assert again.replayed
    with pytest.raises(TradeClosed):
        await service.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN)
    settled, _ = await paid(town, shop)
    with pytest.raises(TradeAlreadyPaid):
        await ending.close(shop, town.room, command=town.key(), trade=settled)


async def test_a_reversal_gives_everything_back_once(town: Town) -> None:
    shop = await town.shop()
    trade, wallet = await paid(town, shop, subsidy=5_00)
    first = await ending.reverse(shop, town.room, command=town.key(), trade=trade)
    assert first.result["state"] == "reversed"
    again = await ending.reverse(shop, town.other, command=town.key(), trade=trade)
    assert again.result["state"] == "reversed"
    assert await town.balance(wallet) == RICH
    assert await town.balance(shop.id) == 0

    open_one = await prepaid(town, shop)
    await ending.reverse(shop, town.room, command=town.key(), trade=open_one)
    assert await town.state(open_one) is TradeState.REVERSED


async def test_a_payment_of_yesterday_is_not_reversed(town: Town) -> None:
    shop = await town.shop()
    trade, _ = await paid(town, shop)
    try:
        town.clock.advance(86_400)
        with pytest.raises(TradeNotReversible):
            await ending.reverse(shop, town.room, command=town.key(), trade=trade)
    finally:
        town.clock.advance(-86_400)


async def test_what_runs_out_is_closed_by_the_sweep_and_cannot_be_paid_before_it_either(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    trades = [await prepaid(town, shop, expires_in_s=60) for _ in range(7)]
    settled, _ = await paid(town, shop, expires_in_s=60)
    longer = await prepaid(town, shop, expires_in_s=600)
    town.clock.advance(60)
    with pytest.raises(TradeExpired):
        await service.pay(payer, town.room, command=town.key(), trade=trades[0], wallet=wallet, pin=PIN)
    swept = 0
    while (sweep := await ending.expire(town.room, limit=3)).more:
        swept += sweep.closed
    swept += sweep.closed
    assert swept == 7
    assert {await town.state(trade) for trade in trades} == {TradeState.CLOSED}
    assert await town.state(settled) is TradeState.PAID
    assert await town.state(longer) is TradeState.UNPAID
    assert (await ending.expire(town.room)).closed == 0


async def test_lists_go_newest_first_page_by_page(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    made: list[Id] = []
    for turn in range(5):
        town.clock.advance(turn % 2)  # two of one moment are told apart by their ids
        made.append(await prepaid(town, shop, 1_00))
        await service.pay(payer, town.room, command=town.key(), trade=made[-1], wallet=wallet, pin=PIN)

    seen: list[Id] = []
    page = await reading.of_merchant(shop, town.room, limit=2)
    while True:
        seen += [trade.id for trade in page.trades]
        if page.next is None:
            break
        page = await reading.of_merchant(shop, town.room, before=page.next, limit=2)
    assert sorted(seen) == sorted(made)
    times = [(await reading.one(shop, town.room, one)).created for one in seen]
    assert times == sorted(times, reverse=True)

    mine = await reading.of_payer(payer, town.room, wallet, limit=3)
    assert [trade.id for trade in mine.trades] == made[:1:-1]
    assert mine.next is not None
    rest = await reading.of_payer(payer, town.room, wallet, until=mine.next, limit=3)
    assert [trade.id for trade in rest.trades] == made[1::-1]
    assert rest.next is None
    only = await reading.of_merchant(shop, town.room, state=TradeState.UNPAID)
    assert only.trades == []


async def test_a_call_off_before_the_trade_arrives_keeps_it_from_ever_being(town: Town) -> None:
    shop = await town.shop()
    number = town.number()
    receipt = await ending.reverse_number(shop, town.room, command=town.key(), out_trade_no=number)
    assert receipt.result["state"] == "reversed"
    with pytest.raises(OutTradeNoUsed):
        await prepaid(town, shop, out_trade_no=number)
    again = await ending.reverse_number(shop, town.room, command=town.key(), out_trade_no=number)
    assert again.result["id"] == receipt.result["id"]


@pytest.mark.parametrize("amount", [0, -1, 1_000_000_01, 2**63])
async def test_an_amount_out_of_range_is_refused_before_anything_is_kept(town: Town, amount: int) -> None:
    shop = await town.shop()
    number = town.number()
    with pytest.raises(QianbaoError) as refused:
        await prepaid(town, shop, amount, out_trade_no=number)
    assert refused.value.code == "amount_out_of_range"
    await prepaid(town, shop, out_trade_no=number)


async def test_a_cashier_reaches_the_trades_of_their_own_store_alone(town: Town) -> None:
    shop = await town.shop()
    here = Caller(id=town.key(), role=Role.CASHIER, merchant=shop.merchant, store=shop.store, till="1")
    away = Caller(id=town.key(), role=Role.CASHIER, merchant=shop.merchant, store=town.key(), till="1")
    number = town.number()
    trade = await prepaid(town, here, out_trade_no=number)
    assert (await reading.one(here, town.room, trade)).cashier == here.id
    for refused in (
        reading.one(away, town.room, trade),
        ending.close(away, town.room, command=town.key(), trade=trade),
    ):
        with pytest.raises(TradeNotFound):
            await refused
    assert (await reading.of_merchant(here, town.room)).trades
    assert not (await reading.of_merchant(away, town.room)).trades


async def test_a_line_lost_in_the_middle_says_where_to_ask_and_the_repeat_finds_out(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    trade, key = await prepaid(town, shop), town.key()
    async with town.db.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT id FROM trade WHERE id = $1 FOR UPDATE", trade)
        paying = asyncio.create_task(
            service.pay(payer, town.other, command=key, trade=trade, wallet=wallet, pin=PIN)
        )
        blocked = None
        while blocked is None:
            await asyncio.sleep(0.01)
            blocked = await connection.fetchval(
                "SELECT pid FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
        await connection.execute("SELECT pg_terminate_backend($1)", blocked)
        with pytest.raises(OutcomeUnknown) as lost:
            await paying
    assert lost.value.ask == f"/api/v1/trades/{trade}"
    receipt = await service.pay(payer, town.other, command=key, trade=trade, wallet=wallet, pin=PIN)
    assert receipt.result["state"] == "paid"
    assert await town.balance(wallet) == RICH - 100_00
