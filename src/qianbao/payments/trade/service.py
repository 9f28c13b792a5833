"""Use cases of a trade on its way to be paid: prepay, pay (or confirm), decline.

Whether a caller's role may do it is the door's question; whose trade and whose wallet it is, is asked here.
"""

from __future__ import annotations

from qianbao.credentials.models import Caller, Scope
from qianbao.ids import Id
from qianbao.journal import Plan, Receipt, digest
from qianbao.parties.chart import TransferCode
from qianbao.parties.errors import MerchantUnknown, WalletUnknown
from qianbao.payments.commit import Stands, settle
from qianbao.payments.room import Payments
from qianbao.payments.trade import plans
from qianbao.payments.trade.errors import (
    OutTradeNoUsed,
    PaysItself,
    PinRequired,
    SubsidyNotGranted,
    TradeNotFound,
)
from qianbao.payments.trade.models import (
    Command,
    Payee,
    Payer,
    Scene,
    Trade,
    TradeState,
    answer,
)


async def prepay(
    caller: Caller,
    room: Payments,
    *,
    command: Id,
    out_trade_no: str,
    amount: int,
    scene: Scene = Scene.NATIVE,
    currency: str = "CNY",
    store: Id | None = None,
    subject: str = "",
    attach: str = "",
    subsidy: int = 0,
    expires_in_s: int = 0,
) -> Receipt:
    """A merchant creates a trade to be paid. The same number with the same content is the same trade.

    Raises what a draft refuses, `OutTradeNoUsed`, `SubsidyNotGranted`, `MerchantUnknown`, `StoreUnknown`.
    """
    payee = await payee_of(caller, room, store)
    if subsidy and (caller.scopes is None or Scope.SUBSIDIES_GRANT not in caller.scopes):
        raise SubsidyNotGranted()
    asked = Command(
        caller=caller.id,
        id=command,
        digest=digest(
            "prepay", payee.merchant, payee.store, out_trade_no, amount, currency, scene, subject, attach,
            subsidy, expires_in_s,
        ),
    )  # fmt: skip

    async def look(turn: int) -> tuple[Trade, Plan] | Stands:
        draft = plans.draft(
            asked,
            payee=payee,
            out_trade_no=out_trade_no,
            amount=amount,
            scene=scene,
            now=room.clock.now(),
            rules=room.rules,
            currency=currency,
            subject=subject,
            attach=attach,
            subsidy=subsidy,
            expires_in_s=expires_in_s,
            till=caller.till or "",
            cashier=caller.id,
        )
        # A new trade is an insert: only where its number turned out to be taken is it looked up.
        stands = await room.trades.one(draft.id) if turn else None
        if stands is None:
            return draft, plans.create(draft, command=asked)
        if not plans.same(stands, draft):
            raise OutTradeNoUsed(out_trade_no)
        return Stands(stands.id, answer(stands))

    return await settle(caller, room, asked, look, usual=TransferCode.PAYMENT)


async def pay(
    caller: Caller, room: Payments, *, command: Id, trade: Id, wallet: Id, pin: str | None = None
) -> Receipt:
    """A person pays a trade from one of their wallets, or confirms a charge that waits for the PIN.

    Raises `TradeNotFound`, `WalletUnknown`, `PaysItself`, `PinRequired`, what a wrong PIN raises, what
    `plans.pay` refuses, and what the ledger does: `not_enough`, `payer_frozen`, `merchant_frozen`, limits.
    """
    payer = await own_wallet(caller, room, wallet)
    asked = Command(caller=caller.id, id=command, digest=digest("pay", trade, wallet, pin is not None))
    proved = False

    async def look(_turn: int) -> tuple[Trade, Plan]:
        nonlocal proved
        stands = await room.trades.one(trade)
        if stands is None:
            raise TradeNotFound()
        payee = await room.payees.get((stands.merchant, stands.store))
        if payee.owner == caller.person:
            raise PaysItself()
        plan = plans.pay(stands, command=asked, payer=payer, now=room.clock.now(), pin=pin is not None)
        if pin is None:
            if needs_pin(stands, payer):
                raise PinRequired(field="pin", expected="the payment PIN")
        elif not proved:
            assert caller.person is not None
            await room.verify_pin(caller.person, pin)
            proved = True
        return stands, plan

    return await settle(caller, room, asked, look, usual=TransferCode.PAYMENT)


async def decline(caller: Caller, room: Payments, *, command: Id, trade: Id) -> Receipt:
    """A person says no to a charge that waits for their PIN. Raises `TradeNotFound`, `TradeNotPaying`."""
    asked = Command(caller=caller.id, id=command, digest=digest("decline", trade))

    async def look(_turn: int) -> tuple[Trade, Plan]:
        stands = await room.trades.one(trade)
        if stands is None or stands.payer is None or not await owns(caller, room, stands.payer):
            raise TradeNotFound()
        return stands, plans.decline(stands, command=asked, now=room.clock.now())

    return await settle(caller, room, asked, look, usual=TransferCode.PAYMENT)


def needs_pin(trade: Trade, payer: Payer) -> bool:
    """Whether this one payment needs the PIN, whatever the day's totals allow."""
    return trade.state is TradeState.PAYING or trade.own > payer.pinless_max


async def payee_of(caller: Caller, room: Payments, store: Id | None) -> Payee:
    """The merchant for whom the caller acts, at their own store or at one they may name.

    Raises `MerchantUnknown`, `StoreUnknown`.
    """
    if caller.merchant is None:
        raise MerchantUnknown()
    return await room.payees.get((caller.merchant, caller.store or store))


async def own_wallet(caller: Caller, room: Payments, wallet: Id) -> Payer:
    """The caller's own wallet. Raises `WalletUnknown`, for another's too."""
    person, payer = await room.payers.get(wallet)
    if caller.person is None or person != caller.person:
        raise WalletUnknown()
    return payer


async def owns(caller: Caller, room: Payments, wallet: Id) -> bool:
    """Whether a wallet is the caller's."""
    if caller.person is None:
        return False
    person, _ = await room.payers.get(wallet)
    return person == caller.person
