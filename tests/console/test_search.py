"""Search: from whatever one has, in whatever form it was written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.console.search.asked import read
from qianbao.console.search.models import Hit, Matched, SearchTooShort, Thing
from qianbao.ids import Id, derive
from tests.console.conftest import House
from tests.payments.conftest import TEST_ROOT
from tests.payments.flows import paid


async def found(house: House, text: str) -> dict[tuple[Thing, Id], Hit]:
    return {(hit.kind, hit.id): hit for hit in (await house.search.find(text)).hits}


async def test_an_id_finds_whatever_has_it(house: House) -> None:
    shop = await house.town.shop()
    trade, wallet = await paid(house.town, shop, 12_34)
    for text in (str(trade), trade.hex, str(trade).upper(), f"  {trade} "):
        assert (await found(house, text))[Thing.TRADE, trade].trade == trade
    assert (await found(house, str(wallet)))[Thing.WALLET, wallet].title == "李*"
    assert (Thing.MERCHANT, shop.id) in await found(house, str(shop.id))
    trail = await house.trails.of(trade)
    event = (await found(house, str(trail.events[0].id)))[Thing.EVENT, trail.events[0].id]
    assert event.trade == trade
    transfer = (await found(house, str(trail.transfers[0].id)))[Thing.TRANSFER, trail.transfers[0].id]
    assert transfer.trade == trade


async def test_an_amount_finds_the_latest_trades_of_it(house: House) -> None:
    shop = await house.town.shop()
    trade, _ = await paid(house.town, shop, 777_77)
    for text in ("777.77", "¥777.77", "７７７．７７"):
        hit = (await found(house, text))[Thing.TRADE, trade]
        assert (hit.matched, hit.amount, hit.state) == (Matched.AMOUNT, 777_77, "paid")


async def test_a_merchants_own_number_finds_its_trade(house: House) -> None:
    shop = await house.town.shop()
    trade, _ = await paid(house.town, shop, 5_00, out_trade_no="ORDER-2026/7")
    assert (await found(house, "ORDER-2026/7"))[Thing.TRADE, trade].matched is Matched.NUMBER


async def test_a_phones_tail_finds_people_with_their_names_masked(house: House) -> None:
    person = derive(TEST_ROOT, "phoned")
    await house.town.db.write(
        "WITH laid AS (INSERT INTO person (id, name, phone, kyc_class, created_at)"
        " VALUES ($1, '欧阳小明', $2, 'I', 1)) INSERT INTO party (id, kind) VALUES ($1, 'person')",
        person,
        "+8613800138765",
    )
    for text in ("8765", "138765", "+8613800138765"):
        hit = (await found(house, text))[Thing.PERSON, person]
        assert (hit.title, hit.detail, hit.matched) == ("欧**明", "…8765", Matched.PHONE)
    assert (Thing.PERSON, person) not in await found(house, "9999138765")


async def test_a_name_finds_shops(house: House) -> None:
    shop = await house.town.shop()
    hits = await found(house, "oodle")
    assert hits[Thing.MERCHANT, shop.id].title == "Noodles"


async def test_an_account_number_finds_its_wallet(house: House) -> None:
    _, wallet = await house.town.someone()
    row = await house.town.db.row("SELECT account_number FROM wallet WHERE id = $1", wallet)
    assert row is not None
    assert (await found(house, row["account_number"]))[Thing.WALLET, wallet].matched is Matched.ACCOUNT


async def test_a_search_for_nothing_says_what_it_needs(house: House) -> None:
    with pytest.raises(SearchTooShort):
        await house.search.find(" x ")


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    try:
        asked = read(text)
    except SearchTooShort:
        return
    assert asked.amount is None or asked.amount > 0


@pytest.mark.parametrize("text", ["%", "'; DROP TABLE trade; --", "💸💸", "ا" * 50, "\\", "_" * 60])
async def test_an_odd_text_finds_nothing_and_breaks_nothing(house: House, text: str) -> None:
    if len(text) >= 2:
        assert await found(house, text) == {}
