"""Use cases of QR codes: what a counter's code or a trade shows, and what a scanned text means."""

from __future__ import annotations

import re
from typing import Final

from qianbao.ids import Id
from qianbao.payments.code.models import CODE
from qianbao.payments.counter.models import LINK, Counter, CounterUnknown
from qianbao.payments.counter.service import read as read_counter
from qianbao.payments.qr import networks, payload, wording
from qianbao.payments.qr.errors import QrForged, QrOfAnotherNetwork, QrTorn, QrUnknown
from qianbao.payments.qr.models import REFERENCE_MAX, MerchantQr, Reading, ReadKind
from qianbao.payments.room import Payments
from qianbao.payments.trade.errors import TradeNotFound
from qianbao.payments.trade.models import Trade

READ_MAX: Final = 512
"""The longest text that is read."""
_TOKEN: Final = re.compile(r"[a-z2-7]{24}|[1-9][0-9]{7}", re.ASCII)
_PAGE: Final = re.compile(r"https?://[^/\s]+/p/([a-z2-7]{24}|[1-9][0-9]{7})", re.ASCII)
_NUMBER: Final = re.compile(r"[1-9][0-9]{4,10}", re.ASCII)


async def of_counter(
    room: Payments, counter: Counter, *, amount: int | None = None, bill: str = ""
) -> MerchantQr:
    """What a counter's code shows; with an amount and a bill's number, for one payment."""
    return await _of(
        room, counter.merchant, counter.store, token=counter.token, amount=counter.amount or amount, bill=bill
    )


async def of_trade(room: Payments, trade: Trade) -> MerchantQr:
    """What the code of one trade shows."""
    return await _of(
        room,
        trade.merchant,
        trade.store,
        trade=trade.id,
        amount=trade.amount,
        bill=trade.out_trade_no if len(trade.out_trade_no) <= REFERENCE_MAX else "",
        terminal=trade.till,
    )


async def _of(
    room: Payments,
    merchant: Id,
    store: Id | None,
    *,
    token: str = "",
    trade: Id | None = None,
    amount: int | None,
    bill: str = "",
    terminal: str = "",
) -> MerchantQr:
    shop = await room.parties.merchant(merchant)
    place = await room.parties.store(store) if store is not None else None
    name, city = wording.name(shop.name), wording.city(place.city if place else "")
    return MerchantQr(
        guid=room.rules.qr_guid,
        token=token,
        trade=trade,
        amount=amount,
        country=room.rules.qr_country,
        mcc=shop.mcc,
        name=name.plain,
        city=city.plain,
        language="zh" if name.local else "",
        name_local=name.local,
        city_local=city.local if name.local else "",
        bill=_ascii(bill),
        terminal=_ascii(terminal),
    )


def _ascii(text: str) -> str:
    return text if text.isascii() and len(text) <= REFERENCE_MAX else ""


async def read(room: Payments, text: str) -> Reading:
    """What a scanned or typed text is: a counter's code, a trade, a payer's code, a person's number.

    Raises `QrTorn`, `QrForged`, `QrOfAnotherNetwork`, `QrUnknown`, `CounterUnknown`, `TradeNotFound`.
    """
    plain = text.strip()
    if plain.startswith(payload.HEAD):
        return await _payload(room, payload.decode(plain, guid=room.rules.qr_guid))
    if network := networks.of_text(text):
        raise QrOfAnotherNetwork(network)
    if found := _PAGE.fullmatch(plain):
        return await _counter(room, found[1])
    if plain.startswith(LINK):
        return await _counter(room, plain.removeprefix(LINK))
    if CODE.fullmatch(plain):
        return Reading(kind=ReadKind.PAYER_CODE)
    if _TOKEN.fullmatch(plain):
        try:
            return await _counter(room, plain)
        except CounterUnknown:
            if not plain.isdigit():
                raise
    if _NUMBER.fullmatch(plain):
        return Reading(kind=ReadKind.PAYEE, identifier=plain)
    raise QrUnknown(field="text", expected="a code or an account number of this network")


async def _counter(room: Payments, token: str) -> Reading:
    if not _TOKEN.fullmatch(token):
        raise QrTorn("The link is cut off.")
    counter = await read_counter(room, token)
    return Reading(kind=ReadKind.COUNTER, counter=counter, amount=counter.amount)


async def _payload(room: Payments, said: MerchantQr) -> Reading:
    if said.trade is not None:
        trade = await room.trades.one(said.trade)
        if trade is None:
            raise TradeNotFound()
        if (said.amount, said.currency) != (trade.amount, trade.currency):
            raise QrForged("The code says another amount than the trade.")
        return Reading(kind=ReadKind.TRADE, trade=trade, amount=trade.amount, bill=said.bill)
    found = await _counter(room, said.token)
    assert found.counter is not None
    fixed = found.counter.amount
    if fixed is not None and said.amount != fixed:
        raise QrForged("The code says another amount than was printed.")
    return Reading(
        kind=ReadKind.COUNTER,
        counter=found.counter,
        amount=said.amount,
        bill=said.bill,
        reference=said.reference,
    )
