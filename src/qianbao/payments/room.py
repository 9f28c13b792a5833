"""The payments room, opened: what its use cases work with. One for each process."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from qianbao.clock import Clock
from qianbao.config import Settings
from qianbao.credentials.keyring import Keyring
from qianbao.credentials.rate import Rates
from qianbao.db import Database
from qianbao.ids import Id
from qianbao.journal import Journal
from qianbao.ledger import Engine
from qianbao.parties.brands import Brands
from qianbao.parties.errors import StoreUnknown
from qianbao.parties.kyc import Kyc
from qianbao.parties.models import Wallet
from qianbao.parties.store import Parties
from qianbao.payments.code.guesses import Guesses
from qianbao.payments.code.store import Codes
from qianbao.payments.counter.store import Counters
from qianbao.payments.recent import Recent
from qianbao.payments.refund.store import Refunds
from qianbao.payments.rules import Rules, rules
from qianbao.payments.trade.models import Payee, Payer
from qianbao.payments.trade.store import Trades
from qianbao.risk import Allow

VerifyPin = Callable[[Id, str], Awaitable[None]]
"""(person, PIN): returns when it is right, and raises otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payments:
    """The parts of this room, and the lower rooms' that it needs."""

    journal: Journal
    ledger: Engine
    parties: Parties
    brands: Brands
    trades: Trades
    refunds: Refunds
    codes: Codes
    counters: Counters
    guesses: Guesses
    payees: Recent[tuple[Id, Id | None], Payee]
    """By merchant and store."""
    payers: Recent[Id, tuple[Id, Payer]]
    """(person, payer) by wallet."""
    allow: Allow
    verify_pin: VerifyPin
    rules: Rules
    clock: Clock
    random: Callable[[int], bytes]


def opened(
    db: Database,
    *,
    settings: Settings,
    journal: Journal,
    ledger: Engine,
    parties: Parties,
    brands: Brands,
    kyc: Kyc,
    keyring: Keyring,
    rates: Rates,
    verify_pin: VerifyPin,
    allow: Allow,
    clock: Clock,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Payments:
    """Open the room on what stands. Raises `SettingMalformed`."""
    house = rules(settings)

    async def payee(at: tuple[Id, Id | None]) -> Payee:
        merchant = await parties.merchant(at[0])
        store = await parties.store(at[1]) if at[1] is not None else None
        if store is not None and store.merchant != merchant.id:
            raise StoreUnknown()
        return Payee(
            merchant=merchant.id,
            store=store.id if store else None,
            owner=merchant.owner,
            mcc=merchant.mcc,
            city=store.city if store else "",
            rate_bp=merchant.rate_bp,
        )

    async def payer(wallet: Id) -> tuple[Id, Payer]:
        found = await parties.wallet(wallet)
        return found.person, payer_of(found, kyc)

    return Payments(
        journal=journal,
        ledger=ledger,
        parties=parties,
        brands=brands,
        trades=Trades(db),
        refunds=Refunds(db),
        codes=Codes(db, keyring=keyring),
        counters=Counters(db),
        guesses=Guesses(rates, clock=clock, limit=house.guesses_max, period_s=house.guesses_per_s),
        payees=Recent(payee, clock=clock),
        payers=Recent(payer, clock=clock),
        allow=allow,
        verify_pin=verify_pin,
        rules=house,
        clock=clock,
        random=random,
    )


def payer_of(wallet: Wallet, kyc: Kyc) -> Payer:
    """A wallet as trades see it."""
    return Payer(
        wallet=wallet.id,
        brand=wallet.brand,
        pinless_max=kyc.limits_of(wallet.kyc_class).pinless_each_max,
    )
