"""Whose code is it? Payment networks by what their QR codes begin with, or by their EMVCo identifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qianbao.payments.qr import tlv
from qianbao.payments.qr.errors import QrTorn

PREFIXES: Final[Mapping[str, str]] = {
    "https://qr.alipay.com/": "Alipay",
    "http://qr.alipay.com/": "Alipay",
    "https://render.alipay.com/": "Alipay",
    "alipays://": "Alipay",
    "wxp://": "WeChat Pay",
    "weixin://": "WeChat Pay",
    "https://payapp.weixin.qq.com/": "WeChat Pay",
    "https://wx.tenpay.com/": "WeChat Pay",
    "https://i.qianbao.qq.com/": "QQ Wallet",
    "https://qr.95516.com/": "UnionPay",
    "http://qr.95516.com/": "UnionPay",
    "upi://": "UPI",
    "paytmmp://": "Paytm",
    "https://www.paypal.com/": "PayPal",
    "https://paypal.me/": "PayPal",
    "https://pay.line.me/": "LINE Pay",
    "https://qr.paypay.ne.jp/": "PayPay",
    "https://swish.nu/": "Swish",
    "bitcoin:": "Bitcoin",
    "ethereum:": "Ethereum",
    "lightning:": "Bitcoin Lightning",
    "BCD\n": "SEPA credit transfer",
}
"""How the text of a network's QR code begins, letters of either case."""

GUIDS: Final[Mapping[str, str]] = {
    "SG.PAYNOW": "PayNow",
    "SG.COM.NETS": "NETS",
    "A000000677": "PromptPay",
    "BR.GOV.BCB.PIX": "Pix",
    "A000000524": "UPI",
    "UPI": "UPI",
    "A000000615": "DuitNow",
    "A000000727": "VietQR",
    "HK.COM.HKICL": "FPS",
    "ID.CO.QRIS": "QRIS",
    "COM.QRIS": "QRIS",
    "COM.P2PQRPAY": "QR Ph",
    "PH.PPMI": "QR Ph",
    "KH.GOV.NBC": "KHQR",
    "COM.ALIPAY": "Alipay",
    "COM.ALIPAYPLUS": "Alipay+",
    "COM.TENPAY": "WeChat Pay",
    "COM.WECHAT": "WeChat Pay",
    "COM.UNIONPAY": "UnionPay",
    "AU.COM.NPP": "NPP",
    "ZA.CO": "South Africa's QR",
}
"""How the globally unique identifier of a template (26 to 51) begins."""

CARDS: Final[Mapping[range, str]] = {
    range(2, 4): "Visa",
    range(4, 6): "Mastercard",
    range(9, 11): "Discover",
    range(11, 13): "American Express",
    range(13, 15): "JCB",
    range(15, 17): "UnionPay",
}
"""The fields that the specification reserves for card networks."""

TEMPLATES: Final = range(26, 52)
"""The fields that hold a network's own merchant account information."""


def of_text(text: str) -> str | None:
    """The network of a QR code that is no EMVCo payload, or None."""
    plain = text.strip().lower()
    return next((name for head, name in PREFIXES.items() if plain.startswith(head.lower())), None)


def of_fields(fields: Mapping[str, str]) -> str | None:
    """The network of an EMVCo payload's fields, or None. A template's own network before a card's: codes of
    several networks are named by the one that is theirs alone."""
    for tag, value in fields.items():
        if int(tag) in TEMPLATES and (found := _of_guid(guid(value))):
            return found
    for tag in fields:
        for tags, name in CARDS.items():
            if int(tag) in tags:
                return name
    return None


def guid(template: str) -> str:
    """The identifier of a template of merchant account information; empty where it has none."""
    try:
        return tlv.read(template).get("00", "")
    except QrTorn:
        return ""


def _of_guid(found: str) -> str | None:
    upper = found.upper()
    longest = max((head for head in GUIDS if upper.startswith(head)), key=len, default=None)
    return GUIDS[longest] if longest else None
