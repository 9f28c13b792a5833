"""Joining: one wallet a brand, unique numbers and handles, accounts with limits, and safe repeats."""

import asyncio
import time

import msgspec
import pytest

from qianbao.ledger import AccountFlags
from qianbao.money import Currency
from qianbao.parties.chart import AccountCode
from qianbao.parties.errors import (
    AccountNumberTaken,
    HandleTaken,
    MerchantUnknown,
    PartyExists,
    PartyMalformed,
    PersonUnknown,
    PhoneTaken,
    TillExists,
    UnknownBrand,
    UnknownMcc,
    WalletExists,
)
from qianbao.parties.models import CityTier, KycClass, PartyState, Person
from qianbao.parties.opening import open_many
from qianbao.parties.requests import NewMerchant, NewPerson, NewStore, NewTill, NewWallet
from tests.parties.conftest import Network


async def test_a_person_has_a_wallet_of_each_brand_and_no_second_of_one(network: Network) -> None:
    person = await network.person(KycClass.II)
    opened = await network.open(
        wallets=[
            NewWallet(id=network.id(), person=person.id, brand="lanhua", handle="Orchid_明"),
            NewWallet(id=network.id(), person=person.id, brand="zhuque", account_number="10001"),
        ]
    )
    assert [(w.handle, w.account_number) for w in opened.wallets] == [("Orchid_明", None), (None, "10001")]
    assert await network.parties.wallets_of(person.id) == sorted(opened.wallets, key=lambda w: w.id)
    with pytest.raises(WalletExists):
        await network.open(wallets=[NewWallet(id=network.id(), person=person.id, brand="zhuque")])


async def test_a_wallets_account_cannot_be_overdrawn_and_carries_the_limits_of_its_class(
    network: Network,
) -> None:
    wallet = await network.wallet(KycClass.II)
    view = await network.ledger.balance_with_pending(wallet.id.int)
    assert view is not None
    assert view.account.code == AccountCode.WALLET
    assert view.account.ledger == Currency.CNY.number
    assert view.account.flags == AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS
    assert view.account.user_data_128 == wallet.person.int
    assert view.account.user_data_32 == 14, "the brand's number"
    assert view.windows.day_max == 5_000_00
    assert view.windows.year_max == 100_000_00
    assert view.windows.life_max is None
    assert view.windows.static_max == 500_00
    assert (view.windows.pinless_max, view.windows.pinless_count_max) == (1_000_00, 5)


async def test_a_merchant_signs_up_once_with_its_stores_and_tills(network: Network) -> None:
    merchant, store, till = network.id(), network.id(), network.id()
    opened = await network.open(
        merchants=[
            NewMerchant(
                id=merchant,
                name="  面馆 ",
                mcc="5812",
                settlement_bank="simulated",
                settlement_account="6222 0000 1234 5678",
            )
        ],
        stores=[
            NewStore(
                id=store, merchant=merchant, name="North gate", city="成都", city_tier=CityTier.NEW_FIRST
            )
        ],
        tills=[NewTill(id=till, store=store, name="1")],
    )
    assert opened.merchants[0].name == "面馆"
    assert opened.merchants[0].rate_bp == 60
    assert opened.merchants[0].settlement_account_masked == "****5678"
    assert opened.merchants[0].state is PartyState.ACTIVE
    assert (await network.parties.till(till)).merchant == merchant
    assert await network.parties.stores_of(merchant) == list(opened.stores)
    assert await network.parties.tills_of(store) == list(opened.tills)
    with pytest.raises(TillExists):
        await network.open(tills=[NewTill(id=network.id(), store=store, name="1")])


async def test_a_repeat_finds_what_stands_and_another_thing_under_the_same_id_is_refused(
    network: Network,
) -> None:
    person = NewPerson(id=network.id(), name="Ann Lee", phone="+86 138-0000-0001")
    wallet = NewWallet(id=network.id(), person=person.id, brand="zhuque")
    first = await network.open(people=[person], wallets=[wallet])
    assert await network.open(people=[person], wallets=[wallet]) == first
    with pytest.raises(PartyExists):
        await network.open(people=[msgspec.structs.replace(person, name="Bob Lee")])
    with pytest.raises(PartyExists):
        await network.open(wallets=[msgspec.structs.replace(wallet, account_number="77777")])


async def test_numbers_handles_and_phones_belong_to_one(network: Network) -> None:
    one, other = await network.person(phone="+8613800000002"), await network.person()
    await network.open(
        wallets=[
            NewWallet(id=network.id(), person=one.id, brand="lanhua", handle="MingMing"),
            NewWallet(id=network.id(), person=one.id, brand="zhuque", account_number="123456"),
        ]
    )
    with pytest.raises(HandleTaken):
        await network.open(
            wallets=[NewWallet(id=network.id(), person=other.id, brand="lanhua", handle="ｍｉｎｇming")]
        )
    with pytest.raises(AccountNumberTaken):
        await network.open(
            wallets=[NewWallet(id=network.id(), person=other.id, brand="zhuque", account_number="123456")]
        )
    with pytest.raises(PhoneTaken):
        await network.person(phone="+86 138 0000 0002")


async def test_two_who_want_one_handle_at_once_get_it_once(network: Network) -> None:
    people = [await network.person() for _ in range(8)]
    tries = await asyncio.gather(
        *(
            network.open(wallets=[NewWallet(id=network.id(), person=p.id, brand="lanhua", handle="wanted")])
            for p in people
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(tried, HandleTaken) for tried in tries) == 7


async def test_a_drawn_number_that_is_taken_is_drawn_again(network: Network) -> None:
    one, other = await network.person(), await network.person()
    draws = iter([bytes(8), bytes(8), bytes(7) + b"\1"])

    async def open_for(person: Person) -> str | None:
        opened = await open_many(
            parties=network.parties,
            ledger=network.ledger,
            brands=network.brands,
            kyc=network.kyc,
            clock=network.clock,
            wallets=[NewWallet(id=network.id(), person=person.id, brand="zhuque")],
            random=lambda _: next(draws),
        )
        return opened.wallets[0].account_number

    assert await open_for(one) == "100000000"
    assert await open_for(other) == "100000001"


async def test_nobody_joins_by_halves(network: Network) -> None:
    merchant = network.id()
    taken = await network.person(phone="+8613800000009")
    assert taken.phone
    with pytest.raises(PhoneTaken):
        await network.open(
            people=[NewPerson(id=network.id(), name="Late", phone=taken.phone)],
            merchants=[NewMerchant(id=merchant, name="Shop", mcc="5411")],
        )
    with pytest.raises(MerchantUnknown):
        await network.parties.merchant(merchant)


async def test_bad_particulars_are_refused_by_name(network: Network) -> None:
    person = await network.person()
    new, of = network.id(), person.id
    for wrong, error, field in [
        (NewWallet(id=new, person=of, brand="nobody"), UnknownBrand, "brand"),
        (NewWallet(id=new, person=of, brand="lanhua"), PartyMalformed, "handle"),
        (NewWallet(id=new, person=of, brand="lanhua", handle="12345"), PartyMalformed, "handle"),
        (NewWallet(id=new, person=of, brand="lanhua", handle="аdmin"), PartyMalformed, "handle"),
        (NewWallet(id=new, person=of, brand="zhuque", handle="name"), PartyMalformed, "handle"),
        (
            NewWallet(id=new, person=of, brand="zhuque", account_number="0123456"),
            PartyMalformed,
            "account_number",
        ),
    ]:
        with pytest.raises(error) as refused:
            await network.open(wallets=[wrong])
        assert refused.value.field == field
    with pytest.raises(PersonUnknown):
        await network.open(wallets=[NewWallet(id=new, person=network.id(), brand="zhuque")])
    with pytest.raises(UnknownMcc):
        await network.open(merchants=[NewMerchant(id=new, name="Shop", mcc="9999")])
    for bad in [
        NewMerchant(id=new, name="", mcc="5411"),
        NewMerchant(id=new, name="Shop\n", mcc="5411", rate_bp=1001),
        NewMerchant(id=new, name="Shop", mcc="5411", settlement_bank="simulated"),
    ]:
        with pytest.raises(PartyMalformed):
            await network.open(merchants=[bad])
    for name, year in [("Ann\u202ebob", None), ("Ann", 1799)]:
        with pytest.raises(PartyMalformed):
            await network.open(people=[NewPerson(id=new, name=name, birth_year=year)])


async def test_a_city_joins_within_seconds(network: Network) -> None:
    people = [
        NewPerson(id=network.id(), name=f"Person {n}", kyc_class=KycClass.III, city="成都")
        for n in range(2_469)
    ]
    wallets = [
        NewWallet(id=network.id(), person=person.id, brand="lanhua", handle=f"city{n}")
        if n % 2
        else NewWallet(id=network.id(), person=person.id, brand="zhuque")
        for n, person in enumerate(people)
    ]
    merchants = [NewMerchant(id=network.id(), name=f"Shop {n}", mcc="5411") for n in range(457)]
    stores = [
        NewStore(id=network.id(), merchant=m.id, name=m.name, city="成都", city_tier=CityTier.NEW_FIRST)
        for m in merchants
    ]
    begun = time.monotonic()
    opened = await network.open(people=people, wallets=wallets, merchants=merchants, stores=stores)
    took = time.monotonic() - begun
    print(f"opened a city in {took:.2f} s")
    assert [w.id for w in opened.wallets] == [w.id for w in wallets]
    assert took < 30
