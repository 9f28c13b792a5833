"""A frozen account moves no money; the holder opens only what the holder froze; races have one end."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from qianbao.db import connect
from qianbao.ids import Id, derive
from qianbao.journal import CommandReused, Journal, Receipt
from qianbao.journal.errors import AccountClosed
from qianbao.parties import service
from qianbao.parties.errors import (
    AlreadyFrozen,
    FrozenByHouse,
    NotFrozen,
    PartyMalformed,
    PersonFrozen,
    WalletUnknown,
)
from qianbao.parties.models import FrozenBy, KycClass, PartyKind, PartyState, Wallet
from qianbao.parties.requests import NewWallet
from tests.parties.conftest import Network

HOLDER = Id(int=7)


def command(key: str) -> Id:
    return derive(HOLDER, key)


async def freeze(
    network: Network,
    wallet: Wallet,
    key: str,
    *,
    by: FrozenBy = FrozenBy.HOLDER,
    journal: Journal | None = None,
    reason: str = "lost phone",
) -> Receipt:
    return await service.freeze(
        HOLDER,
        parties=network.parties,
        journal=journal or network.journal,
        command=command(key),
        kind=PartyKind.WALLET,
        account=wallet.id,
        by=by,
        reason=reason,
    )


async def unfreeze(network: Network, wallet: Wallet, key: str, *, by: FrozenBy = FrozenBy.HOLDER) -> Receipt:
    return await service.unfreeze(
        HOLDER,
        parties=network.parties,
        journal=network.journal,
        command=command(key),
        kind=PartyKind.WALLET,
        account=wallet.id,
        by=by,
        reason="found again",
    )


async def test_a_frozen_wallet_neither_pays_nor_is_paid_and_pays_again_once_opened(network: Network) -> None:
    wallet, shop = await network.wallet(KycClass.III), await network.merchant()
    await network.fund(wallet, 100_00)
    await freeze(network, wallet, "f1")
    stands = await network.parties.wallet(wallet.id)
    assert (stands.state, stands.frozen_by, stands.version) == (PartyState.FROZEN, FrozenBy.HOLDER, 2)
    with pytest.raises(AccountClosed) as pays:
        await network.move(wallet.id, shop.id, 1)
    assert pays.value.side == "debit"
    with pytest.raises(AccountClosed):
        await network.fund(wallet, 1)
    await unfreeze(network, wallet, "u1")
    stands = await network.parties.wallet(wallet.id)
    assert (stands.state, stands.frozen_by, stands.closing) == (PartyState.ACTIVE, None, None)
    await network.move(wallet.id, shop.id, 1_00)
    assert await network.spent(wallet.id) == 1_00


async def test_a_merchant_is_frozen_by_the_same_means(network: Network) -> None:
    shop, wallet = await network.merchant(), await network.wallet(KycClass.III)
    await network.fund(wallet, 1_00)
    await service.freeze(
        HOLDER,
        parties=network.parties,
        journal=network.journal,
        command=command("shop"),
        kind=PartyKind.MERCHANT,
        account=shop.id,
        by=FrozenBy.HOUSE,
        reason="complaints",
    )
    with pytest.raises(AccountClosed):
        await network.move(wallet.id, shop.id, 1)
    assert (await network.parties.merchant(shop.id)).state is PartyState.FROZEN


async def test_both_are_told_with_who_and_why(network: Network) -> None:
    wallet = await network.wallet()
    await freeze(network, wallet, "told")
    await unfreeze(network, wallet, "told back")
    rows = await network.db.rows("SELECT type, data FROM command WHERE subject = $1 ORDER BY xid", wallet.id)
    assert [row["type"] for row in rows] == ["account.frozen", "account.unfrozen"]
    assert json.loads(rows[0]["data"]) == {"kind": "wallet", "by": "holder", "reason": "lost phone"}


async def test_a_repeat_gets_the_first_answer_and_other_content_is_noticed(network: Network) -> None:
    wallet = await network.wallet()
    first = await freeze(network, wallet, "same")
    again = await freeze(network, wallet, "same")
    assert again.replayed
    assert (again.command, again.result) == (first.command, first.result)
    with pytest.raises(CommandReused):
        await freeze(network, wallet, "same", reason="another reason")
    with pytest.raises(AlreadyFrozen):
        await freeze(network, wallet, "a second command")


async def test_the_holder_cannot_open_what_the_house_froze_or_took_over(network: Network) -> None:
    barred, lost = await network.wallet(), await network.wallet()
    await freeze(network, barred, "house", by=FrozenBy.HOUSE)
    await freeze(network, lost, "mine")
    await freeze(network, lost, "taken over", by=FrozenBy.HOUSE)
    for wallet in (barred, lost):
        with pytest.raises(FrozenByHouse):
            await unfreeze(network, wallet, f"try {wallet.id}")
        with pytest.raises(AlreadyFrozen):
            await freeze(network, wallet, f"mine again {wallet.id}")
        await unfreeze(network, wallet, f"open {wallet.id}", by=FrozenBy.HOUSE)
        assert (await network.parties.wallet(wallet.id)).state is PartyState.ACTIVE


async def test_what_is_not_frozen_not_there_or_not_told_why_is_refused(network: Network) -> None:
    wallet = await network.wallet()
    with pytest.raises(NotFrozen):
        await unfreeze(network, wallet, "too early")
    with pytest.raises(WalletUnknown):
        await service.freeze(
            HOLDER,
            parties=network.parties,
            journal=network.journal,
            command=command("nowhere"),
            kind=PartyKind.WALLET,
            account=network.id(),
            by=FrozenBy.HOLDER,
            reason="none",
        )
    with pytest.raises(PartyMalformed):
        await freeze(network, wallet, "no reason", reason=" ")


async def test_a_person_whom_the_house_froze_opens_no_further_wallet(network: Network) -> None:
    wallet = await network.wallet()
    person, new = (
        wallet.person,
        NewWallet(id=network.id(), person=wallet.person, brand="lanhua", handle="barred"),
    )

    async def change(act: Callable[..., Awaitable[Receipt]], key: str) -> Receipt:
        return await act(
            HOLDER,
            parties=network.parties,
            journal=network.journal,
            command=command(key),
            kind=PartyKind.PERSON,
            account=person,
            by=FrozenBy.HOUSE,
            reason="court order",
        )

    await change(service.freeze, "bar")
    assert (await change(service.freeze, "bar")).replayed
    with pytest.raises(AlreadyFrozen):
        await change(service.freeze, "bar again")
    with pytest.raises(PersonFrozen):
        await network.open(wallets=[new])
    assert (await network.parties.wallet(wallet.id)).state is PartyState.ACTIVE
    await change(service.unfreeze, "unbar")
    await network.open(wallets=[new])


async def test_two_processes_freezing_one_wallet_at_once_freeze_it_once(network: Network) -> None:
    other_db = await connect(network.db.url)
    other = Journal(other_db, clock=network.clock)
    wallet = await network.wallet()
    tries = await asyncio.gather(
        *(
            freeze(network, wallet, f"race {n}", journal=journal)
            for n, journal in enumerate([network.journal, other] * 10)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(tried, Receipt) for tried in tries) == 1
    assert sum(isinstance(tried, AlreadyFrozen) for tried in tries) == 19
    assert (await network.parties.wallet(wallet.id)).version == 2
    await other.close()
    await other_db.close()


async def test_freezing_while_paying_ends_in_a_frozen_wallet_and_whole_books(network: Network) -> None:
    wallet, shop = await network.wallet(KycClass.III), await network.merchant()
    await network.fund(wallet, 100_00)
    payments = [network.move(wallet.id, shop.id, 1_00) for _ in range(60)]
    ends = await asyncio.gather(
        *payments[:30], freeze(network, wallet, "meanwhile"), *payments[30:], return_exceptions=True
    )
    paid = sum(isinstance(end, Receipt) for end in ends) - 1
    assert all(isinstance(end, (Receipt, AccountClosed)) for end in ends)
    assert await network.spent(wallet.id) == paid * 1_00
    assert await network.ledger.check() == []
    with pytest.raises(AccountClosed):
        await network.move(wallet.id, shop.id, 1)


async def test_a_lost_phone_freezes_every_wallet_and_may_be_reported_twice(network: Network) -> None:
    wallet = await network.wallet()
    await network.open(
        wallets=[NewWallet(id=network.id(), person=wallet.person, brand="lanhua", handle="loser")]
    )
    for _ in range(2):
        await service.freeze_all_of(
            HOLDER,
            parties=network.parties,
            journal=network.journal,
            command=command("all"),
            person=wallet.person,
            by=FrozenBy.HOLDER,
            reason="lost phone",
        )
        wallets = await network.parties.wallets_of(wallet.person)
        assert [w.state for w in wallets] == [PartyState.FROZEN] * 2
