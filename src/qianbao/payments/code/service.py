"""Use cases of the payer's code: show one, charge one at a till, look what became of it."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from qianbao.clock import SECOND, rfc3339
from qianbao.credentials.models import Caller
from qianbao.ids import Id, derive
from qianbao.journal import Plan, Receipt, digest
from qianbao.parties.chart import TransferCode
from qianbao.payments.code.models import (
    CODE,
    CodeExpired,
    CodeMalformed,
    CodeUnknown,
    CodeUsed,
    PayerCode,
    PayerCodeUsed,
    Shown,
    draw,
)
from qianbao.payments.commit import settle
from qianbao.payments.room import Payments
from qianbao.payments.trade import plans
from qianbao.payments.trade.errors import OutTradeNoUsed, PaysItself, PinRequired
from qianbao.payments.trade.models import Command, Scene, Trade, answer
from qianbao.payments.trade.service import needs_pin, own_wallet, payee_of


async def issue(caller: Caller, room: Payments, *, wallet: Id) -> Shown:
    """A new code for the caller's wallet, good for a minute and one payment. Raises `WalletUnknown`."""
    payer = await own_wallet(caller, room, wallet)
    digits = draw(room.brands.get(payer.brand).code_prefix, room.random(16))
    now = room.clock.now()
    expires = now + room.rules.code_s * SECOND
    assert caller.person is not None
    await room.codes.issue(
        digits, person=caller.person, payer=payer, device=caller.device, now=now, expires=expires
    )
    return Shown(code=digits, expires=expires)


async def status(caller: Caller, room: Payments, digits: str) -> dict[str, Any]:
    """What became of the caller's own code: shown, used (and by which trade) or expired.

    Raises `CodeMalformed`, `CodeUnknown`.
    """
    found = await room.codes.find(_checked(digits))
    if found is None or found.person != caller.person:
        raise CodeUnknown()
    if found.trade is not None:
        trade = await room.trades.one(found.trade)
        return {"state": "used", "trade": answer(trade) if trade else None}
    over = room.clock.now() >= found.expires
    return {"state": "expired" if over else "shown", "expires_at": rfc3339(found.expires)}


async def charge(
    caller: Caller,
    room: Payments,
    *,
    command: Id,
    code: str,
    out_trade_no: str,
    amount: int,
    currency: str = "CNY",
    store: Id | None = None,
    subject: str = "",
    attach: str = "",
) -> Receipt:
    """A till charges a payer's code: a new trade, paid, in one commit. Where the PIN is needed the trade
    waits (`paying`) for the payer to confirm it, and the till asks again.

    Raises `CodeMalformed`, `CodeUnknown`, `CodeUsed`, `CodeExpired`, `TooManyGuesses`, `OutTradeNoUsed`,
    `PaysItself`, what a draft and `plans.pay` refuse, and what the ledger does.
    """
    payee = await payee_of(caller, room, store)
    till = caller.till or ""
    room.guesses.check(payee.merchant, till)
    _checked(code)
    asked = Command(
        caller=caller.id,
        id=command,
        digest=digest(
            "charge", payee.merchant, payee.store, code, out_trade_no, amount, currency, subject, attach
        ),
    )

    async def look(turn: int, asked: Command, *, ask: bool) -> tuple[Trade, Plan]:
        now = room.clock.now()
        trade: Trade = plans.draft(
            asked,
            payee=payee,
            out_trade_no=out_trade_no,
            amount=amount,
            scene=Scene.OFFLINE_CODE,
            now=now,
            rules=room.rules,
            currency=currency,
            subject=subject,
            attach=attach,
            expires_in_s=room.rules.paying_s,
            till=till,
            cashier=caller.id,
        )
        if turn and (stands := await room.trades.one(trade.id)):
            if not plans.same(stands, trade):
                raise OutTradeNoUsed(out_trade_no)
            trade = stands
        shown = await _good(room, code, payee.merchant, till, now)
        payer = shown.payer
        if payee.owner == shown.person:
            raise PaysItself()
        used = PayerCodeUsed(id=shown.id, trade=trade.id, at=now)
        if ask:
            plan = plans.ask(trade, command=asked, payer=payer, now=now)
        else:
            plan = plans.pay(trade, command=asked, payer=payer, now=now, pin=False, scene=Scene.OFFLINE_CODE)
            if needs_pin(trade, payer):
                raise PinRequired()
        return trade, replace(plan, steps=(*plan.steps, used))

    # Asking is a command of its own: the charge may stand in the journal as refused.
    asking = replace(asked, id=derive(command, "ask"))
    try:
        return await settle(
            caller,
            room,
            asked,
            lambda turn: look(turn, asked, ask=False),
            usual=TransferCode.PAYMENT,
        )
    except (CodeUsed, CodeExpired, CodeUnknown):
        # A repeat of a charge that was asked for the PIN: its own asking used the code up.
        if first := await room.journal.receipt(asking.id, asking.digest):
            return first
        raise
    except PinRequired:
        return await settle(
            caller,
            room,
            asking,
            lambda turn: look(turn, asking, ask=True),
            usual=TransferCode.PAYMENT,
        )


async def _good(room: Payments, digits: str, merchant: Id, till: str, now: int) -> PayerCode:
    found = await room.codes.find(digits)
    if found is None:
        await room.guesses.wrong(merchant, till)
        raise CodeUnknown()
    if found.trade is not None:
        raise CodeUsed()
    if now >= found.expires:
        raise CodeExpired()
    return found


def _checked(digits: str) -> str:
    if not CODE.fullmatch(digits):
        raise CodeMalformed(field="code", expected="18 digits")
    return digits
