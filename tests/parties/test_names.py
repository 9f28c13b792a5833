"""Brands, handles, numbers, names and their masks."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.config import SettingMalformed, Settings
from qianbao.parties import brands, names, service
from qianbao.parties.errors import PartyMalformed, PayeeUnknown, UnknownBrand
from qianbao.parties.requests import NewWallet
from tests.parties.conftest import SETTINGS, Network


def load(**tables: Any) -> brands.Brands:
    return brands.load(Settings(home=Path("/nowhere"), tables={"brands": tables}))


def test_two_brands_of_one_house_stand_from_the_start() -> None:
    found = brands.load(SETTINGS)
    assert [(b.key, b.code_prefix, b.identification) for b in found.all] == [
        ("lanhua", "13", "handle"),
        ("zhuque", "14", "account_number"),
    ]
    assert len({b.house for b in found.all}) == 1
    with pytest.raises(UnknownBrand):
        found.get("xuanwu")


def test_a_third_competing_brand_can_be_switched_on_and_all_can_be_renamed() -> None:
    found = load(xuanwu={"enabled": True}, lanhua={"name_en": "Orchid", "colour": "#000000"})
    assert found.get("xuanwu").house != found.get("lanhua").house
    assert found.get("lanhua").name_en == "Orchid"
    code = found.of_code("281234567890123456")
    assert code is not None
    assert code.key == "xuanwu"
    assert found.of_code("991234567890123456") is None


def test_a_new_brand_can_be_added_and_an_old_one_switched_off() -> None:
    campus = {
        "name_zh": "校园卡",
        "name_en": "Campus card",
        "house": "campus",
        "code_prefix": "77",
        "identification": "account_number",
        "colour": "#123456",
    }
    assert [b.key for b in load(campus=campus, zhuque={"enabled": False}).all] == ["lanhua", "campus"]


@pytest.mark.parametrize(
    ("tables", "field"),
    [
        ({"Bad": {}}, "brands.Bad"),
        ({"lanhua": 3}, "brands.lanhua"),
        ({"lanhua": {"enabled": "yes"}}, "brands.lanhua.enabled"),
        ({"lanhua": {"prefix": "13"}}, "brands.lanhua.prefix"),
        ({"lanhua": {"code_prefix": "1"}}, "brands.lanhua.code_prefix"),
        ({"lanhua": {"code_prefix": 13}}, "brands.lanhua.code_prefix"),
        ({"lanhua": {"identification": "face"}}, "brands.lanhua.identification"),
        ({"lanhua": {"colour": "red"}}, "brands.lanhua.colour"),
        ({"campus": {"name_zh": "校"}}, "brands.campus.name_en"),
        ({"zhuque": {"code_prefix": "13"}}, "brands.zhuque.code_prefix"),
        ({"lanhua": {"enabled": False}, "zhuque": {"enabled": False}}, "brands"),
    ],
)
def test_a_wrong_setting_of_a_brand_is_named(tables: dict[str, Any], field: str) -> None:
    with pytest.raises(SettingMalformed) as wrong:
        load(**tables)
    assert wrong.value.field == field


@given(st.text(alphabet=st.characters(categories=("L", "N", "P")), min_size=1, max_size=24))
def test_a_handle_that_is_taken_as_it_is_shown_gives_the_same_key_in_any_case_and_width(text: str) -> None:
    try:
        shown, key = names.handle(text)
    except PartyMalformed:
        return
    assert names.handle(shown)[1] == key
    assert names.handle(shown.upper())[1] == key
    assert not shown.isdigit(), "no handle can be mistaken for an account number"


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张小明", "张*明"),
        ("李明", "李*"),
        ("欧阳小明", "欧**明"),
        ("王", "王*"),
        ("John Smith", "J*** S***"),
        ("Cher", "C***"),
    ],
)
def test_a_masked_name_is_known_to_friends_alone(name: str, masked: str) -> None:
    assert names.masked(name) == masked


@given(st.text(min_size=1).map(str.strip).filter(bool))
def test_a_mask_never_shows_more_than_first_and_last_letters(name: str) -> None:
    shown = [letter for letter in names.masked(name) if letter not in "* "]
    assert len(shown) <= max(2, len(name.split()))


async def test_a_payee_is_found_by_number_or_handle_in_any_case_and_never_by_full_name(
    network: Network,
) -> None:
    wallet = await network.wallet()
    await network.open(
        wallets=[NewWallet(id=network.id(), person=wallet.person, brand="lanhua", handle="FindMe")]
    )
    assert wallet.account_number
    by_number = await service.find_payee(network.parties, wallet.account_number)
    by_handle = await service.find_payee(network.parties, " ｆindｍE ")
    assert (by_number.wallet, by_number.name_masked) == (wallet.id, "张*明")
    assert (by_handle.identifier, by_handle.brand) == ("FindMe", "lanhua")
    for unknown in ["99999999999", "nobody-here", "", "x" * 1000, "-", "\x00"]:
        with pytest.raises(PayeeUnknown):
            await service.find_payee(network.parties, unknown)
