"""The parties that a source's records name: found, or opened when they are seen for the first time."""

from __future__ import annotations

from collections.abc import Iterable

from qianbao.parties.kyc import Kyc
from qianbao.parties.opening import open_many
from qianbao.payments.room import Payments, payer_of
from qianbao.payments.trade.models import Payee, Payer
from qianbao.replay.models import Record
from qianbao.replay.town import Town


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
        stands = await room.parties.standing(wallets=wallets.values(), merchants=merchants, stores=stores)
        standing, signed, opened = stands.wallets, stands.merchants, stands.stores
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
