"""OFX 2.2 (Open Financial Exchange, section 11.4.2): one statement a wallet, for GnuCash and its like."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

from qianbao.insight.bills.models import Bill, Source
from qianbao.insight.bills.targets.accounts import Posting, postings
from qianbao.money import show

NAME_MAX, MEMO_MAX = 32, 255
HEADER: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    '<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
)
_UNWRITABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def ofx(bills: Sequence[Bill]) -> bytes:
    """One file, a statement for each wallet. No bank says a balance here: it is the sum of what is listed."""
    by_source: dict[Source, list[tuple[Bill, tuple[Posting, ...]]]] = defaultdict(list)
    for bill, some in postings(bills):
        if some:
            by_source[bill.source].append((bill, some))
    last = max((bill.at for bill in bills), default=datetime(1970, 1, 1))
    status = "<STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>"
    statements = "".join(
        f"<STMTTRNRS><TRNUID>{number}</TRNUID>{status}{_statement(source, some)}</STMTTRNRS>"
        for number, (source, some) in enumerate(sorted(by_source.items()), 1)
    )
    server = f"<DTSERVER>{_time(last)}</DTSERVER><LANGUAGE>ZHO</LANGUAGE>"
    signed = f"<SIGNONMSGSRSV1><SONRS>{status}{server}</SONRS></SIGNONMSGSRSV1>"
    bank = f"<BANKMSGSRSV1>{statements}</BANKMSGSRSV1>" if statements else ""
    return f"{HEADER}<OFX>{signed}{bank}</OFX>\n".encode()


def _statement(source: Source, moved: Sequence[tuple[Bill, tuple[Posting, ...]]]) -> str:
    times = [bill.at for bill, _ in moved]
    listed = list(_transactions(moved))
    balance = sum(amount for amount, _ in listed)
    account = (
        f"<BANKACCTFROM><BANKID>qianbao</BANKID><ACCTID>{source.value}</ACCTID>"
        "<ACCTTYPE>CHECKING</ACCTTYPE></BANKACCTFROM>"
    )
    return (
        f"<STMTRS><CURDEF>CNY</CURDEF>{account}<BANKTRANLIST><DTSTART>{_time(min(times))}</DTSTART>"
        f"<DTEND>{_time(max(times))}</DTEND>{''.join(text for _, text in listed)}</BANKTRANLIST>"
        f"<LEDGERBAL><BALAMT>{show(balance)}</BALAMT><DTASOF>{_time(max(times))}</DTASOF></LEDGERBAL></STMTRS>"
    )


def _transactions(moved: Sequence[tuple[Bill, tuple[Posting, ...]]]) -> Iterator[tuple[int, str]]:
    for bill, some in moved:
        for number, one in enumerate(some):
            kind, amount = _kind(one)
            own = f"{bill.source.value} {bill.at.isoformat()} {bill.order} {bill.file} {bill.line} {number}"
            fit = hashlib.sha256(own.encode()).hexdigest()[:32]
            name = _text(bill.merchant or bill.kind or bill.source.value, NAME_MAX)
            memo = _text(
                " ".join(part for part in (bill.description, bill.category, bill.note) if part), MEMO_MAX
            )
            yield (
                amount,
                f"<STMTTRN><TRNTYPE>{kind}</TRNTYPE><DTPOSTED>{_time(bill.at)}</DTPOSTED>"
                f"<TRNAMT>{show(amount)}</TRNAMT><FITID>{fit}</FITID><NAME>{name}</NAME>"
                f"{f'<MEMO>{memo}</MEMO>' if memo else ''}</STMTTRN>",
            )


def _kind(one: Posting) -> tuple[str, int]:
    """(OFX's type, signed minor units): own money moves out of the wallet unless it plainly comes in."""
    if one.target.startswith("Expenses:"):
        return ("FEE" if one.target.endswith(":Fees") else "DEBIT"), -one.amount
    if one.source.startswith(("Expenses:", "Income:")):
        return "CREDIT", one.amount
    into = one.target.endswith(":Balance") and not one.source.endswith((":Balance", ":Fund", ":YuEBao"))
    return "XFER", one.amount if into else -one.amount


def _time(at: datetime) -> str:
    return f"{at:%Y%m%d%H%M%S}.000[+8:CST]"


def _text(text: str, most: int) -> str:
    return escape(_UNWRITABLE.sub(" ", re.sub(r"\s+", " ", text)).strip()[:most].strip())
