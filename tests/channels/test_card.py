"""Cards: linked once, by their holder, never with a real number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.channels.bank import BankDark
from qianbao.channels.card import service as cards
from qianbao.channels.card.models import draw_number, luhn, simulated_number
from qianbao.channels.errors import (
    BankUnknown,
    CardNumberRefused,
    CardRefused,
    CardUnknown,
    SimulationMalformed,
    TooManyCards,
)
from qianbao.channels.simulator.bank import SIMULATED
from qianbao.channels.simulator.behaviour import Behaviour, Dark, asked
from qianbao.ids import derive
from tests.channels.conftest import RULES, Town

NUMBER = draw_number(lambda size: b"\x07" * size)


async def test_a_card_is_linked_once_however_often_it_is_asked_for(town: Town) -> None:
    person = await town.person()

    async def link(holder: str = "张小明", bank: str = "lotus", number: str = NUMBER) -> cards.Card:
        return await cards.link(
            person.id,
            holder,
            db=town.db,
            clock=town.clock,
            banks=town.banks,
            rules=RULES,
            bank=bank,
            number=number,
        )

    first, again = await link(), await link(number=" ".join(NUMBER[i : i + 4] for i in range(0, 16, 4)))
    assert first == again
    assert (first.masked, first.simulated) == (f"**** {NUMBER[-4:]}", True)
    assert await cards.cards_of(town.db, person.id) == [first]
    with pytest.raises(CardRefused, match="holder_differs"):
        await link(holder="李四")
    with pytest.raises(BankUnknown):
        await link(bank="icbc")
    other_bank = await link(bank="bamboo", holder="李四")  # another bank, another account
    assert other_bank.id != first.id

    await cards.unlink(town.db, town.clock, first.id, owner=person.id)
    assert await cards.cards_of(town.db, person.id) == [other_bank]
    with pytest.raises(CardUnknown):
        await cards.unlink(town.db, town.clock, first.id, owner=person.id)
    assert (await link()).id != first.id


async def test_the_full_number_is_kept_nowhere_in_the_house(town: Town) -> None:
    card = await town.card((await town.person()).id)
    row = await town.db.row("SELECT card::text AS text FROM card WHERE id = $1", card.id)
    assert row is not None
    number = await town.db.row("SELECT number FROM simbank.account WHERE token = $1", card.token)
    assert number is not None
    assert number["number"] not in row["text"]


async def test_a_card_is_its_owners_alone(town: Town) -> None:
    card = await town.card((await town.person()).id)
    stranger = (await town.person()).id
    with pytest.raises(CardUnknown):
        await cards.one(town.db, card.id, owner=stranger)
    with pytest.raises(CardUnknown):
        await cards.unlink(town.db, town.clock, card.id, owner=stranger)


async def test_the_number_of_cards_is_bounded(town: Town) -> None:
    person = await town.person()
    for _ in range(RULES.cards_max):
        await town.card(person.id)
    with pytest.raises(TooManyCards):
        await town.card(person.id)


async def test_a_closed_card_cannot_be_linked_and_a_dark_bank_links_none(town: Town) -> None:
    person = await town.person()
    card = await town.card(person.id)
    await town.bank.books.close(card.token)
    row = await town.db.row("SELECT number FROM simbank.account WHERE token = $1", card.token)
    assert row is not None
    with pytest.raises(CardRefused, match="card_closed"):
        await cards.link(
            derive(person.id, "other"),
            "张小明",
            db=town.db,
            clock=town.clock,
            banks=town.banks,
            rules=RULES,
            bank="lotus",
            number=row["number"],
        )
    await town.behave(Behaviour(dark=Dark.BEFORE))
    with pytest.raises(BankDark):
        await town.card(person.id)


@given(st.binary(min_size=8, max_size=8))
def test_a_drawn_number_is_a_simulated_one(raw: bytes) -> None:
    number = draw_number(lambda _: raw)
    assert simulated_number(number) == number


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424242",  # a number as issuers have them
        "6222020200011112228",
        NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10),  # a wrong check digit
        NUMBER[:15],
        NUMBER + "0000",
        "９９００" + NUMBER[4:],
        "",
        "9900-0000-0000-0000",
    ],
)
def test_any_other_number_is_refused(text: str) -> None:
    with pytest.raises(CardNumberRefused):
        simulated_number(text)


def test_the_check_digit_is_that_of_iso_7812() -> None:
    assert luhn("7992739871") == 3  # the example of the standard's literature


async def test_every_bank_says_that_it_is_simulated(town: Town) -> None:
    assert all(bank.simulated and bank.title.endswith(SIMULATED) for bank in town.banks)


@pytest.mark.parametrize(
    "wrong", [{"delay_ms": -1}, {"repeats": 11}, {"dark": "night"}, {"decline": "because"}]
)
def test_a_behaviour_that_banks_do_not_have_is_refused(wrong: dict[str, int | str]) -> None:
    with pytest.raises(SimulationMalformed):
        asked(**wrong)  # pyright: ignore[reportArgumentType]
