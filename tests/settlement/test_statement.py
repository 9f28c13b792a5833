"""Statements on real books: to the fen what the ledger says, day by day."""

from __future__ import annotations

import random

from qianbao.clock import BUSINESS_ZONE, business_date, moment
from qianbao.ids import Id
from qianbao.parties.chart import AccountCode, house_account
from qianbao.payments.refund import service as refunds
from qianbao.payments.trade import ending
from qianbao.settlement.days import Period
from qianbao.settlement.room import Settlement
from qianbao.settlement.statement.service import draw_up
from qianbao.settlement.takings import plans
from qianbao.settlement.takings.service import sold
from tests.payments.conftest import Town
from tests.payments.flows import paid

DAY_S = 86_400


async def traded(town: Town, seed: int, *, days: int) -> tuple[Id, dict[str, int]]:
    """A shop that has sold, given back, called off and paid out for some days; its balance after each."""
    draw = random.Random(seed)
    shop = await town.shop(rate_bp=draw.choice([0, 38, 60]))
    balances: dict[str, int] = {}
    for _ in range(days):
        for _ in range(draw.randint(0, 4)):
            amount = draw.randint(1, 300_00)
            trade, _ = await paid(town, shop, amount, subsidy=draw.choice([0, 0, amount // 10]))
            match draw.randint(0, 3):
                case 0:
                    back = draw.randint(1, amount)
                    await refunds.refund(
                        shop,
                        town.room,
                        command=town.key(),
                        trade=trade,
                        out_refund_no=town.number(),
                        amount=back,
                    )
                case 1:
                    await ending.reverse(shop, town.room, command=town.key(), trade=trade)
                case _:
                    pass
        if (held := await town.balance(shop.id)) and draw.random() < 0.5:
            await town.move(shop.id, house_account(AccountCode.CAPITAL), held // 2)
        balances[str(business_date(town.clock.now()))] = await town.balance(shop.id)
        town.clock.advance(DAY_S)
    return shop.id, balances


async def test_every_day_closes_with_the_balance_that_the_ledger_had(
    town: Town, settlement: Settlement
) -> None:
    for seed in range(3):
        first = business_date(town.clock.now())
        shop, balances = await traded(town, seed, days=5)
        last = business_date(town.clock.now())
        whole = Period(first=first, last=last)
        again = await draw_up(settlement, shop, whole)  # from the beginning; then from the balances kept
        for made in (again, await draw_up(settlement, shop, whole)):
            closed = {str(one.day): one.line.closing for one in made.days}
            assert {day: closed[day] for day in balances} == balances
            assert (made.total.opening, made.total.closing) == (0, await town.balance(shop))
        middle = again.days[2]
        alone = await draw_up(settlement, shop, Period(first=middle.day, last=middle.day))
        assert alone.days[0] == middle


async def test_takings_and_statement_of_a_day_agree(town: Town, settlement: Settlement) -> None:
    shop, _ = await traded(town, 11, days=2)
    today = business_date(town.clock.now())
    yesterday = Period(first=business_date(town.clock.now() - DAY_S * 10**9), last=today)
    made = (await draw_up(settlement, shop, yesterday)).total
    found = plans.takings(await sold(settlement, shop, since=yesterday.since, until=yesterday.until))
    assert (found.total.amount, found.total.returned, found.total.fee) == (
        made.gross,
        made.refunds + made.reversals,
        made.fees,
    )


async def test_takings_are_told_by_item_cashier_and_hour(town: Town, settlement: Settlement) -> None:
    shop = await town.shop()
    noodles, _ = await paid(town, shop, 20_00, subject="牛肉面")
    await paid(town, shop, 18_00, subject="牛肉面")
    await paid(town, shop, 3_00)
    await refunds.refund(
        shop, town.room, command=town.key(), trade=noodles, out_refund_no=town.number(), amount=5_00
    )
    today = Period(first=business_date(town.clock.now()), last=business_date(town.clock.now()))
    made = plans.takings(await sold(settlement, shop.id, since=today.since, until=today.until))
    assert made.total.net == 36_00
    assert {item: (sum.count, sum.amount, sum.returned) for item, sum in made.by_item.items()} == {
        "牛肉面": (2, 38_00, 5_00),
        "": (1, 3_00, 0),
    }
    assert {who: sum.net for who, sum in made.by_cashier.items()} == {shop.id: 36_00}
    hour = moment(town.clock.now()).astimezone(BUSINESS_ZONE).hour
    assert made.by_hour[hour].count == 3
    elsewhere = await sold(
        settlement, shop.id, since=today.since, until=today.until, store=house_account(AccountCode.FEE)
    )
    assert elsewhere == []
