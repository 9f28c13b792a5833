"""The parties that a source's records name: found, or opened when they are seen for the first time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from qianbao.errors import NotFound
from qianbao.ids import Id
from qianbao.parties.kyc import Kyc
from qianbao.parties.opening import open_many
from qianbao.payments.room import Payments, payer_of
from qianbao.payments.trade.models import Payee, Payer
from qianbao.replay.models import Record
from qianbao.replay.town import Town

Found = TypeVar("Found")


class World:
    """Payers and payees by the file's keys, kept once they are known."""

    def __init__(self, town: Town, *, room: Payments, kyc: Kyc) -> None:
        self.town = town
        self._room = room
        self._kyc = kyc
        self._payers: dict[str, Payer] = {}
        self._payees: dict[tuple[str, str], Payee] = {}

    def payer(self, record: Record) -> Payer:
        """Who pays; `meet` has seen the record."""
        return self._payers[record.payer]

    def payee(self, record: Record) -> Payee:
        """Who is paid; `meet` has seen the record."""
        return self._payees[record.merchant, record.store]

    async def meet(self, records: Iterable[Record]) -> None:
        """See to it that everybody whom the records name stands: those who do not, join.

        Raises what `open_many` does.
        """
        payers: dict[str, Record] = {}
        payees: dict[tuple[str, str], Record] = {}
        for record in records:
            if record.payer not in self._payers:
                payers.setdefault(record.payer, record)
            if (record.merchant, record.store) not in self._payees:
                payees.setdefault((record.merchant, record.store), record)
        if payers or payees:
            await self._join(payers, payees)

    async def _join(self, payers: dict[str, Record], payees: dict[tuple[str, str], Record]) -> None:
        town, room = self.town, self._room
        wallets = {key: town.wallet_id(key) for key in payers}
        merchants = {town.merchant_id(record): record for record in payees.values()}
        stores = {town.store_id(record): record for record in payees.values()}
        standing, signed, opened = await asyncio.gather(
            _standing(wallets.values(), room.parties.wallet),
            _standing(merchants, room.parties.merchant),
            _standing(stores, room.parties.store),
        )
        joining = [town.person(key) for key in payers if wallets[key] not in standing]
        new_merchants = [town.merchant(record) for id, record in merchants.items() if id not in signed]
        new_stores = [town.store(record) for id, record in stores.items() if id not in opened]
        if joining or new_merchants or new_stores:
            done = await open_many(
                parties=room.parties,
                ledger=room.ledger,
                brands=room.brands,
                kyc=self._kyc,
                clock=room.clock,
                people=[person for person, _ in joining],
                wallets=[wallet for _, wallet in joining],
                merchants=new_merchants,
                stores=new_stores,
            )
            standing |= {wallet.id: wallet for wallet in done.wallets}
            signed |= {merchant.id: merchant for merchant in done.merchants}
            opened |= {store.id: store for store in done.stores}
        for key, id in wallets.items():
            self._payers[key] = payer_of(standing[id], self._kyc)
        for pair, record in payees.items():
            merchant, store = signed[town.merchant_id(record)], opened[town.store_id(record)]
            self._payees[pair] = Payee(
                merchant=merchant.id,
                store=store.id,
                mcc=merchant.mcc,
                city=store.city,
                rate_bp=merchant.rate_bp,
            )


async def _standing(ids: Iterable[Id], one: Callable[[Id], Awaitable[Found]]) -> dict[Id, Found]:
    """Those of `ids` that stand, by id; the look-ups travel together."""

    async def look(id: Id) -> tuple[Id, Found] | None:
        try:
            return id, await one(id)
        except NotFound:
            return None

    return dict(pair for pair in await asyncio.gather(*map(look, ids)) if pair is not None)
