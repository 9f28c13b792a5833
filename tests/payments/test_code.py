"""The payer's code, through the journal, on real books."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.credentials.models import Caller, Role
from qianbao.ids import Id, parse
from qianbao.journal import Receipt
from qianbao.journal.errors import NotEnough
from qianbao.parties.errors import WalletUnknown
from qianbao.payments.code import service
from qianbao.payments.code.guesses import TooManyGuesses
from qianbao.payments.code.models import (
    CODE,
    CodeExpired,
    CodeMalformed,
    CodeUnknown,
    CodeUsed,
    draw,
)
from qianbao.payments.trade import ending, reading
from qianbao.payments.trade import service as trades
from qianbao.payments.trade.errors import (
    OutTradeNoUsed,
    PaysItself,
    TradeExpired,
    TradeNotFound,
    TradeNotPaying,
)
from qianbao.payments.trade.models import TradeState
from tests.payments.conftest import PIN, RICH, Town
from tests.payments.flows import prepaid


async def charge(town: Town, shop: Caller, code: str, amount: int = 10_00, **more: Any) -> Receipt:
    """A charge under a new key and number, unless they are given."""
    asked: dict[str, Any] = {"command": town.key(), "out_trade_no": town.number()} | more
    return await service.charge(shop, asked.pop("room", town.room), code=code, amount=amount, **asked)


async def code_of(town: Town, payer: Caller, wallet: Id) -> str:
    """A new code of a wallet."""
    return (await service.issue(payer, town.room, wallet=wallet)).code


@given(st.binary(min_size=16, max_size=16))
def test_a_code_is_eighteen_digits_and_says_its_brand(random: bytes) -> None:
    code = draw("14", random)
    assert CODE.fullmatch(code)
    assert code.startswith("14")


async def test_a_till_charges_a_code_in_one_commit(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    code = await code_of(town, payer, wallet)
    assert (await service.status(payer, town.room, code))["state"] == "shown"
    key, number = town.key(), town.number()
    first = await charge(town, shop, code, command=key, out_trade_no=number)
    assert (first.result["state"], first.result["scene"]) == ("paid", "offline_code")
    assert await town.balance(wallet) == RICH - 10_00
    again = await charge(town, shop, code, command=key, out_trade_no=number)
    assert (again.result, again.replayed) == (first.result, True)
    used = await service.status(payer, town.room, code)
    assert used["trade"]["id"] == first.result["id"]


async def test_only_a_keyed_hash_of_a_code_is_kept(town: Town) -> None:
    payer, wallet = await town.someone()
    code = await code_of(town, payer, wallet)
    rows = await town.db.rows("SELECT row_to_json(p)::text AS kept FROM payer_code AS p")
    assert rows
    assert not [row for row in rows if code in row["kept"] or code[2:] in row["kept"]]


async def test_a_code_photographed_after_its_use_is_useless(town: Town) -> None:
    shop, thief = await town.shop(), await town.shop()
    payer, wallet = await town.someone()
    code = await code_of(town, payer, wallet)
    await charge(town, shop, code)
    for attempt in (shop, thief):
        with pytest.raises(CodeUsed):
            await charge(town, attempt, code)
    assert await town.balance(wallet) == RICH - 10_00


async def test_a_code_lives_a_minute(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    code = await code_of(town, payer, wallet)
    town.clock.advance(60)
    with pytest.raises(CodeExpired):
        await charge(town, shop, code)
    assert (await service.status(payer, town.room, code))["state"] == "expired"


async def test_a_new_code_leaves_only_the_one_before_it_good(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    codes: list[str] = []
    for _ in range(3):
        codes.append(await code_of(town, payer, wallet))
        town.clock.advance(1)
    with pytest.raises(CodeUnknown):
        await charge(town, shop, codes[0])
    await charge(town, shop, codes[1])
    await charge(town, shop, codes[2])


async def test_a_refused_charge_leaves_the_code_good_and_no_trade(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone(5_00)
    code = await code_of(town, payer, wallet)
    number, key = town.number(), town.key()
    with pytest.raises(NotEnough):
        await charge(town, shop, code, out_trade_no=number, command=key)
    with pytest.raises(TradeNotFound):
        await reading.of_number(shop, town.room, number)
    await town.give(wallet, 5_00)
    with pytest.raises(NotEnough) as again:
        await charge(town, shop, code, out_trade_no=number, command=key)
    assert again.value.replayed
    paid = await charge(town, shop, code, out_trade_no=number)
    assert paid.result["state"] == "paid"


@pytest.mark.parametrize("same_number", [False, True])
async def test_of_two_charges_of_one_code_at_once_one_is_paid_and_the_code_is_used(
    town: Town, same_number: bool
) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    code = await code_of(town, payer, wallet)
    number = town.number()
    numbers = (number, number if same_number else town.number())
    first, second = await asyncio.gather(
        *(charge(town, shop, code, out_trade_no=each) for each in numbers), return_exceptions=True
    )
    paid, refused = (first, second) if isinstance(first, Receipt) else (second, first)
    assert isinstance(paid, Receipt)
    assert isinstance(refused, Exception)
    assert await town.balance(wallet) == RICH - 10_00
    assert (await service.status(payer, town.room, code))["state"] == "used"
    with pytest.raises(CodeUsed):
        await charge(town, shop, code)


async def test_two_charges_at_once_that_the_wallet_cannot_pay_leave_the_code_good(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone(5_00)
    code = await code_of(town, payer, wallet)
    both = await asyncio.gather(*(charge(town, shop, code) for _ in range(2)), return_exceptions=True)
    assert [type(each) for each in both] == [NotEnough, NotEnough]
    assert (await service.status(payer, town.room, code))["state"] == "shown"
    await charge(town, shop, code, 5_00)
    assert await town.balance(wallet) == 0


async def test_a_charge_that_needs_the_pin_waits_for_its_payer(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    other, others = await town.someone()
    code = await code_of(town, payer, wallet)
    key, number = town.key(), town.number()
    asked = await charge(town, shop, code, 300_00, command=key, out_trade_no=number)
    assert asked.result["state"] == "paying"
    trade = parse(asked.result["id"])
    again = await charge(town, shop, code, 300_00, command=key, out_trade_no=number)
    assert (again.result, again.replayed) == (asked.result, True)
    with pytest.raises(TradeNotFound):
        await reading.one(other, town.room, trade)
    with pytest.raises(TradeNotFound):
        await trades.decline(other, town.room, command=town.key(), trade=trade)
    with pytest.raises(CodeUsed):
        await charge(town, shop, code, 1_00)
    with pytest.raises(Exception, match="waits for its payer"):
        await trades.pay(other, town.room, command=town.key(), trade=trade, wallet=others, pin=PIN)
    await trades.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN)
    assert (await reading.one(shop, town.room, trade)).state is TradeState.PAID
    assert await town.balance(wallet) == RICH - 300_00


async def test_the_sixth_charge_of_a_day_needs_the_pin(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    states: list[str] = []
    for _ in range(6):
        code = await code_of(town, payer, wallet)
        key, number = town.key(), town.number()
        first = await charge(town, shop, code, command=key, out_trade_no=number)
        again = await charge(town, shop, code, command=key, out_trade_no=number, room=town.other)
        assert (again.result, again.replayed) == (first.result, True)
        states.append(first.result["state"])
    assert states == ["paid"] * 5 + ["paying"]


async def test_a_payer_may_say_no_and_a_till_may_call_off(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    asked = await charge(town, shop, await code_of(town, payer, wallet), 300_00)
    trade = parse(asked.result["id"])
    await trades.decline(payer, town.room, command=town.key(), trade=trade)
    assert await town.state(trade) is TradeState.FAILED
    with pytest.raises(TradeNotPaying):
        await trades.decline(payer, town.room, command=town.key(), trade=trade)

    number = town.number()
    asked = await charge(town, shop, await code_of(town, payer, wallet), 300_00, out_trade_no=number)
    await ending.reverse_number(shop, town.room, command=town.key(), out_trade_no=number)
    assert await town.state(parse(asked.result["id"])) is TradeState.REVERSED
    assert await town.balance(wallet) == RICH


async def test_a_charge_that_comes_after_its_call_off_takes_nothing(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    number = town.number()
    await ending.reverse_number(shop, town.room, command=town.key(), out_trade_no=number)
    with pytest.raises(OutTradeNoUsed):
        await charge(town, shop, await code_of(town, payer, wallet), out_trade_no=number)
    assert await town.balance(wallet) == RICH


async def test_a_prepaid_trade_can_be_charged_by_code(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    number = town.number()
    trade = await prepaid(town, shop, 10_00, out_trade_no=number)
    receipt = await charge(town, shop, await code_of(town, payer, wallet), out_trade_no=number)
    assert receipt.result["id"] == str(trade)
    with pytest.raises(OutTradeNoUsed):
        await charge(town, shop, await code_of(town, payer, wallet), 11_00, out_trade_no=number)


async def test_a_till_that_guesses_waits_even_with_a_right_code(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    for guess in range(10):
        with pytest.raises(CodeUnknown):
            await charge(town, shop, f"14{guess:016d}")
    with pytest.raises(TooManyGuesses) as barred:
        await charge(town, shop, "149999999999999999")
    assert barred.value.retry_after_s
    code = await code_of(town, payer, wallet)
    with pytest.raises(TooManyGuesses):
        await charge(town, shop, code)
    next_till = Caller(id=shop.id, role=Role.OWNER, merchant=shop.merchant, store=shop.store, till="another")
    await charge(town, next_till, code)
    town.clock.advance(barred.value.retry_after_s)
    await charge(town, shop, await code_of(town, payer, wallet))


async def test_whose_code_and_whose_shop_is_checked(town: Town) -> None:
    payer, wallet = await town.someone()
    other, _ = await town.someone()
    own = await town.shop(owner=payer.person)
    with pytest.raises(WalletUnknown):
        await service.issue(other, town.room, wallet=wallet)
    code = await code_of(town, payer, wallet)
    with pytest.raises(CodeUnknown):
        await service.status(other, town.room, code)
    with pytest.raises(PaysItself):
        await charge(town, own, code)
    with pytest.raises(CodeMalformed):
        await charge(town, own, "12345")


async def test_a_charge_waits_for_the_pin_five_minutes(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    asked = await charge(town, shop, await code_of(town, payer, wallet), 300_00)
    trade = parse(asked.result["id"])
    town.clock.advance(300)
    with pytest.raises(TradeExpired):
        await trades.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN)
    await ending.expire(town.room)
    assert await town.state(trade) is TradeState.CLOSED
