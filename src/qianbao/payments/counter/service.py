"""Use cases of a counter's code: print one, withdraw it, read it, pay at it."""

from __future__ import annotations

from base64 import b32encode
from typing import Final

from qianbao.credentials.models import Caller
from qianbao.ids import Id
from qianbao.journal import Plan, Receipt, digest
from qianbao.parties.chart import TransferCode
from qianbao.parties.errors import MerchantUnknown
from qianbao.payments.commit import settle
from qianbao.payments.counter.models import (
    Counter,
    CounterAmount,
    CounterKind,
    CounterMalformed,
    CounterUnknown,
)
from qianbao.payments.room import Payments
from qianbao.payments.trade import plans
from qianbao.payments.trade.errors import AmountOutOfRange, PaysItself, PinRequired, TextTooLong
from qianbao.payments.trade.models import Command, Scene, Trade
from qianbao.payments.trade.service import needs_pin, own_wallet, payee_of

STORE_KINDS: Final = (CounterKind.STATIC_QR, CounterKind.NUMBER)
"""What every store has from its opening."""
DRAWS_MAX: Final = 20
"""Draws of a token until one is free; with half of all numbers taken, twenty fail once in a million."""


async def put_up(
    caller: Caller,
    room: Payments,
    *,
    kind: CounterKind,
    store: Id | None = None,
    amount: int | None = None,
    subject: str = "",
) -> Counter:
    """A merchant's new code. Raises `CounterMalformed`, `AmountOutOfRange`, `TextTooLong`, `StoreUnknown`."""
    payee = await payee_of(caller, room, store)
    if (kind is CounterKind.AMOUNT_QR) != (amount is not None):
        raise CounterMalformed(field="amount", expected="an amount for amount_qr, none for the others")
    if amount is not None and not 1 <= amount <= room.rules.amount_max:
        raise AmountOutOfRange(amount, room.rules.amount_max)
    if len(subject) > plans.SUBJECT_MAX or not subject.isprintable():
        raise TextTooLong("subject", 0, plans.SUBJECT_MAX)
    for _ in range(DRAWS_MAX):
        counter = Counter(
            token=_draw(kind, room),
            kind=kind,
            merchant=payee.merchant,
            store=payee.store,
            amount=amount,
            subject=subject,
            created=room.clock.now(),
        )
        if await room.counters.add(counter):
            return counter
    raise AssertionError("no free token found")


def _draw(kind: CounterKind, room: Payments) -> str:
    if kind is CounterKind.NUMBER:
        return str(10_000_000 + int.from_bytes(room.random(8), "big") % 90_000_000)
    return b32encode(room.random(15)).decode().lower()


async def of_store(caller: Caller, room: Payments, *, store: Id) -> dict[CounterKind, Counter]:
    """By what a store takes payments without a till: its printed code and its number, the oldest that stand,
    or new ones. A repeat finds them. Raises `MerchantUnknown`, `StoreUnknown`.
    """
    newest_first = [one for one in await of_merchant(caller, room) if one.store == store]
    stands = {one.kind: one for one in newest_first if one.kind in STORE_KINDS}
    for kind in STORE_KINDS:
        if kind not in stands:
            stands[kind] = await put_up(caller, room, kind=kind, store=store)
    return stands


async def withdraw(caller: Caller, room: Payments, *, token: str) -> None:
    """A merchant withdraws a code: it cannot be paid any more. Raises `CounterUnknown`."""
    merchant = caller.merchant
    if merchant is None or not await room.counters.revoke(token, merchant, room.clock.now()):
        raise CounterUnknown()


async def read(room: Payments, token: str) -> Counter:
    """What a scanned or typed code stands for. Raises `CounterUnknown`."""
    found = await room.counters.one(token)
    if found is None or found.revoked:
        raise CounterUnknown()
    return found


async def pay_at(
    caller: Caller,
    room: Payments,
    *,
    command: Id,
    wallet: Id,
    token: str,
    amount: int | None = None,
    pin: str | None = None,
    note: str = "",
) -> Receipt:
    """A person pays at a counter whose code they scanned or whose number they typed: a new trade, paid, in
    one commit. The payer sets the amount unless the code has one.

    Raises `CounterUnknown`, `CounterAmount`, `WalletUnknown`, `PaysItself`, `PinRequired`, what a wrong PIN
    raises, what a draft refuses, and what the ledger does.
    """
    payer = await own_wallet(caller, room, wallet)
    asked = Command(
        caller=caller.id,
        id=command,
        digest=digest("counter", token, wallet, amount, note, pin is not None),
    )
    out_trade_no = f"Q{command.hex.upper()}"
    proved = False

    async def look(turn: int) -> tuple[Trade, Plan]:
        nonlocal proved
        counter = await read(room, token)
        due = counter.amount if amount is None else amount
        if due is None or counter.amount not in (None, due):
            raise CounterAmount(field="amount", expected=str(counter.amount or "an amount"))
        payee = await room.payees.get((counter.merchant, counter.store))
        if payee.owner == caller.person:
            raise PaysItself()
        now = room.clock.now()
        trade: Trade = plans.draft(
            asked,
            payee=payee,
            out_trade_no=out_trade_no,
            amount=due,
            scene=Scene.ACCOUNT_NUMBER if counter.kind is CounterKind.NUMBER else Scene.STATIC_QR,
            now=now,
            rules=room.rules,
            currency=payee.currency,
            subject=counter.subject,
            attach=note,
        )
        if turn and (stands := await room.trades.one(trade.id)):
            trade = stands
        plan = plans.pay(trade, command=asked, payer=payer, now=now, pin=pin is not None)
        if pin is None:
            if needs_pin(trade, payer):
                raise PinRequired(field="pin", expected="the payment PIN")
        elif not proved:
            assert caller.person is not None
            await room.verify_pin(caller.person, pin)
            proved = True
        return trade, plan

    return await settle(caller, room, asked, look, usual=TransferCode.PAYMENT)


async def of_merchant(caller: Caller, room: Payments) -> list[Counter]:
    """The merchant's codes that are not withdrawn, newest first. Raises `MerchantUnknown`."""
    if caller.merchant is None:
        raise MerchantUnknown()
    return await room.counters.of(caller.merchant)
