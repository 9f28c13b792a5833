"""Between the records and PostgreSQL's columns.

Unsigned 64-bit numbers are kept as signed ones of the same bits; what is zero and rare is NULL in the tables.
Flags become plain ints: asyncpg takes an IntFlag for an array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import asyncpg

from qianbao.errors import Invalid
from qianbao.ids import Id, of_int
from qianbao.ledger.errors import FieldOutOfRange
from qianbao.ledger.models import Account, AccountBalance, Transfer, Windows

ACCOUNT = (
    "id, debits_pending, debits_posted, credits_pending, credits_posted, user_data_128, user_data_64, "
    "user_data_32, ledger, code, flags, ts"
)
TRANSFER = (
    "id, debit_account, credit_account, amount, pending_id, user_data_128, user_data_64, user_data_32, "
    "timeout, ledger, code, flags, ts"
)


def signed(number: int) -> int:
    """An unsigned 64-bit number as PostgreSQL keeps it. Raises `FieldOutOfRange`."""
    if not 0 <= number < 2**64:
        raise FieldOutOfRange(f"{number} does not fit 64 bits.")
    return number - 2**64 if number >= 2**63 else number


def key(number: int) -> Id:
    """An unsigned 128-bit number as PostgreSQL keeps it. Raises `FieldOutOfRange`."""
    try:
        return of_int(number)
    except OverflowError:
        raise FieldOutOfRange(f"{number} does not fit 128 bits.") from None


def stamp(number: int) -> int:
    """A timestamp; -1 stands for one past the range of all timestamps."""
    return number if number < 2**63 else -1


def _small(numbers: list[int], bits: int, field: str) -> list[int]:
    if min(numbers) < 0 or max(numbers) >> bits:
        raise FieldOutOfRange(
            f"{field} does not fit {bits} bits.", field=field, expected=f"0 to 2^{bits} - 1"
        )
    return numbers


def _unless_all(default: int, numbers: list[int]) -> list[int] | None:
    return None if all(number == default for number in numbers) else numbers


def transfer_columns(batch: Sequence[Transfer]) -> list[Any]:
    """The arguments of ledger_post up to `spends`: a column that is all default travels as NULL."""
    try:
        return [
            [of_int(t.id) for t in batch],
            [of_int(t.debit_account_id) for t in batch],
            [of_int(t.credit_account_id) for t in batch],
            [t.amount if t.amount <= 0x7FFF_FFFF_FFFF_FFFF else t.amount_63() for t in batch],
            _unless_all(0, _small([int(t.flags) for t in batch], 16, "flags")),
            _unless_all(1, _small([t.code for t in batch], 16, "code")),
            _unless_all(156, _small([t.ledger for t in batch], 32, "ledger")),
            _keys([t.pending_id for t in batch]),
            _keys([t.user_data_128 for t in batch]),
            _mapped(signed, [t.user_data_64 for t in batch]),
            _unless_all(0, _small([t.user_data_32 for t in batch], 32, "user_data_32")),
            _unless_all(0, _small([t.timeout for t in batch], 32, "timeout")),
            _mapped(stamp, [t.timestamp for t in batch]),
            _unless_all(0, _small([int(t.spend) for t in batch], 3, "spend")),
        ]
    except OverflowError:
        raise FieldOutOfRange("An id does not fit 128 bits.") from None


def account_columns(batch: Sequence[Account]) -> list[Any]:
    """The arguments of ledger_create_accounts up to `first_balance`."""
    return [
        [key(a.id) for a in batch],
        _keys([a.user_data_128 for a in batch]),
        _mapped(signed, [a.user_data_64 for a in batch]),
        _unless_all(0, _small([a.user_data_32 for a in batch], 32, "user_data_32")),
        _small([a.ledger for a in batch], 32, "ledger"),
        _small([a.code for a in batch], 16, "code"),
        _small([int(a.flags) for a in batch], 16, "flags"),
        _mapped(stamp, [a.timestamp for a in batch]),
        _unless_all(0, [_first_balance(a) for a in batch]),
    ]


def _first_balance(a: Account) -> int:
    balances = (a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted)
    return next((9 + place for place, balance in enumerate(balances) if balance), 0)


def _keys(numbers: list[int]) -> list[Id] | None:
    return [key(number) for number in numbers] if any(numbers) else None


def _mapped(how: Callable[[int], int], numbers: list[int]) -> list[int] | None:
    return [how(number) for number in numbers] if any(numbers) else None


def account(row: asyncpg.Record) -> Account:
    """An account from its row."""
    return Account(
        id=row["id"].int,
        debits_pending=row["debits_pending"],
        debits_posted=row["debits_posted"],
        credits_pending=row["credits_pending"],
        credits_posted=row["credits_posted"],
        user_data_128=_number(row["user_data_128"]),
        user_data_64=(row["user_data_64"] or 0) % 2**64,
        user_data_32=row["user_data_32"] or 0,
        ledger=row["ledger"],
        code=row["code"],
        flags=row["flags"],
        timestamp=row["ts"],
    )


def transfer(row: asyncpg.Record) -> Transfer:
    """A transfer from its row."""
    return Transfer(
        id=row["id"].int,
        debit_account_id=row["debit_account"].int,
        credit_account_id=row["credit_account"].int,
        amount=row["amount"],
        pending_id=_number(row["pending_id"]),
        user_data_128=_number(row["user_data_128"]),
        user_data_64=(row["user_data_64"] or 0) % 2**64,
        user_data_32=row["user_data_32"] or 0,
        timeout=row["timeout"] or 0,
        ledger=row["ledger"],
        code=row["code"],
        flags=row["flags"],
        timestamp=row["ts"],
    )


def balance(row: asyncpg.Record) -> AccountBalance:
    """A balance of an account's history from its row."""
    return AccountBalance(
        debits_pending=row["debits_pending"],
        debits_posted=row["debits_posted"],
        credits_pending=row["credits_pending"],
        credits_posted=row["credits_posted"],
        timestamp=row["ts"],
    )


def windows(row: asyncpg.Record) -> Windows:
    """An account's spend windows from its row."""
    return Windows(
        day_max=row["day_max"],
        year_max=row["year_max"],
        life_max=row["life_max"],
        static_max=row["static_max"],
        pinless_max=row["pinless_max"],
        pinless_count_max=row["pinless_count_max"],
        day=row["day"] or 0,
        year=row["year"] or 0,
        day_used=row["day_used"] or 0,
        year_used=row["year_used"] or 0,
        life_used=row["life_used"] or 0,
        static_used=row["static_used"] or 0,
        pinless_used=row["pinless_used"] or 0,
        pinless_count=row["pinless_count"] or 0,
    )


def _number(found: Id | None) -> int:
    return 0 if found is None else found.int


def out_of_range(error: Exception) -> Invalid:
    """What asyncpg says of a number too large for its column, in our words."""
    return FieldOutOfRange(str(error)[:200])


def pending(row: asyncpg.Record) -> Transfer:
    """A pending transfer from the p_ columns of a row."""
    return Transfer(
        id=row["p_id"].int,
        debit_account_id=row["p_debit_account"].int,
        credit_account_id=row["p_credit_account"].int,
        amount=row["p_amount"],
        user_data_128=_number(row["p_user_data_128"]),
        user_data_64=(row["p_user_data_64"] or 0) % 2**64,
        user_data_32=row["p_user_data_32"] or 0,
        timeout=row["p_timeout"] or 0,
        ledger=row["p_ledger"],
        code=row["p_code"],
        flags=row["p_flags"],
        timestamp=row["p_ts"],
    )
