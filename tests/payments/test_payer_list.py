"""What a person paid, listed over all their wallets."""

from __future__ import annotations

from qianbao.ids import Id
from qianbao.parties import brands as brands_of
from qianbao.parties import kyc as kyc_of
from qianbao.parties.opening import open_many
from qianbao.parties.requests import NewWallet
from qianbao.payments.trade import reading, service
from tests.payments.conftest import NO_SETTINGS, PIN, RICH, Town
from tests.payments.flows import prepaid


async def second_wallet(town: Town, person: Id) -> Id:
    """A wallet of another brand for somebody who has one."""
    wallet = town.key()
    await open_many(
        parties=town.room.parties,
        ledger=town.room.ledger,
        brands=brands_of.load(NO_SETTINGS),
        kyc=kyc_of.load(NO_SETTINGS),
        clock=town.clock,
        wallets=[NewWallet(id=wallet, person=person, brand="lanhua", handle=f"payer{town.number()}".lower())],
    )
    await town.give(wallet, RICH)
    return wallet


async def test_a_person_sees_what_all_their_wallets_paid_page_by_page(town: Town) -> None:
    shop = await town.shop()
    payer, first = await town.someone()
    second = await second_wallet(town, payer.id)
    made: list[Id] = []
    for wallet in (first, second, second, first, second, first, first):
        made.append(await prepaid(town, shop, 1_00))
        await service.pay(payer, town.room, command=town.key(), trade=made[-1], wallet=wallet, pin=PIN)
    somebody, other = await town.someone()
    await service.pay(
        somebody, town.room, command=town.key(), trade=await prepaid(town, shop), wallet=other, pin=PIN
    )

    for size in (1, 2, 3, 7, 50):
        seen: list[Id] = []
        until = None
        while True:
            page = await reading.of_payer(payer, town.room, until=until, limit=size)
            assert len(page.trades) <= size
            seen += [trade.id for trade in page.trades]
            until = page.next
            if until is None:
                break
        assert seen == made[::-1]
    of_second = await reading.of_payer(payer, town.room, second)
    assert [trade.id for trade in of_second.trades] == [made[4], made[2], made[1]]


async def test_who_has_no_wallet_has_paid_nothing(town: Town) -> None:
    payer, _ = await town.someone(0)
    assert (await reading.of_payer(payer, town.room)).trades == []
