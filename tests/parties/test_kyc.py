"""The limits of the classes: configuration, and enforced where the money moves, whoever pays at once."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from qianbao.config import SettingMalformed, Settings
from qianbao.db import connect
from qianbao.ids import Id
from qianbao.journal import Journal, Receipt, Spend
from qianbao.journal.errors import (
    DayLimitExceeded,
    LedgerRefused,
    LifeLimitExceeded,
    PinlessCountExceeded,
    StaticCodeLimitExceeded,
    YearLimitExceeded,
)
from qianbao.ledger import Windows
from qianbao.money import AMOUNT_MAX
from qianbao.parties import kyc, service
from qianbao.parties.accounts import windows
from qianbao.parties.errors import PersonUnknown
from qianbao.parties.models import KycClass
from tests.parties.conftest import SETTINGS, Network


def settings(**tables: Any) -> Settings:
    return Settings(home=Path("/nowhere"), tables=tables)


def test_the_classes_follow_the_rules_for_payment_accounts() -> None:
    limits = kyc.load(SETTINGS)
    assert limits.limits_of(KycClass.I).life_max == 1_000_00
    assert limits.limits_of(KycClass.II).year_max == 100_000_00
    assert limits.limits_of(KycClass.III).year_max == 200_000_00
    assert {limits.limits_of(c).static_day_max for c in KycClass} == {500_00}


def test_one_limit_can_be_set_and_the_others_stay() -> None:
    limits = kyc.load(settings(kyc={"III": {"day_max": AMOUNT_MAX}})).limits_of(KycClass.III)
    assert limits.year_max == 200_000_00
    assert windows(limits).day_max is None, "the largest amount stands for no limit"


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ({"IV": {}}, "kyc.IV"),
        ({"I": 5}, "kyc.I"),
        ({"I": {"day": 5}}, "kyc.I.day"),
        ({"I": {"day_max": -1}}, "kyc.I.day_max"),
        ({"I": {"day_max": True}}, "kyc.I.day_max"),
        ({"I": {"day_max": "5"}}, "kyc.I.day_max"),
        ({"I": {"pinless_day_count_max": 10**9}}, "kyc.I.pinless_day_count_max"),
    ],
)
def test_a_wrong_limit_is_named(table: dict[str, Any], field: str) -> None:
    with pytest.raises(SettingMalformed) as wrong:
        kyc.load(settings(kyc=table))
    assert wrong.value.field == field


async def set_class(network: Network, person: Id, kyc_class: KycClass) -> None:
    await service.set_kyc_class(
        parties=network.parties, ledger=network.ledger, kyc=network.kyc, person=person, kyc_class=kyc_class
    )


async def test_class_one_pays_a_thousand_yuan_in_its_life_and_more_once_it_is_raised(
    network: Network,
) -> None:
    wallet, shop = await network.wallet(KycClass.I), await network.merchant()
    await network.fund(wallet, 5_000_00)
    await network.move(wallet.id, shop.id, 1_000_00)
    network.clock.advance(400 * 86_400)
    with pytest.raises(LifeLimitExceeded):
        await network.move(wallet.id, shop.id, 1)
    await set_class(network, wallet.person, KycClass.II)
    await network.move(wallet.id, shop.id, 4_000_00)
    assert (await network.parties.wallet(wallet.id)).kyc_class is KycClass.II


async def test_lowering_a_class_lowers_its_limits(network: Network) -> None:
    wallet, shop = await network.wallet(KycClass.III), await network.merchant()
    await network.fund(wallet, 2_000_00)
    await set_class(network, wallet.person, KycClass.I)
    with pytest.raises(LedgerRefused):
        await network.move(wallet.id, shop.id, 1_000_01)
    with pytest.raises(PersonUnknown):
        await set_class(network, network.id(), KycClass.I)


async def test_classes_changed_at_once_end_with_the_limits_of_the_class_that_stands(network: Network) -> None:
    wallet = await network.wallet(KycClass.I)
    for _ in range(5):
        await asyncio.gather(*(set_class(network, wallet.person, c) for c in [*KycClass, *KycClass]))
        stands = (await network.parties.wallet(wallet.id)).kyc_class
        view = await network.ledger.balance_with_pending(wallet.id.int)
        wanted = windows(network.kyc.limits_of(stands))
        assert view is not None
        assert (view.windows.day_max, view.windows.life_max) == (wanted.day_max, wanted.life_max)


async def test_two_processes_paying_at_once_never_pass_the_years_limit(network: Network) -> None:
    other_db = await connect(network.db.url)
    other = Journal(other_db, clock=network.clock)
    wallet, shop = await network.wallet(KycClass.III), await network.merchant()
    await network.fund(wallet, 1_000_000_00)
    await network.ledger.set_windows(wallet.id.int, Windows(year_max=10_000_00))
    ends = await asyncio.gather(
        *(
            network.move(wallet.id, shop.id, 70_00 + n % 7, journal=journal)
            for n, journal in enumerate([network.journal, other] * 150)
        ),
        return_exceptions=True,
    )
    assert all(isinstance(end, (Receipt, YearLimitExceeded)) for end in ends)
    spent = await network.spent(wallet.id)
    assert 10_000_00 - 70_07 < spent <= 10_000_00, "to the brim, and not a fen over it"
    network.clock.advance(366 * 86_400)
    await network.move(wallet.id, shop.id, 70_00)
    await other.close()
    await other_db.close()


async def test_days_turn_over_and_printed_codes_and_payments_without_pin_have_their_own_limits(
    network: Network,
) -> None:
    wallet, shop = await network.wallet(KycClass.II), await network.merchant()
    await network.fund(wallet, 50_000_00)
    for _ in range(5):
        await network.move(wallet.id, shop.id, 1_00, spend=Spend.LIMITED | Spend.WITHOUT_PIN)
    with pytest.raises(PinlessCountExceeded):
        await network.move(wallet.id, shop.id, 1_00, spend=Spend.LIMITED | Spend.WITHOUT_PIN)
    await network.move(wallet.id, shop.id, 500_00, spend=Spend.LIMITED | Spend.STATIC_CODE)
    with pytest.raises(StaticCodeLimitExceeded):
        await network.move(wallet.id, shop.id, 1, spend=Spend.LIMITED | Spend.STATIC_CODE)
    with pytest.raises(DayLimitExceeded):
        await network.move(wallet.id, shop.id, 4_500_00)
    network.clock.advance(86_400)
    await network.move(wallet.id, shop.id, 4_500_00)
