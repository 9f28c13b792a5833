"""The parties' accounts in the ledger: laid with their limits, safe to repeat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from qianbao.ids import NONE, Id
from qianbao.ledger import BATCH_MAX, Account, AccountFlags, CreateAccountStatus, Engine, Windows
from qianbao.money import AMOUNT_MAX, Currency
from qianbao.parties.chart import AccountCode, house_account
from qianbao.parties.errors import PartyExists
from qianbao.parties.kyc import Limits

_OVERDRAWN: Final = {AccountCode.FEE, AccountCode.CAPITAL, AccountCode.CONTROL, AccountCode.SETTLING}


class NewAccount(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An account to lay. `about` is whom it belongs to: accounts are found by it."""

    id: Id
    code: AccountCode
    about: Id = NONE
    number: int = 0
    limits: Limits | None = None
    overdrawn: bool = False
    """Whether it may be overdrawn: the house's own, never a wallet or a merchant."""


def windows(limits: Limits) -> Windows:
    """A class's limits as the ledger's spend windows."""

    def most(figure: int) -> int | None:
        return None if figure >= AMOUNT_MAX else figure

    return Windows(
        day_max=most(limits.day_max),
        year_max=most(limits.year_max),
        life_max=most(limits.life_max),
        static_max=most(limits.static_day_max),
        pinless_max=most(limits.pinless_day_max),
        pinless_count_max=limits.pinless_day_count_max,
    )


async def open_accounts(
    ledger: Engine, accounts: Sequence[NewAccount], *, currency: Currency = Currency.CNY
) -> None:
    """Lay accounts and their limits; those that stand are left as they are, but get the limits too.

    Raises `PartyExists` where an id stands for another account.
    """
    laid = [
        Account(
            id=account.id.int,
            ledger=currency.number,
            code=int(account.code),
            flags=0 if account.overdrawn else int(AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS),
            user_data_128=account.about.int,
            user_data_32=account.number,
        )
        for account in accounts
    ]
    for start in range(0, len(laid), BATCH_MAX):
        for result in await ledger.create_accounts(laid[start : start + BATCH_MAX]):
            if result.status in (CreateAccountStatus.CREATED, CreateAccountStatus.EXISTS):
                continue
            assert result.status.name.startswith("EXISTS"), f"an account of ours is {result.status.name}"
            raise PartyExists()
    await _set(ledger, ((account.id, account.limits) for account in accounts if account.limits is not None))


async def set_limits(ledger: Engine, accounts: Iterable[Id], limits: Limits) -> None:
    """Put all of these accounts under `limits`; what was spent so far counts on."""
    await _set(ledger, ((account, limits) for account in accounts))


async def _set(ledger: Engine, wanted: Iterable[tuple[Id, Limits]]) -> None:
    asked = [(account.int, windows(limits)) for account, limits in wanted]
    for start in range(0, len(asked), BATCH_MAX):
        batch = asked[start : start + BATCH_MAX]
        found = await ledger.set_many_windows(batch)
        assert found == len(batch), f"{len(batch) - found} accounts are missing"


async def open_house(ledger: Engine, *, currency: Currency = Currency.CNY) -> None:
    """Lay the house's own accounts but the banks' (`channels` lays those). Safe to repeat.

    The subsidy budget cannot be overdrawn: it is funded from the house's capital.
    """
    codes = (
        AccountCode.FEE,
        AccountCode.SUBSIDY,
        AccountCode.CAPITAL,
        AccountCode.SETTLING,
        AccountCode.CONTROL,
    )
    await open_accounts(
        ledger,
        [NewAccount(id=house_account(code), code=code, overdrawn=code in _OVERDRAWN) for code in codes],
        currency=currency,
    )
