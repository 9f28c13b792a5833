"""Joining: people, wallets, merchants, stores and tills come to stand, one or thousands at a time.

The order makes it safe to repeat: the ids are the caller's, accounts are laid first (a repeat finds them,
and one without its row holds nothing and harms nobody), then all rows in one transaction.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import asyncpg
import msgspec

from qianbao.clock import Clock
from qianbao.db import Database
from qianbao.errors import QianbaoError
from qianbao.ids import Id
from qianbao.ledger import Engine
from qianbao.parties import names, requests, service
from qianbao.parties.accounts import NewAccount, open_accounts
from qianbao.parties.brands import Brands
from qianbao.parties.chart import AccountCode
from qianbao.parties.errors import (
    AccountNumberTaken,
    HandleTaken,
    PartyExists,
    PersonFrozen,
    PhoneTaken,
    TillExists,
    WalletExists,
)
from qianbao.parties.kyc import Kyc
from qianbao.parties.models import KycClass, Merchant, PartyState, Person, Store, Till, Wallet
from qianbao.parties.requests import NewMerchant, NewPerson, NewStore, NewTill, NewWallet
from qianbao.parties.store import SQL, Parties

DRAWS_MAX: Final = 5
"""How often account numbers are drawn again when one was taken."""

_TAKEN: Final[Mapping[str, type[QianbaoError]]] = {
    "person_phone_unique": PhoneTaken,
    "wallet_one_a_brand": WalletExists,
    "wallet_account_number_unique": AccountNumberTaken,
    "wallet_handle_unique": HandleTaken,
    "till_name_unique": TillExists,
}

Record = TypeVar("Record")


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What stands now, in the order it was asked for."""

    people: tuple[Person, ...]
    wallets: tuple[Wallet, ...]
    merchants: tuple[Merchant, ...]
    stores: tuple[Store, ...]
    tills: tuple[Till, ...]


async def open_many(
    *,
    parties: Parties,
    ledger: Engine,
    brands: Brands,
    kyc: Kyc,
    clock: Clock,
    people: Sequence[NewPerson] = (),
    wallets: Sequence[NewWallet] = (),
    merchants: Sequence[NewMerchant] = (),
    stores: Sequence[NewStore] = (),
    tills: Sequence[NewTill] = (),
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Opened:
    """Let all of these join, all or none of the rows; a repeat with the same ids finds what stands.

    A wallet's person, a store's merchant and a till's store may come in the same call or stand already.
    Raises `PartyMalformed`, `UnknownBrand`, `UnknownMcc`, `PhoneTaken`, `HandleTaken`, `AccountNumberTaken`,
    `WalletExists`, `PersonUnknown`, `PersonFrozen`, `MerchantUnknown`, `StoreUnknown`, and `PartyExists`
    where an id stands for something else.
    """
    people = [requests.person(asked) for asked in people]
    merchants = [requests.merchant(asked) for asked in merchants]
    stores = [requests.store(asked) for asked in stores]
    tills = [requests.till(asked) for asked in tills]
    classes = {person.id: person.kyc_class for person in people}
    merchant_ids, store_ids = {m.id for m in merchants}, {s.id for s in stores}
    standing = {wallet.person for wallet in wallets} - classes.keys()
    for person in await asyncio.gather(*map(parties.person, standing)):
        if person.state is PartyState.FROZEN:
            raise PersonFrozen()
        classes[person.id] = person.kyc_class
    await asyncio.gather(*map(parties.merchant, {store.merchant for store in stores} - merchant_ids))
    await asyncio.gather(*map(parties.store, {till.store for till in tills} - store_ids))

    for draws_left in reversed(range(DRAWS_MAX)):
        drawn = [requests.wallet(asked, brands, random) for asked in wallets]
        try:
            await _free(parties, drawn)
            await open_accounts(ledger, _accounts(drawn, merchants, classes, brands, kyc))
            await _lay(parties.db, clock.now(), people, drawn, merchants, stores, tills)
            break
        except AccountNumberTaken:
            if not draws_left or drawn == list(wallets):  # none was drawn: it was asked for
                raise
    stands = await parties.standing(
        persons=[asked.id for asked in people],
        wallets=[asked.id for asked in wallets],
        merchants=[asked.id for asked in merchants],
        stores=[asked.id for asked in stores],
    )
    opened = Opened(
        people=tuple(stands.persons[asked.id] for asked in people),
        wallets=tuple(stands.wallets[asked.id] for asked in wallets),
        merchants=tuple(stands.merchants[asked.id] for asked in merchants),
        stores=tuple(stands.stores[asked.id] for asked in stores),
        tills=tuple(await asyncio.gather(*(parties.till(asked.id) for asked in tills))),
    )
    _same(opened, people, wallets, merchants, stores, tills)
    for wallet in opened.wallets:
        if wallet.kyc_class is not classes[wallet.person]:  # the class changed meanwhile
            await service.apply_limits(parties=parties, ledger=ledger, kyc=kyc, person=wallet.person)
    return opened


def _accounts(
    wallets: Sequence[NewWallet],
    merchants: Sequence[NewMerchant],
    classes: Mapping[Id, KycClass],
    brands: Brands,
    kyc: Kyc,
) -> list[NewAccount]:
    laid = [
        NewAccount(
            id=wallet.id,
            code=AccountCode.WALLET,
            about=wallet.person,
            number=brands.get(wallet.brand).number,
            limits=kyc.limits_of(classes[wallet.person]),
        )
        for wallet in wallets
    ]
    laid += [
        NewAccount(id=m.id, code=AccountCode.MERCHANT, about=m.owner or m.id, number=int(m.mcc))
        for m in merchants
    ]
    return laid


async def _free(parties: Parties, wallets: Sequence[NewWallet]) -> None:
    """Ask first whether handles and numbers are free, so that a taken one leaves no account behind."""
    rows = await parties.db.rows(
        SQL["identifiers_taken"],
        [wallet.id for wallet in wallets],
        [wallet.account_number for wallet in wallets],
        [_key(wallet) for wallet in wallets],
    )
    for row in rows:
        raise HandleTaken(field="handle") if row["by_handle"] else AccountNumberTaken(field="account_number")


def _key(wallet: NewWallet) -> str | None:
    return None if wallet.handle is None else names.handle(wallet.handle)[1]


def _columns(rows: Sequence[Any], *fields: str) -> list[list[Any]]:
    return [[getattr(row, field) for row in rows] for field in fields]


async def _lay(
    db: Database,
    now_ns: int,
    people: Sequence[NewPerson],
    wallets: Sequence[NewWallet],
    merchants: Sequence[NewMerchant],
    stores: Sequence[NewStore],
    tills: Sequence[NewTill],
) -> None:
    sent = (
        ("add_persons", people, _columns(people, "id", "name", "birth_year", "city", "phone", "kyc_class")),
        (
            "add_wallets",
            wallets,
            [*_columns(wallets, "id", "person", "brand", "account_number", "handle"), [*map(_key, wallets)]],
        ),
        (
            "add_merchants",
            merchants,
            _columns(
                merchants, "id", "name", "owner", "mcc", "rate_bp", "settlement_bank", "settlement_account"
            ),
        ),
        (
            "add_stores",
            stores,
            _columns(stores, "id", "merchant", "name", "city", "city_tier", "longitude", "latitude"),
        ),
        ("add_tills", tills, _columns(tills, "id", "store", "name")),
    )
    try:
        async with db.transaction() as connection:
            for query, rows, columns in sent:
                if rows:
                    await connection.execute(SQL[query], *columns, now_ns)
    except asyncpg.UniqueViolationError as taken:
        raise _TAKEN.get(getattr(taken, "constraint_name", ""), PartyExists)() from None


def _same(
    opened: Opened,
    people: Sequence[NewPerson],
    wallets: Sequence[NewWallet],
    merchants: Sequence[NewMerchant],
    stores: Sequence[NewStore],
    tills: Sequence[NewTill],
) -> None:
    """An id that stood before must stand for what was asked now. Raises `PartyExists`."""
    pairs: list[tuple[Any, Any, tuple[str, ...]]] = [
        *(
            (a, b, ("name", "birth_year", "city", "phone"))
            for a, b in zip(people, opened.people, strict=True)
        ),
        *((a, b, ("person", "brand")) for a, b in zip(wallets, opened.wallets, strict=True)),
        *((a, b, ("name", "mcc", "owner")) for a, b in zip(merchants, opened.merchants, strict=True)),
        *((a, b, ("merchant", "name", "city")) for a, b in zip(stores, opened.stores, strict=True)),
        *((a, b, ("store", "name")) for a, b in zip(tills, opened.tills, strict=True)),
    ]
    for asked, stands, fields in pairs:
        if any(getattr(asked, field) != getattr(stands, field) for field in fields):
            raise PartyExists()
    for asked, stands in zip(wallets, opened.wallets, strict=True):
        if asked.handle is not None and names.handle(asked.handle)[0] != stands.handle:
            raise PartyExists()
        if (
            asked.account_number is not None
            and names.account_number(asked.account_number) != stands.account_number
        ):
            raise PartyExists()
