"""The banks that this network works with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qianbao.channels.bank import Bank
from qianbao.channels.errors import BankUnknown
from qianbao.ids import Id
from qianbao.ledger import Engine
from qianbao.money import Currency
from qianbao.parties.accounts import NewAccount, open_accounts
from qianbao.parties.chart import AccountCode, house_account


class Banks:
    """Banks by their keys."""

    def __init__(self, banks: Iterable[Bank]) -> None:
        self._banks = {bank.name: bank for bank in banks}

    def __iter__(self) -> Iterator[Bank]:
        return iter(self._banks.values())

    def get(self, name: str) -> Bank:
        """The bank of this key. Raises `BankUnknown`."""
        try:
            return self._banks[name]
        except KeyError:
            raise BankUnknown(
                f"No bank {name[:40]!r}.", field="bank", expected=", ".join(self._banks)
            ) from None


def bank_account(bank: str) -> Id:
    """The ledger account of what the house holds at a bank."""
    return house_account(AccountCode.BANK, bank)


async def open_banks(ledger: Engine, banks: Banks, *, currency: Currency = Currency.CNY) -> None:
    """Lay the house's account at each bank. Safe to repeat."""
    await open_accounts(
        ledger,
        [NewAccount(id=bank_account(bank.name), code=AccountCode.BANK, overdrawn=True) for bank in banks],
        currency=currency,
    )
