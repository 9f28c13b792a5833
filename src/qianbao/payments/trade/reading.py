"""Reading trades: one, a merchant's list, a payer's list. Everybody sees their own."""

from __future__ import annotations

import asyncio
from itertools import chain

import msgspec

from qianbao.credentials.models import Caller, Role
from qianbao.ids import Id, of_int
from qianbao.ledger import AccountFilter, AccountFilterFlags, Transfer
from qianbao.parties.chart import TransferCode
from qianbao.parties.errors import MerchantUnknown, WalletUnknown
from qianbao.payments.room import Payments
from qianbao.payments.trade.ending import at_home
from qianbao.payments.trade.errors import TradeNotFound
from qianbao.payments.trade.models import OPEN, Trade, TradeState, trade_id
from qianbao.payments.trade.service import own_wallet, owns
from qianbao.payments.trade.store import NEWEST, PAGE_MAX, Place

HOUSE = frozenset({Role.OPERATOR, Role.AUDITOR})


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a list, newest first. `next` is where the next part begins; None: this was the last."""

    trades: list[Trade]
    next: Place | None = None


class PayersPage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a payer's list. `next`: the ledger's moment (nanoseconds) up to which the next part reads."""

    trades: list[Trade]
    next: int | None = None


async def one(caller: Caller, room: Payments, trade: Id) -> Trade:
    """A trade: for its merchant's people, its payer and the house; while it can be paid, for whoever holds
    its id and might pay it. Raises `TradeNotFound`."""
    found = await room.trades.one(trade)
    if found is None or not await _may_see(caller, room, found):
        raise TradeNotFound()
    return found


async def of_number(caller: Caller, room: Payments, out_trade_no: str) -> Trade:
    """A merchant's trade by its own number. Raises `TradeNotFound`."""
    if caller.merchant is None:
        raise TradeNotFound()
    return await one(caller, room, trade_id(caller.merchant, out_trade_no))


async def _may_see(caller: Caller, room: Payments, trade: Trade) -> bool:
    if caller.role in HOUSE:
        return True
    if caller.merchant is not None:
        return trade.merchant == caller.merchant and at_home(caller, trade)
    if trade.payer is not None:
        return await owns(caller, room, trade.payer)
    return trade.state in OPEN and caller.person is not None


async def of_merchant(
    caller: Caller,
    room: Payments,
    *,
    merchant: Id | None = None,
    store: Id | None = None,
    state: TradeState | None = None,
    since: int = 0,
    before: Place = NEWEST,
    limit: int = 50,
) -> Page:
    """A merchant's trades, newest first; the house names the merchant, everybody else has their own, and a
    cashier their own store. Raises `MerchantUnknown`."""
    whose = merchant if caller.role in HOUSE else caller.merchant
    if whose is None:
        raise MerchantUnknown()
    size = max(1, min(limit, PAGE_MAX))
    trades = await room.trades.page(
        whose, before=before, store=caller.store or store, state=state, since=since, limit=size
    )
    last = trades[-1] if len(trades) == size else None
    return Page(trades=trades, next=(last.created, last.id) if last else None)


async def of_payer(
    caller: Caller, room: Payments, wallet: Id | None = None, *, until: int | None = None, limit: int = 50
) -> PayersPage:
    """What the caller paid, newest first, by the ledger's history: from one of their wallets, or from all.

    `until`: `next` of the part before. Raises `WalletUnknown`.
    """
    if caller.person is None:
        raise WalletUnknown()
    if wallet is None:
        wallets = [one.id for one in await room.parties.wallets_of(caller.person)]
    else:
        await own_wallet(caller, room, wallet)
        wallets = [wallet]
    size = max(1, min(limit, PAGE_MAX))
    found = await asyncio.gather(*(_spent(room, one, until or 0, size) for one in wallets))
    # Moments are the ledger's and each is one transfer's alone, whichever account it is of.
    moved = sorted(chain.from_iterable(found), key=lambda one: one.timestamp, reverse=True)[:size]
    trades = await room.trades.of([of_int(one.user_data_128) for one in moved])
    return PayersPage(trades=trades, next=moved[-1].timestamp - 1 if len(moved) == size else None)


async def _spent(room: Payments, wallet: Id, until: int, limit: int) -> list[Transfer]:
    return await room.ledger.get_account_transfers(
        AccountFilter(
            account_id=wallet.int,
            code=TransferCode.PAYMENT,
            timestamp_max=until,
            limit=limit,
            flags=AccountFilterFlags.DEBITS | AccountFilterFlags.REVERSED,
        )
    )
