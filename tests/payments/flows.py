"""Trades brought to where a test begins."""

from __future__ import annotations

from typing import Any

from qianbao.credentials.models import Caller
from qianbao.ids import Id, parse
from qianbao.payments.trade import service
from tests.payments.conftest import PIN, Town


async def prepaid(town: Town, shop: Caller, amount: int = 100_00, **more: Any) -> Id:
    """A trade that waits to be paid."""
    asked: dict[str, Any] = {"command": town.key(), "out_trade_no": town.number()} | more
    receipt = await service.prepay(shop, town.room, amount=amount, **asked)
    return parse(receipt.result["id"])


async def paid(town: Town, shop: Caller, amount: int = 100_00, **more: Any) -> tuple[Id, Id]:
    """A trade that somebody new has paid, and their wallet."""
    payer, wallet = await town.someone()
    trade = await prepaid(town, shop, amount, **more)
    await service.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN)
    return trade, wallet
