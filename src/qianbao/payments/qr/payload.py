"""A merchant's QR code as the text of its picture: EMVCo merchant-presented mode, version 1.1. Pure."""

from __future__ import annotations

import re
from typing import Final

from qianbao.ids import parse
from qianbao.money import Currency, UnknownCurrency, show
from qianbao.money import parse as minor_units
from qianbao.payments.qr import networks, tlv
from qianbao.payments.qr.errors import QrOfAnotherNetwork, QrTorn, QrUnknown
from qianbao.payments.qr.models import MerchantQr

HEAD: Final = "000201"
"""How every EMVCo payload begins."""
ACCOUNT: Final = "26"
"""The field of our own merchant account information."""
STATIC, DYNAMIC = "11", "12"
_AMOUNT: Final = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?", re.ASCII)
_TRADE: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


def encode(code: MerchantQr) -> str:
    """The text of the QR code. What is longer than its field allows is a mistake of the caller's."""
    account = {"00": code.guid} | _given({"01": code.token, "02": code.trade.hex if code.trade else ""})
    currency = Currency.of(code.currency)
    fields = {
        "00": "01",
        "01": DYNAMIC if code.dynamic else STATIC,
        ACCOUNT: tlv.write(account),
        "52": code.mcc,
        "53": f"{currency.number:03}",
        **({} if code.amount is None else {"54": show(code.amount, currency)}),
        "58": code.country,
        "59": code.name,
        "60": code.city,
    }
    extra = _given({"01": code.bill, "05": code.reference, "07": code.terminal})
    local = _given({"00": code.language, "01": code.name_local, "02": code.city_local})
    return tlv.sealed(
        fields | _given({"62": tlv.write(extra), "64": tlv.write(local) if code.language else ""})
    )


def decode(text: str, *, guid: str) -> MerchantQr:
    """What the text of a QR code says, strictly. `guid`: this network.

    Raises `QrTorn` (cut off, changed), `QrOfAnotherNetwork`, `QrUnknown`.
    """
    fields = tlv.opened(text)
    template = next(
        (
            value
            for tag, value in fields.items()
            if int(tag) in networks.TEMPLATES and networks.guid(value).lower() == guid.lower()
        ),
        None,
    )
    if template is None:
        if network := networks.of_fields(fields):
            raise QrOfAnotherNetwork(network)
        raise QrUnknown("The QR code is of a network that is not known here.", field="text")
    account = tlv.read(template)
    extra, local = tlv.read(fields.get("62", "")), tlv.read(fields.get("64", ""))
    currency = _currency(fields.get("53", ""))
    trade = account.get("02", "")
    if trade and not _TRADE.fullmatch(trade):
        raise QrTorn("The trade is no id.")
    amount = _amount(fields.get("54"), currency)
    if fields.get("01", STATIC) != (STATIC if amount is None else DYNAMIC):
        raise QrTorn("A code with an amount is for one payment, one without is not.")
    return MerchantQr(
        guid=account["00"],
        token=account.get("01", ""),
        trade=parse(trade) if trade else None,
        amount=amount,
        currency=currency.letters,
        country=_needed(fields, "58"),
        mcc=_needed(fields, "52"),
        name=_needed(fields, "59"),
        city=_needed(fields, "60"),
        language=local.get("00", ""),
        name_local=local.get("01", ""),
        city_local=local.get("02", ""),
        bill=extra.get("01", ""),
        reference=extra.get("05", ""),
        terminal=extra.get("07", ""),
    )


def _given(fields: dict[str, str]) -> dict[str, str]:
    return {tag: value for tag, value in fields.items() if value}


def _needed(fields: dict[str, str], tag: str) -> str:
    if tag not in fields:
        raise QrTorn(f"Field {tag} is missing.")
    return fields[tag]


def _currency(number: str) -> Currency:
    for currency in Currency:
        if f"{currency.number:03}" == number:
            return currency
    raise UnknownCurrency(number)


def _amount(text: str | None, currency: Currency) -> int | None:
    if text is None:
        return None
    if not _AMOUNT.fullmatch(text) or len(text) > 13:
        raise QrTorn("The amount is no amount.")
    return minor_units(text, currency)
