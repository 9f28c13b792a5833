"""Topping up: the card is charged once, and the wallet gets it once, whatever the bank does."""

from __future__ import annotations

import asyncio

import pytest

from qianbao.channels import service
from qianbao.channels.bank import Declined, Done, Reason
from qianbao.channels.card import service as cards
from qianbao.channels.errand.models import NEXT, OPEN, Direction, ErrandState
from qianbao.channels.errand.rail import SKEW_S
from qianbao.channels.errors import AmountOutOfBounds, BankDeclined, CardNotLinked, CardUnknown, TopupUnknown
from qianbao.channels.simulator.behaviour import BY_AMOUNT, Behaviour, Dark
from qianbao.credentials.models import Caller, Role
from qianbao.errors import OutcomeUnknown
from qianbao.ids import derive
from qianbao.journal import CommandReused
from qianbao.money import UnknownCurrency
from qianbao.parties.errors import WalletUnknown
from qianbao.parties.models import FrozenBy, PartyKind
from qianbao.parties.service import freeze, unfreeze
from tests.channels.conftest import RULES, Town

OPENING = RULES.simulated_balance


async def test_money_moves_from_the_card_into_the_wallet(town: Town) -> None:
    who = await town.person_with_card()
    held = await town.held()
    errand = await town.topup(who, 100_00)
    assert errand.state is ErrandState.DONE
    assert errand.simulated
    assert errand.bank_reference is not None
    assert await town.balance(who[1].id) == 100_00
    assert await town.at_bank(who[2]) == OPENING - 100_00
    assert await town.held() == held + 100_00
    assert await town.events(errand) == ["topup.requested", "topup.done"]
    assert service.outcome(errand, ask="/x") is errand


async def test_a_repeat_charges_nothing_twice(town: Town) -> None:
    who = await town.person_with_card()
    first = await town.topup(who, 70_00)
    again = await asyncio.gather(*(town.topup(who, 70_00) for _ in range(5)))
    assert {one.id for one in again} == {first.id}
    assert await town.balance(who[1].id) == 70_00
    assert await town.at_bank(who[2]) == OPENING - 70_00
    with pytest.raises(CommandReused):
        await town.topup(who, 71_00)


async def test_two_processes_with_the_same_request_charge_once(town: Town) -> None:
    who = await town.person_with_card()
    await asyncio.gather(*(town.topup(who, 30_00, rail=town.rail()) for _ in range(2)))
    await town.rail().resolve()
    assert await town.balance(who[1].id) == 30_00
    assert await town.at_bank(who[2]) == OPENING - 30_00


@pytest.mark.parametrize(
    ("amount", "reason"),
    [(amount, wanted.decline) for amount, wanted in BY_AMOUNT.items() if wanted.decline is not None],
)
async def test_a_declined_topup_moves_nothing(town: Town, amount: int, reason: Reason) -> None:
    who = await town.person_with_card()
    errand = await town.topup(who, amount)
    assert (errand.state, errand.reason) == (ErrandState.FAILED, reason)
    assert await town.balance(who[1].id) == 0
    assert await town.at_bank(who[2]) == OPENING
    assert await town.events(errand) == ["topup.requested", "topup.failed"]
    with pytest.raises(BankDeclined, match=reason):
        service.outcome(errand, ask="/x")


async def test_more_than_the_card_has_is_declined(town: Town) -> None:
    who = await town.person_with_card()
    await town.topup(who, RULES.topup_max, key="a")
    await town.topup(who, RULES.topup_max, key="b")
    errand = await town.topup(who, 1, key="c")
    assert errand.reason == Reason.INSUFFICIENT_FUNDS
    assert await town.at_bank(who[2]) == 0


@pytest.mark.parametrize("amount", [0, -1, RULES.topup_max + 1])
async def test_an_amount_out_of_bounds_is_refused_before_anything_is_kept(town: Town, amount: int) -> None:
    who = await town.person_with_card()
    with pytest.raises(AmountOutOfBounds):
        await town.topup(who, amount)
    assert await town.rail().one(derive(who[0].id, "k")) is None


async def test_a_bank_that_did_it_and_went_dark_is_asked_until_it_says_so(town: Town) -> None:
    who = await town.person_with_card()
    await town.behave(Behaviour(dark=Dark.AFTER))
    errand = await town.topup(who, 20_00)
    assert errand.state is ErrandState.UNKNOWN
    with pytest.raises(OutcomeUnknown) as told:
        service.outcome(errand, ask=f"/api/v1/topups/{errand.id}")
    assert told.value.ask == f"/api/v1/topups/{errand.id}"
    assert await town.balance(who[1].id) == 0
    assert await town.rail().resolve() == 0  # not due yet
    town.clock.advance(2)
    assert await town.rail().resolve() == 1
    stands = await town.rail().one(errand.id)
    assert stands is not None
    assert stands.state is ErrandState.DONE
    assert await town.balance(who[1].id) == 20_00
    assert await town.at_bank(who[2]) == OPENING - 20_00


async def test_what_the_bank_never_saw_is_sent_again_while_it_is_valid(town: Town) -> None:
    who = await town.person_with_card()
    await town.behave(Behaviour(dark=Dark.BEFORE))
    errand = await town.topup(who, 20_00)
    assert errand.state is ErrandState.UNKNOWN
    await town.behave()
    town.clock.advance(2)
    await town.rail().resolve()
    assert await town.balance(who[1].id) == 20_00
    assert await town.at_bank(who[2]) == OPENING - 20_00


async def test_what_the_bank_never_saw_in_time_has_failed_for_good(town: Town) -> None:
    who = await town.person_with_card()
    await town.behave(Behaviour(dark=Dark.BEFORE))
    errand = await town.topup(who, 20_00)
    await town.behave()
    town.clock.advance(RULES.valid_s + SKEW_S + 1)
    await town.rail().resolve()
    stands = await town.rail().one(errand.id)
    assert stands is not None
    assert (stands.state, stands.reason) == (ErrandState.FAILED, Reason.EXPIRED)
    # Should the lost instruction arrive after all, the bank takes it no more.
    assert await town.bank.books.enter("pull", errand.instruction, late_ms=0, decline=None) == Declined(
        reason=Reason.EXPIRED
    )
    assert await town.at_bank(who[2]) == OPENING


async def test_while_the_bank_is_wholly_dark_nothing_is_decided(town: Town) -> None:
    who = await town.person_with_card()
    await town.behave(Behaviour(dark=Dark.WHOLLY))
    errand = await town.topup(who, 20_00)
    for wait_s in (2, 5):
        town.clock.advance(wait_s)
        await town.rail().resolve()
        stands = await town.rail().one(errand.id)
        assert stands is not None
        assert stands.state is ErrandState.UNKNOWN
    await town.behave()
    town.clock.advance(RULES.valid_s / 2)
    await town.rail().resolve()
    assert await town.balance(who[1].id) == 20_00


async def test_late_and_double_answers_change_nothing_twice(town: Town) -> None:
    who = await town.person_with_card()
    rail = town.rail()
    town.bank.listen(rail.heard)
    await town.behave(Behaviour(late_ms=50, repeats=3))
    errand = await town.topup(who, 20_00, rail=rail)
    assert errand.state is ErrandState.UNKNOWN  # the bank had not decided
    town.clock.advance(0.05)
    async with asyncio.timeout(5):
        await town.bank.spoken()
    stands = await rail.one(errand.id)
    assert stands is not None
    assert stands.state is ErrandState.DONE
    town.clock.advance(600)
    await rail.resolve()
    assert await town.balance(who[1].id) == 20_00
    assert await town.events(errand) == ["topup.requested", "topup.done"]


async def test_a_bank_that_says_now_yes_now_no_is_taken_at_its_first_word(town: Town) -> None:
    who = await town.person_with_card()
    rail = town.rail()
    errand = await town.topup(who, 20_00)
    await rail.heard(errand.id, Declined(reason=Reason.SUSPECTED_FRAUD))
    await rail.learn(errand, Declined(reason=Reason.SUSPECTED_FRAUD))
    await rail.heard(derive(errand.id, "other"), Done(bank_reference="?"))
    stands = await rail.one(errand.id)
    assert stands is not None
    assert stands.state is ErrandState.DONE
    assert await town.balance(who[1].id) == 20_00


async def test_money_that_the_bank_gave_waits_until_a_frozen_wallet_is_open_again(town: Town) -> None:
    who = await town.person_with_card()
    caller, wallet, card = who
    frozen = {
        "parties": town.parties,
        "journal": town.journal,
        "kind": PartyKind.WALLET,
        "account": wallet.id,
        "by": FrozenBy.HOLDER,
        "reason": "lost phone",
    }
    await freeze(caller.id, command=derive(wallet.id, "f"), **frozen)  # pyright: ignore[reportArgumentType]
    errand = await town.topup(who, 20_00)
    assert errand.state is ErrandState.ACCEPTED
    with pytest.raises(OutcomeUnknown, match="frozen"):
        service.outcome(errand, ask="/x")
    rail = town.rail()
    await rail.heard(errand.id, Declined(reason=Reason.SUSPECTED_FRAUD))  # too late for a no
    for _ in range(2):
        town.clock.advance(61)
        await rail.resolve()
    await unfreeze(caller.id, command=derive(wallet.id, "u"), **frozen)  # pyright: ignore[reportArgumentType]
    assert await town.balance(wallet.id) == 0
    town.clock.advance(61)
    await rail.resolve()
    stands = await rail.one(errand.id)
    assert stands is not None
    assert stands.state is ErrandState.DONE
    assert stands.bank_reference == errand.bank_reference
    assert await town.balance(wallet.id) == 20_00
    assert await town.at_bank(card) == OPENING - 20_00


async def test_only_the_holder_tops_up_with_their_own_card_and_only_they_see_it(town: Town) -> None:
    who, other = await town.person_with_card(), await town.person_with_card()
    with pytest.raises(WalletUnknown):
        await town.topup((other[0], who[1], other[2]), 1)
    with pytest.raises(CardUnknown):
        await town.topup((who[0], who[1], other[2]), 1)
    errand = await town.topup(who, 5_00)
    rail = town.rail()
    assert (await service.one(who[0], rail, town.parties, Direction.TOPUP, errand.id)).id == errand.id
    operator = Caller(id=errand.id, role=Role.OPERATOR)
    assert (await service.one(operator, rail, town.parties, Direction.TOPUP, errand.id)).id == errand.id
    for stranger, asked in ((other[0], errand.id), (who[0], derive(errand.id, "none"))):
        with pytest.raises(TopupUnknown):
            await service.one(stranger, rail, town.parties, Direction.TOPUP, asked)


async def test_an_unlinked_card_is_refused_but_an_earlier_answer_stands(town: Town) -> None:
    who = await town.person_with_card()
    first = await town.topup(who, 5_00)
    await cards.unlink(town.db, town.clock, who[2].id, owner=who[0].id)
    assert (await town.topup(who, 5_00)).id == first.id
    with pytest.raises(CardNotLinked):
        await town.topup(who, 5_00, key="next")


async def test_a_wallet_takes_only_the_currency_that_it_holds(town: Town) -> None:
    caller, wallet, card = await town.person_with_card()
    with pytest.raises(UnknownCurrency):
        await service.topup(
            caller,
            rail=town.rail(),
            parties=town.parties,
            command=derive(caller.id, "usd"),
            wallet=wallet.id,
            card=card.id,
            amount=1_00,
            currency="USD",
        )


async def test_topups_are_listed_newest_first(town: Town) -> None:
    who = await town.person_with_card()
    made = []
    for key in "abc":
        town.clock.advance(1)
        made.append((await town.topup(who, 1_00, key=key)).id)
    rail = town.rail()
    page = await rail.of_account(
        Direction.TOPUP, who[1].id, before_created=2**62, before_id=derive(who[1].id, ""), limit=2
    )
    assert [one.id for one in page] == made[:0:-1]
    rest = await rail.of_account(
        Direction.TOPUP, who[1].id, before_created=page[-1].created, before_id=page[-1].id, limit=2
    )
    assert [one.id for one in rest] == made[:1]


def test_every_state_that_is_not_an_end_can_reach_done_and_failed_is_final() -> None:
    assert not NEXT[ErrandState.DONE]
    assert not NEXT[ErrandState.FAILED]
    for state in OPEN:
        reached, queue = {state}, [state]
        while queue:
            for following in NEXT[queue.pop()] - reached:
                reached.add(following)
                queue.append(following)
        assert ErrandState.DONE in reached
