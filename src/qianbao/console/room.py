"""The console's room, opened: what its doors work with. One for each process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from qianbao.channels.room import Channels
from qianbao.clock import Clock
from qianbao.config import Settings
from qianbao.console.audit.log import Log
from qianbao.console.backups.service import Backups
from qianbao.console.books.service import Books
from qianbao.console.figures.store import Figures
from qianbao.console.live import Live, Reading
from qianbao.console.search.service import Search
from qianbao.console.trail.service import Trails
from qianbao.db import Database
from qianbao.ids import Id
from qianbao.ledger import Engine
from qianbao.parties.chart import AccountCode, house_account
from qianbao.payments.room import Payments

REPLAY_BANK: Final = "replay"
"""The simulated bank that replayed payers are topped up from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """What the people of the house work with."""

    audit: Log
    figures: Figures
    books: Books
    backups: Backups
    search: Search
    trails: Trails
    live: Live


def opened(
    db: Database,
    *,
    settings: Settings,
    ledger: Engine,
    channels: Channels,
    payments: Payments,
    clock: Clock,
    frame: Callable[[str, Reading], bytes],
) -> Console:
    """Open the room on what stands. `frame` writes a reading as a server-sent event."""
    accounts = own_accounts(bank.name for bank in channels.banks)
    figures = Figures(db, clock)
    books = Books(db, ledger, accounts, clock)
    return Console(
        audit=Log(db, clock),
        figures=figures,
        books=books,
        backups=Backups(db, settings.home, clock),
        search=Search(db, clock, accounts),
        trails=Trails(db, ledger, payments, accounts),
        live=Live(figures, books, frame),
    )


def own_accounts(banks: Iterable[str]) -> dict[Id, str]:
    """The names of the house's own ledger accounts: a code, or `bank:` and the bank's key."""
    codes = (code for code in AccountCode if code not in (AccountCode.WALLET, AccountCode.MERCHANT))
    named = {house_account(code): code.name.lower() for code in codes}
    return named | {house_account(AccountCode.BANK, bank): f"bank:{bank}" for bank in (*banks, REPLAY_BANK)}
