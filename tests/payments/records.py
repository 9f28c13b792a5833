"""Records that the tests of pure plans begin from."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from qianbao.clock import SECOND
from qianbao.ids import Id, of_int
from qianbao.journal.models import Plan
from qianbao.payments.rules import Rules
from qianbao.payments.trade import plans
from qianbao.payments.trade.models import Command, Payee, Payer, Scene, Trade, TradeMoved, TradeNew

NOW = 1_795_000_000 * SECOND
RULES = Rules()
SHOP, WALLET, OTHER, CASHIER = (of_int(n << 8) for n in (0xA1, 0xB1, 0xB2, 0xC1))
PAYEE = Payee(merchant=SHOP, mcc="5411", city="Hangzhou", rate_bp=60)
PAYER = Payer(wallet=WALLET, brand="lanhua", pinless_max=200_00)


def command(number: int = 1, *, caller: Id = CASHIER) -> Command:
    """The `number`th command of a caller."""
    return Command(caller=caller, id=of_int((0xF00 + number) << 8), digest=number)


def draft(amount: int = 100_00, **other: Any) -> TradeNew:
    """An unpaid trade that nobody has kept yet."""
    asked: dict[str, Any] = {"payee": PAYEE, "out_trade_no": "T1", "scene": Scene.NATIVE, "now": NOW}
    return plans.draft(command(), amount=amount, rules=RULES, **(asked | other))


def stands(trade: Trade) -> Trade:
    """The record as the table gives it back."""
    return Trade(**{name: getattr(trade, name) for name in Trade.__struct_fields__})


def after(trade: Trade, plan: Plan) -> Trade:
    """The trade once `plan` has been committed: what the two step kinds write."""
    step = plan.steps[0]
    if isinstance(step, TradeNew):
        return stands(step)
    assert isinstance(step, TradeMoved)
    assert step.seen == trade.version
    changed = {
        name: value
        for name in TradeMoved.__struct_fields__
        if name not in ("id", "seen") and (value := getattr(step, name)) is not None
    }
    return replace(stands(trade), version=trade.version + 1, **changed)


def unpaid(amount: int = 100_00, **other: Any) -> Trade:
    """A trade that stands unpaid."""
    new = draft(amount, **other)
    return after(new, plans.create(new, command=command()))


def paid(amount: int = 100_00, **other: Any) -> Trade:
    """A trade that stands paid by `PAYER`."""
    trade = unpaid(amount, **other)
    return after(trade, plans.pay(trade, command=command(2), payer=PAYER, now=NOW, pin=True))
