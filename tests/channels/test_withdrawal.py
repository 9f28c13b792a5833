"""Withdrawing: the money is set aside first, leaves once, or comes back."""

from __future__ import annotations

import asyncio

import pytest

from qianbao.channels import service
from qianbao.channels.bank import Reason
from qianbao.channels.errand.models import Direction, ErrandState
from qianbao.channels.errors import AmountOutOfBounds, CardUnknown, WithdrawalUnknown
from qianbao.channels.simulator.behaviour import Behaviour, Dark
from qianbao.credentials.models import Caller, Role
from qianbao.ids import derive
from qianbao.journal.errors import NotEnough
from qianbao.parties.errors import WalletUnknown
from qianbao.parties.models import FrozenBy, PartyKind
from qianbao.parties.service import freeze, unfreeze
from tests.channels.conftest import RULES, Town

OPENING = RULES.simulated_balance


async def test_money_leaves_the_wallet_for_the_account(town: Town) -> None:
    who = await town.person_with_card()
    await town.topup(who, 100_00)
    held = await town.held()
    errand = await town.withdraw(who, 40_00)
    assert errand.state is ErrandState.DONE
    assert await town.balance(who[1].id) == 60_00
    assert await town.at_bank(who[2]) == OPENING - 60_00
    assert await town.held() == held - 40_00
    assert await town.events(errand) == ["withdrawal.requested", "withdrawal.done"]


async def test_a_merchants_owner_pays_the_takings_out(town: Town) -> None:
    payer = await town.person_with_card()
    await town.topup(payer, 100_00)
    owner, shop, account = await town.merchant_with_card()
    await town.move(payer[1].id, shop.id, 80_00)
    errand = await town.withdraw((owner, shop, account), 80_00)
    assert (errand.state, errand.merchant) == (ErrandState.DONE, True)
    assert await town.balance(shop.id) == 0
    assert await town.at_bank(account) == OPENING + 80_00
    cashier = Caller(id=derive(shop.id, "c"), role=Role.CASHIER, merchant=shop.id)
    with pytest.raises(WalletUnknown):
        await town.withdraw((cashier, shop, account), 1, key="c")


async def test_a_repeat_pays_nothing_twice(town: Town) -> None:
    who = await town.person_with_card()
    await town.topup(who, 100_00)
    await asyncio.gather(*(town.withdraw(who, 40_00, rail=town.rail()) for _ in range(5)))
    await town.rail().resolve()
    assert await town.balance(who[1].id) == 60_00
    assert await town.at_bank(who[2]) == OPENING - 60_00


async def test_more_than_the_wallet_has_is_refused_and_a_repeat_gets_the_same(town: Town) -> None:
    who = await town.person_with_card()
    await town.topup(who, 10_00)
    for replayed in (False, True):
        with pytest.raises(NotEnough) as refused:
            await town.withdraw(who, 10_01)
        assert refused.value.replayed is replayed
    assert await town.balance(who[1].id) == 10_00
    assert await town.rail().one(derive(who[0].id, "w")) is None


async def test_the_same_money_cannot_leave_twice_while_the_bank_is_dark(town: Town) -> None:
    who = await town.person_with_card()
    await town.topup(who, 100_00)
    await town.behave(Behaviour(dark=Dark.AFTER))
    first = await town.withdraw(who, 100_00)
    assert first.state is ErrandState.UNKNOWN
    assert await town.balance(who[1].id) == 0
    with pytest.raises(NotEnough):
        await town.withdraw(who, 100_00, key="again")
    with pytest.raises(NotEnough):
        await town.move(who[1].id, (await town.merchant()).id, 1)
    town.clock.advance(10)
    await town.rail().resolve()
    stands = await town.rail().one(first.id)
    assert stands is not None
    assert stands.state is ErrandState.DONE
    assert await town.at_bank(who[2]) == OPENING


async def test_a_declined_withdrawal_gives_the_money_back(town: Town) -> None:
    who = await town.person_with_card()
    await town.topup(who, 100_00)
    await town.behave(Behaviour(decline=Reason.CARD_CLOSED))
    errand = await town.withdraw(who, 100_00)
    assert (errand.state, errand.reason) == (ErrandState.FAILED, Reason.CARD_CLOSED)
    assert await town.balance(who[1].id) == 100_00
    assert await town.events(errand) == ["withdrawal.requested", "withdrawal.failed"]


@pytest.mark.parametrize("decline", [None, Reason.LIMIT_EXCEEDED])
async def test_a_wallet_frozen_on_the_way_keeps_right_books(town: Town, decline: Reason | None) -> None:
    who = await town.person_with_card()
    caller, wallet, card = who
    await town.topup(who, 100_00)
    await town.behave(Behaviour(dark=Dark.AFTER, decline=decline))
    errand = await town.withdraw(who, 100_00)
    frozen = {
        "parties": town.parties,
        "journal": town.journal,
        "kind": PartyKind.WALLET,
        "account": wallet.id,
        "by": FrozenBy.HOUSE,
        "reason": "court order",
    }
    await freeze(caller.id, command=derive(wallet.id, "f"), **frozen)  # pyright: ignore[reportArgumentType]
    town.clock.advance(10)
    rail = town.rail()
    await rail.resolve()
    stands = await rail.one(errand.id)
    assert stands is not None
    assert stands.state is (ErrandState.ACCEPTED if decline is None else ErrandState.FAILED)
    await unfreeze(caller.id, command=derive(wallet.id, "u"), **frozen)  # pyright: ignore[reportArgumentType]
    town.clock.advance(61)
    await rail.resolve()
    assert await town.balance(wallet.id) == (0 if decline is None else 100_00)
    assert await town.at_bank(card) == OPENING - (0 if decline is None else 100_00)


async def test_bounds_are_wider_for_takings_than_for_wallets(town: Town) -> None:
    who = await town.person_with_card()
    with pytest.raises(AmountOutOfBounds):
        await town.withdraw(who, RULES.withdrawal_max + 1)
    owner, shop, account = await town.merchant_with_card()
    with pytest.raises(NotEnough):
        await town.withdraw((owner, shop, account), RULES.withdrawal_max + 1)
    with pytest.raises(AmountOutOfBounds):
        await town.withdraw((owner, shop, account), RULES.payout_max + 1)


async def test_money_leaves_only_to_the_callers_own_account(town: Town) -> None:
    who, other = await town.person_with_card(), await town.person_with_card()
    await town.topup(who, 10_00)
    with pytest.raises(CardUnknown):
        await town.withdraw((who[0], who[1], other[2]), 1)
    with pytest.raises(WalletUnknown):
        await town.withdraw((other[0], who[1], other[2]), 1)
    errand = await town.withdraw(who, 1_00)
    with pytest.raises(WithdrawalUnknown):
        await service.one(other[0], town.rail(), town.parties, Direction.WITHDRAWAL, errand.id)
