"""Reading bills: from the ledger's history of a person's wallets, with the names that belong to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from itertools import chain
from typing import Final

from qianbao.credentials.models import Caller
from qianbao.ids import Id, of_int
from qianbao.insight.records.categories import category
from qianbao.ledger import AccountFilter, AccountFilterFlags, Transfer
from qianbao.ledger.models import TransferFlags
from qianbao.money import Currency
from qianbao.parties.names import masked
from qianbao.payments.bill.models import KIND_OF, OF_TRADES, TO_PEOPLE, Bill, BillPage, BillReceipt, Wanted
from qianbao.payments.bill.sheet import written
from qianbao.payments.room import Payments
from qianbao.payments.trade import reading
from qianbao.payments.trade.errors import TradeNotFound
from qianbao.payments.trade.models import Trade
from qianbao.payments.trade.service import own_wallet

SCAN_MAX: Final = 1_000
"""How much history one request looks through: a page may be shorter than asked, and more follow."""
UNSETTLED: Final = TransferFlags.PENDING | TransferFlags.VOID_PENDING_TRANSFER
"""What set money aside, or took that back, moved nothing yet."""
_CURRENCIES: Final = {currency.number: currency for currency in Currency}


async def bills(
    caller: Caller, room: Payments, wanted: Wanted, *, before: int | None = None, limit: int = 20
) -> BillPage:
    """The caller's bills, newest first. `before`: `next` of the part before. Raises `WalletUnknown`."""
    wallets = await _wallets(caller, room, wanted.wallet)
    scanned = min(SCAN_MAX, limit if not wanted.text else SCAN_MAX)
    until = before if before is not None else wanted.until
    pages = await asyncio.gather(*(_moved(room, wallet, wanted.since, until, scanned) for wallet in wallets))
    # Moments are the ledger's and each is one transfer's alone: of the union only the newest are complete.
    moved = sorted(chain.from_iterable(pages), key=lambda one: one[1].timestamp, reverse=True)[:scanned]
    ended = len(moved) < scanned
    found: list[Bill] = []
    place = moved[-1][1].timestamp if moved else 0
    for bill in await _read(room, [one for one in moved if _counts(one[1], wanted)]):
        if _fits(bill, wanted.text.strip().casefold()):
            found.append(bill)
            if len(found) == limit:
                place, ended = bill.at, False
                break
    return BillPage(bills=found, next=None if ended or place <= 1 else place - 1)


async def every(caller: Caller, room: Payments, wanted: Wanted) -> AsyncGenerator[list[Bill]]:
    """All bills that are wanted, in bounded parts, newest first."""
    before: int | None = None
    while True:
        page = await bills(caller, room, wanted, before=before, limit=SCAN_MAX)
        yield page.bills
        if page.next is None:
            return
        before = page.next


async def receipt(caller: Caller, room: Payments, trade: Id) -> BillReceipt:
    """A trade's receipt, for its payer or who might pay it. Raises `TradeNotFound`."""
    found = await reading.one(caller, room, trade)
    if caller.person is None:
        raise TradeNotFound()
    merchant, store, refunds = await asyncio.gather(
        room.parties.merchant(found.merchant), _store_name(room, found), room.refunds.of_trade(trade)
    )
    return BillReceipt(
        trade=found,
        merchant_name=merchant.name,
        store_name=store,
        category=category(found.mcc or merchant.mcc),
        refunds=refunds,
    )


async def _wallets(caller: Caller, room: Payments, wallet: Id | None) -> list[Id]:
    assert caller.person is not None, "the route lets only people in"
    if wallet is None:
        return [one.id for one in await room.parties.wallets_of(caller.person)]
    await own_wallet(caller, room, wallet)
    return [wallet]


async def _moved(room: Payments, wallet: Id, since: int, until: int, limit: int) -> list[tuple[Id, Transfer]]:
    rows = await room.ledger.get_account_transfers(
        AccountFilter(
            account_id=wallet.int,
            timestamp_min=since,
            timestamp_max=until,
            limit=limit,
            flags=AccountFilterFlags.DEBITS | AccountFilterFlags.CREDITS | AccountFilterFlags.REVERSED,
        )
    )
    return [(wallet, row) for row in rows]


def _counts(moved: Transfer, wanted: Wanted) -> bool:
    return KIND_OF.get(moved.code) in wanted.kinds and not moved.flags & UNSETTLED


def _fits(bill: Bill, text: str) -> bool:
    if not text:
        return True
    amount = written(abs(bill.amount), bill.currency)
    return text in bill.name.casefold() or text in bill.subject.casefold() or text in amount


async def _read(room: Payments, moved: list[tuple[Id, Transfer]]) -> list[Bill]:
    # What belongs to them is read in one query each: trades, and the names of the other side.
    wanted = {of_int(one.user_data_128) for _, one in moved if KIND_OF[one.code] in OF_TRADES}
    trades = {trade.id: trade for trade in await room.trades.of(list(wanted))}
    names = await _names(room, moved)
    return [_bill(wallet, one, trades, names) for wallet, one in moved]


async def _names(room: Payments, moved: list[tuple[Id, Transfer]]) -> dict[Id, str]:
    merchants = {_other(wallet, one) for wallet, one in moved if KIND_OF[one.code] in OF_TRADES}
    people = {_other(wallet, one) for wallet, one in moved if KIND_OF[one.code] in TO_PEOPLE}
    shops = await asyncio.gather(*map(room.parties.merchant, merchants))
    wallets = await asyncio.gather(*map(room.parties.wallet, people))
    return {shop.id: shop.name for shop in shops} | {one.id: masked(one.name) for one in wallets}


def _other(wallet: Id, moved: Transfer) -> Id:
    leaves = moved.debit_account_id == wallet.int
    return of_int(moved.credit_account_id if leaves else moved.debit_account_id)


def _bill(wallet: Id, moved: Transfer, trades: dict[Id, Trade], names: dict[Id, str]) -> Bill:
    about = of_int(moved.user_data_128) if moved.user_data_128 else None
    trade = trades.get(about) if about is not None else None
    leaves = moved.debit_account_id == wallet.int
    return Bill(
        id=of_int(moved.id),
        kind=KIND_OF[moved.code],
        wallet=wallet,
        amount=-moved.amount if leaves else moved.amount,
        currency=_CURRENCIES[moved.ledger].letters,
        at=moved.timestamp,
        about=about,
        name=names.get(_other(wallet, moved), ""),
        category=category(trade.mcc) if trade else None,
        subject=trade.subject if trade else "",
        state=trade.state if trade else None,
        refunded=trade.refunded if trade else 0,
    )


async def _store_name(room: Payments, trade: Trade) -> str:
    return "" if trade.store is None else (await room.parties.store(trade.store)).name
