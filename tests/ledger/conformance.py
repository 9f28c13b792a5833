"""The conformance table: what every engine answers, as data.

A case is a story of batches. `A(key, …)` makes an account, `T(key, debit, credit, amount, …)` a transfer;
beside each stands the status it gets. `Balances` says what an account then holds: debits pending and posted,
credits pending and posted. Cases marked `ours` are about what TigerBeetle has not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from qianbao.ledger import (
    EVERYTHING,
    ID_MAX,
    Account,
    AccountFlags,
    CreateAccountStatus,
    CreateTransferStatus,
    Spend,
    Transfer,
    TransferFlags,
    Windows,
)
from qianbao.money import AMOUNT_MAX
from tests.ledger.generate import Stamp

AS: TypeAlias = CreateAccountStatus
TS: TypeAlias = CreateTransferStatus
AF: TypeAlias = AccountFlags
F: TypeAlias = TransferFlags
OK = TS.CREATED
NOW = Stamp()


def A(key: int, status: AS = AS.CREATED, *, stamp: Stamp = NOW, **fields: Any) -> tuple[Account, Stamp, AS]:  # noqa: N802 - reads as data
    """An account of ledger 1 and code 1 unless said otherwise, and what becomes of it."""
    return Account(**{"id": key, "ledger": 1, "code": 1, **fields}), stamp, status


def T(  # noqa: N802 - reads as data
    key: int, debit: int, credit: int, amount: int, status: TS = OK, *, stamp: Stamp = NOW, **fields: Any
) -> tuple[Transfer, Stamp, TS]:
    """A transfer of ledger 1 and code 1 unless said otherwise, and what becomes of it."""
    told = {
        "id": key,
        "debit_account_id": debit,
        "credit_account_id": credit,
        "amount": amount,
        "ledger": 1,
        "code": 1,
    }
    return Transfer(**{**told, **fields}), stamp, status


def R(  # noqa: N802 - reads as data
    key: int, pending: int, status: TS = OK, *, amount: int | None = None, **fields: Any
) -> tuple[Transfer, Stamp, TS]:
    """A transfer that posts (or, with `void=True`, voids) a pending one, all of it unless said otherwise."""
    void = fields.pop("void", False)
    flags = (F.VOID_PENDING_TRANSFER if void else F.POST_PENDING_TRANSFER) | fields.pop("flags", 0)
    stamp: Stamp = fields.pop("stamp", NOW)
    whole = 0 if void else EVERYTHING
    told = {"id": key, "pending_id": pending, "amount": whole if amount is None else amount, "flags": flags}
    return Transfer(**{**told, **fields}), stamp, status


@dataclass(frozen=True)
class Accounts:
    """A batch of accounts."""

    events: tuple[tuple[Account, Stamp, AS], ...]


@dataclass(frozen=True)
class Transfers:
    """A batch of transfers."""

    events: tuple[tuple[Transfer, Stamp, TS], ...]


@dataclass(frozen=True)
class Balances:
    """What an account holds now, and whether it is closed."""

    account: int
    debits_pending: int = 0
    debits_posted: int = 0
    credits_pending: int = 0
    credits_posted: int = 0
    closed: bool = False


@dataclass(frozen=True)
class Wait:
    """Let this much time pass (TigerBeetle: really), then let what is overdue expire."""

    seconds: float


@dataclass(frozen=True)
class Limits:
    """Set an account's spend windows."""

    account: int
    windows: Windows


@dataclass(frozen=True)
class History:
    """The balance history of an account: (debits pending, debits posted, credits pending, credits posted)."""

    account: int
    balances: tuple[tuple[int, int, int, int], ...]


Step = Accounts | Transfers | Balances | Wait | Limits | History


@dataclass(frozen=True)
class Case:
    """A story and its name."""

    name: str
    steps: tuple[Step, ...]
    ours: bool = False


def case(name: str, *steps: Step, ours: bool = False) -> Case:
    """A case of the table."""
    return Case(name, steps, ours)


def accounts(*events: tuple[Account, Stamp, AS]) -> Accounts:
    """A batch of accounts."""
    return Accounts(events)


def transfers(*events: tuple[Transfer, Stamp, TS]) -> Transfers:
    """A batch of transfers."""
    return Transfers(events)


TWO = accounts(A(1), A(2))
LIMITED = accounts(
    A(1), A(2, flags=AF.DEBITS_MUST_NOT_EXCEED_CREDITS), A(3, flags=AF.CREDITS_MUST_NOT_EXCEED_DEBITS)
)
IN = F.IMPORTED


def after(nanoseconds: int) -> Stamp:
    """So much after the newest thing of the ledger."""
    return Stamp(after=nanoseconds)


CASES = (
    case(
        "accounts are refused for their fields in the published order",
        accounts(
            A(1, AS.TIMESTAMP_MUST_BE_ZERO, stamp=Stamp(number=1), flags=1 << 9),
            A(0, AS.RESERVED_FLAG, flags=1 << 9),
            A(0, AS.ID_MUST_NOT_BE_ZERO, flags=6),
            A(ID_MAX, AS.ID_MUST_NOT_BE_INT_MAX, flags=6),
            A(1, AS.FLAGS_ARE_MUTUALLY_EXCLUSIVE, flags=6, debits_pending=1),
            A(1, AS.DEBITS_PENDING_MUST_BE_ZERO, debits_pending=1, debits_posted=1),
            A(1, AS.DEBITS_POSTED_MUST_BE_ZERO, debits_posted=1, credits_pending=1),
            A(1, AS.CREDITS_PENDING_MUST_BE_ZERO, credits_pending=1, credits_posted=1),
            A(1, AS.CREDITS_POSTED_MUST_BE_ZERO, credits_posted=1, ledger=0),
            A(1, AS.LEDGER_MUST_NOT_BE_ZERO, ledger=0, code=0),
            A(1, AS.CODE_MUST_NOT_BE_ZERO, code=0),
            A(1),
        ),
    ),
    case(
        "an account that stands is told apart from one that differs, in the published order",
        accounts(A(1, user_data_128=1, user_data_64=2**64 - 1, user_data_32=2**32 - 1)),
        accounts(
            A(1, AS.EXISTS_WITH_DIFFERENT_FLAGS, flags=AF.HISTORY, ledger=2),
            A(1, AS.EXISTS_WITH_DIFFERENT_USER_DATA_128, user_data_128=2),
            A(1, AS.EXISTS_WITH_DIFFERENT_USER_DATA_64, user_data_128=1),
            A(1, AS.EXISTS_WITH_DIFFERENT_USER_DATA_32, user_data_128=1, user_data_64=2**64 - 1),
            A(
                1,
                AS.EXISTS_WITH_DIFFERENT_LEDGER,
                user_data_128=1,
                user_data_64=2**64 - 1,
                user_data_32=2**32 - 1,
                ledger=2,
                code=2,
            ),
            A(
                1,
                AS.EXISTS_WITH_DIFFERENT_CODE,
                user_data_128=1,
                user_data_64=2**64 - 1,
                user_data_32=2**32 - 1,
                code=2,
            ),
            A(1, AS.EXISTS, user_data_128=1, user_data_64=2**64 - 1, user_data_32=2**32 - 1),
        ),
    ),
    case(
        "a chain of accounts stands or falls together",
        accounts(
            A(1, flags=AF.LINKED),
            A(2),
            A(3, AS.LINKED_EVENT_FAILED, flags=AF.LINKED),
            A(0, AS.ID_MUST_NOT_BE_ZERO, flags=AF.LINKED),
            A(4, AS.LINKED_EVENT_FAILED),
            A(5),
            A(6, AS.LINKED_EVENT_FAILED, flags=AF.LINKED),
            A(7, AS.LINKED_EVENT_CHAIN_OPEN, flags=AF.LINKED),
        ),
        accounts(A(3), A(6)),
    ),
    case(
        "imported accounts bring their own time, later than all before",
        TWO,
        accounts(
            A(3, AS.IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE, flags=AF.IMPORTED, stamp=Stamp(number=0)),
            A(3, AS.IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE, flags=AF.IMPORTED, stamp=Stamp(number=2**63)),
            A(3, AS.IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE, flags=AF.IMPORTED, stamp=Stamp(number=2**62)),
            A(3, AS.IMPORTED_EVENT_EXPECTED),
            A(3, AS.IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS, flags=AF.IMPORTED, stamp=Stamp(account=2)),
            A(3, flags=AF.IMPORTED, stamp=after(10)),
            A(4, AS.IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS, flags=AF.IMPORTED, stamp=after(10)),
            A(4, flags=AF.IMPORTED, stamp=after(11)),
        ),
        accounts(A(5), A(6, AS.IMPORTED_EVENT_NOT_EXPECTED, flags=AF.IMPORTED, stamp=after(1))),
    ),
    case(
        "a transfer debits one account and credits the other",
        TWO,
        transfers(T(1, 1, 2, 70), T(2, 2, 1, 20), T(3, 1, 2, 0)),
        Balances(1, debits_posted=70, credits_posted=20),
        Balances(2, debits_posted=20, credits_posted=70),
    ),
    case(
        "transfers are refused for their fields in the published order",
        accounts(A(1), A(2), A(3, ledger=2)),
        transfers(
            T(1, 1, 2, 1, TS.TIMESTAMP_MUST_BE_ZERO, stamp=Stamp(number=1), flags=1 << 12),
            T(0, 1, 2, 1, TS.RESERVED_FLAG, flags=1 << 12),
            T(0, 0, 0, 1, TS.ID_MUST_NOT_BE_ZERO),
            T(ID_MAX, 0, 0, 1, TS.ID_MUST_NOT_BE_INT_MAX),
            T(1, 0, 0, 1, TS.DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO),
            T(1, ID_MAX, 0, 1, TS.DEBIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX),
            T(1, 1, 0, 1, TS.CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO),
            T(1, 1, ID_MAX, 1, TS.CREDIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX),
            T(1, 1, 1, 1, TS.ACCOUNTS_MUST_BE_DIFFERENT, pending_id=7),
            T(1, 1, 2, 1, TS.PENDING_ID_MUST_BE_ZERO, pending_id=7, timeout=1),
            T(1, 1, 2, 1, TS.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER, timeout=1, flags=F.CLOSING_DEBIT),
            T(1, 1, 2, 1, TS.CLOSING_TRANSFER_MUST_BE_PENDING, flags=F.CLOSING_DEBIT, ledger=0),
            T(1, 1, 2, 1, TS.LEDGER_MUST_NOT_BE_ZERO, ledger=0, code=0),
            T(1, 1, 2, 1, TS.CODE_MUST_NOT_BE_ZERO, code=0),
            T(1, 1, 3, 1, TS.ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER, ledger=3),
            T(1, 1, 2, 1, TS.TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS, ledger=3),
            T(1, 1, 2, 1),
        ),
    ),
    case(
        "a missing account is refused, and the refused id fails for ever",
        TWO,
        transfers(
            T(1, 8, 9, 1, TS.DEBIT_ACCOUNT_NOT_FOUND),
            T(2, 1, 9, 1, TS.CREDIT_ACCOUNT_NOT_FOUND),
            T(1, 1, 2, 1, TS.ID_ALREADY_FAILED),
        ),
        transfers(T(2, 1, 2, 1, TS.ID_ALREADY_FAILED), T(3, 1, 2, 1)),
    ),
    case(
        "a transfer that stands is told apart from one that differs, in the published order",
        accounts(A(1), A(2), A(3)),
        transfers(T(1, 1, 2, 5, user_data_128=1, user_data_64=2, user_data_32=3)),
        transfers(
            T(1, 3, 2, 5, TS.EXISTS_WITH_DIFFERENT_FLAGS, flags=F.PENDING),
            T(1, 3, 2, 5, TS.EXISTS_WITH_DIFFERENT_PENDING_ID, pending_id=1, timeout=1),
            T(1, 3, 2, 5, TS.EXISTS_WITH_DIFFERENT_TIMEOUT, timeout=1),
            T(1, 3, 3, 5, TS.EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID),
            T(1, 1, 3, 6, TS.EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID),
            T(1, 1, 2, 6, TS.EXISTS_WITH_DIFFERENT_AMOUNT),
            T(1, 1, 2, 5, TS.EXISTS_WITH_DIFFERENT_USER_DATA_128),
            T(1, 1, 2, 5, TS.EXISTS_WITH_DIFFERENT_USER_DATA_64, user_data_128=1),
            T(1, 1, 2, 5, TS.EXISTS_WITH_DIFFERENT_USER_DATA_32, user_data_128=1, user_data_64=2),
            T(
                1,
                1,
                2,
                5,
                TS.EXISTS_WITH_DIFFERENT_LEDGER,
                user_data_128=1,
                user_data_64=2,
                user_data_32=3,
                ledger=2,
            ),
            T(
                1,
                1,
                2,
                5,
                TS.EXISTS_WITH_DIFFERENT_CODE,
                user_data_128=1,
                user_data_64=2,
                user_data_32=3,
                code=2,
            ),
            T(1, 1, 2, 5, TS.EXISTS, user_data_128=1, user_data_64=2, user_data_32=3),
        ),
        Balances(1, debits_posted=5),
    ),
    case(
        "the same id twice in one batch takes effect once",
        TWO,
        transfers(T(1, 1, 2, 5), T(1, 1, 2, 5, TS.EXISTS), T(1, 1, 2, 6, TS.EXISTS_WITH_DIFFERENT_AMOUNT)),
        Balances(2, credits_posted=5),
    ),
    case(
        "a limit is checked in the order of the batch",
        LIMITED,
        transfers(
            T(1, 2, 1, 1, TS.EXCEEDS_CREDITS),
            T(2, 1, 2, 10),
            T(3, 2, 1, 6),
            T(4, 2, 1, 5, TS.EXCEEDS_CREDITS),
            T(5, 2, 1, 4),
            T(6, 1, 3, 1, TS.EXCEEDS_DEBITS),
            T(7, 3, 1, 3),
            T(8, 1, 3, 4, TS.EXCEEDS_DEBITS),
            T(9, 1, 3, 3),
        ),
        Balances(2, debits_posted=10, credits_posted=10),
        Balances(3, debits_posted=3, credits_posted=3),
    ),
    case(
        "pending amounts count against the limit, pending credits do not help",
        LIMITED,
        transfers(
            T(1, 1, 2, 10, flags=F.PENDING),
            T(2, 2, 1, 1, TS.EXCEEDS_CREDITS),
            T(3, 1, 2, 10),
            T(4, 2, 1, 8, flags=F.PENDING),
            T(5, 2, 1, 3, TS.EXCEEDS_CREDITS),
            T(6, 2, 1, 2),
        ),
        Balances(2, debits_pending=8, debits_posted=2, credits_pending=10, credits_posted=10),
    ),
    case(
        "a chain of transfers stands or falls together, and its members see one another",
        LIMITED,
        transfers(
            T(1, 1, 2, 10, flags=F.LINKED),
            T(2, 2, 1, 10),
            T(3, 1, 2, 5, TS.LINKED_EVENT_FAILED, flags=F.LINKED),
            T(4, 2, 1, 6, TS.EXCEEDS_CREDITS, flags=F.LINKED),
            T(5, 1, 3, 1, TS.LINKED_EVENT_FAILED),
            T(6, 2, 1, 1, TS.EXCEEDS_CREDITS),
            T(7, 1, 2, 1, TS.LINKED_EVENT_FAILED, flags=F.LINKED),
            T(8, 1, 2, 1, TS.LINKED_EVENT_CHAIN_OPEN, flags=F.LINKED),
        ),
        transfers(T(3, 1, 2, 5), T(4, 1, 2, 5, TS.ID_ALREADY_FAILED), T(7, 1, 2, 1)),
        Balances(2, debits_posted=10, credits_posted=16),
    ),
    case(
        "a pending transfer is posted in whole or in part, once",
        TWO,
        transfers(
            T(1, 1, 2, 10, flags=F.PENDING, user_data_128=7),
            T(2, 1, 2, 20, flags=F.PENDING),
            T(3, 1, 2, 30, flags=F.PENDING),
        ),
        Balances(1, debits_pending=60),
        transfers(R(11, 1), R(12, 2, amount=5), R(13, 3, amount=0)),
        transfers(
            R(14, 1, TS.PENDING_TRANSFER_ALREADY_POSTED),
            R(15, 2, TS.PENDING_TRANSFER_ALREADY_POSTED, void=True),
        ),
        Balances(1, debits_posted=15),
        Balances(2, credits_posted=15),
    ),
    case(
        "a pending transfer is voided, once",
        TWO,
        transfers(T(1, 1, 2, 10, flags=F.PENDING), T(2, 1, 2, 20, flags=F.PENDING)),
        transfers(R(11, 1, void=True), R(12, 2, void=True, amount=20)),
        transfers(
            R(13, 1, TS.PENDING_TRANSFER_ALREADY_VOIDED),
            R(14, 1, TS.PENDING_TRANSFER_ALREADY_VOIDED, void=True),
        ),
        Balances(1),
        Balances(2),
    ),
    case(
        "a pending transfer is made and resolved in one batch",
        TWO,
        transfers(
            T(1, 1, 2, 10, flags=F.PENDING),
            R(2, 1, amount=4),
            R(3, 1, TS.PENDING_TRANSFER_ALREADY_POSTED),
            T(4, 1, 2, 10, flags=F.PENDING | F.LINKED),
            R(5, 4, void=True),
        ),
        Balances(1, debits_posted=4),
    ),
    case(
        "posts and voids are refused for their fields in the published order",
        accounts(A(1), A(2), A(3)),
        transfers(T(1, 1, 2, 10, flags=F.PENDING), T(2, 1, 2, 10)),
        transfers(
            R(11, 0, TS.FLAGS_ARE_MUTUALLY_EXCLUSIVE, flags=F.VOID_PENDING_TRANSFER),
            R(11, 0, TS.FLAGS_ARE_MUTUALLY_EXCLUSIVE, flags=F.PENDING),
            R(11, 0, TS.FLAGS_ARE_MUTUALLY_EXCLUSIVE, flags=F.BALANCING_DEBIT),
            R(11, 0, TS.FLAGS_ARE_MUTUALLY_EXCLUSIVE, flags=F.CLOSING_CREDIT),
            R(11, 0, TS.PENDING_ID_MUST_NOT_BE_ZERO, timeout=1),
            R(11, ID_MAX, TS.PENDING_ID_MUST_NOT_BE_INT_MAX, timeout=1),
            R(11, 11, TS.PENDING_ID_MUST_BE_DIFFERENT, timeout=1),
            R(11, 1, TS.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER, timeout=1),
            R(11, 2, TS.PENDING_TRANSFER_NOT_PENDING),
            R(
                11,
                1,
                TS.PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID,
                debit_account_id=3,
                credit_account_id=3,
            ),
            R(11, 1, TS.PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID, credit_account_id=3, ledger=2),
            R(11, 1, TS.PENDING_TRANSFER_HAS_DIFFERENT_LEDGER, ledger=2, code=2),
            R(11, 1, TS.PENDING_TRANSFER_HAS_DIFFERENT_CODE, code=2, amount=11),
            R(11, 1, TS.EXCEEDS_PENDING_TRANSFER_AMOUNT, amount=11),
            R(11, 1, TS.PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT, amount=9, void=True),
            R(12, 9, TS.PENDING_TRANSFER_NOT_FOUND),
            R(12, 1, TS.ID_ALREADY_FAILED),
            R(11, 1, debit_account_id=1, credit_account_id=2, ledger=1, code=1),
        ),
        Balances(1, debits_posted=20),
    ),
    case(
        "a post that stands is compared with what it inherited",
        accounts(A(1), A(2), A(3)),
        transfers(T(1, 1, 2, 10, flags=F.PENDING, user_data_128=1, user_data_64=2, user_data_32=3)),
        transfers(R(11, 1, user_data_64=9)),
        transfers(
            R(11, 1, TS.EXISTS_WITH_DIFFERENT_FLAGS, void=True),
            R(11, 2, TS.EXISTS_WITH_DIFFERENT_PENDING_ID),
            R(11, 1, TS.EXISTS_WITH_DIFFERENT_TIMEOUT, timeout=1),
            R(11, 1, TS.EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID, debit_account_id=3),
            R(11, 1, TS.EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID, credit_account_id=3),
            R(11, 1, TS.EXISTS_WITH_DIFFERENT_AMOUNT, amount=9),
            R(11, 1, TS.EXISTS_WITH_DIFFERENT_USER_DATA_128, user_data_128=5),
            R(11, 1, TS.EXISTS_WITH_DIFFERENT_USER_DATA_64),
            R(11, 1, TS.EXISTS_WITH_DIFFERENT_USER_DATA_32, user_data_64=9, user_data_32=5),
            R(11, 1, TS.EXISTS_WITH_DIFFERENT_LEDGER, user_data_64=9, ledger=2),
            R(11, 1, TS.EXISTS_WITH_DIFFERENT_CODE, user_data_64=9, code=2),
            R(11, 1, TS.EXISTS, user_data_64=9),
            R(11, 1, TS.EXISTS, user_data_64=9, amount=10, user_data_128=1, ledger=1, code=1),
        ),
    ),
    case(
        "a pending transfer expires after its timeout and gives back what it held",
        LIMITED,
        transfers(
            T(1, 1, 2, 10), T(2, 2, 1, 10, flags=F.PENDING, timeout=1), T(3, 2, 1, 1, TS.EXCEEDS_CREDITS)
        ),
        Balances(2, debits_pending=10, credits_posted=10),
        Wait(2.5),
        Balances(2, credits_posted=10),
        transfers(
            R(4, 2, TS.PENDING_TRANSFER_EXPIRED),
            R(5, 2, TS.PENDING_TRANSFER_EXPIRED, void=True),
            T(6, 2, 1, 10),
        ),
        Balances(2, debits_posted=10, credits_posted=10),
    ),
    case(
        "an expired closing transfer opens its account again",
        TWO,
        transfers(T(1, 1, 2, 0, flags=F.PENDING | F.CLOSING_CREDIT, timeout=1)),
        Balances(2, closed=True),
        Wait(2.5),
        Balances(2),
        transfers(T(2, 1, 2, 3)),
    ),
    case(
        "a balancing debit takes what is there and no more",
        accounts(A(1), A(2), A(3)),
        transfers(
            T(1, 1, 2, 10),
            T(2, 2, 3, 4, flags=F.PENDING),
            T(3, 2, 3, EVERYTHING, flags=F.BALANCING_DEBIT),
            T(4, 2, 3, 5, flags=F.BALANCING_DEBIT),
        ),
        Balances(2, debits_pending=4, debits_posted=6, credits_posted=10),
        transfers(
            T(3, 2, 3, EVERYTHING, TS.EXISTS, flags=F.BALANCING_DEBIT),
            T(3, 2, 3, 6, TS.EXISTS, flags=F.BALANCING_DEBIT),
            T(3, 2, 3, 5, TS.EXISTS_WITH_DIFFERENT_AMOUNT, flags=F.BALANCING_DEBIT),
        ),
    ),
    case(
        "a balancing credit gives what is owed and no more, pending too",
        accounts(A(1), A(2), A(3)),
        transfers(
            T(1, 2, 1, 10),
            T(2, 3, 2, 7, flags=F.BALANCING_CREDIT | F.PENDING),
            T(3, 3, 2, 7, flags=F.BALANCING_CREDIT),
            T(4, 1, 2, EVERYTHING, flags=F.BALANCING_CREDIT | F.BALANCING_DEBIT),
        ),
        Balances(2, debits_posted=10, credits_pending=7, credits_posted=3),
        Balances(1, credits_posted=10),
    ),
    case(
        "a closed account takes nothing but the void that opens it again",
        accounts(A(1), A(2), A(3)),
        transfers(T(1, 1, 2, 5, flags=F.PENDING), T(2, 1, 2, 0, flags=F.PENDING | F.CLOSING_DEBIT)),
        Balances(1, debits_pending=5, closed=True),
        transfers(
            T(3, 1, 2, 1, TS.DEBIT_ACCOUNT_ALREADY_CLOSED),
            T(4, 2, 1, 1, TS.CREDIT_ACCOUNT_ALREADY_CLOSED),
            R(5, 1, TS.DEBIT_ACCOUNT_ALREADY_CLOSED),
            R(6, 2, TS.DEBIT_ACCOUNT_ALREADY_CLOSED),
            T(7, 2, 3, 1),
            R(8, 1, void=True),
            R(9, 2, void=True),
            T(10, 1, 2, 1),
        ),
        Balances(1, debits_posted=1),
        accounts(A(4, flags=AF.CLOSED)),
        transfers(T(11, 4, 1, 1, TS.DEBIT_ACCOUNT_ALREADY_CLOSED)),
        accounts(A(4, AS.EXISTS, flags=AF.CLOSED)),
    ),
    case(
        "a chain that closes and then fails leaves the account open",
        TWO,
        transfers(
            T(1, 1, 2, 0, TS.LINKED_EVENT_FAILED, flags=F.PENDING | F.CLOSING_DEBIT | F.LINKED),
            T(2, 1, 2, 1, TS.DEBIT_ACCOUNT_ALREADY_CLOSED),
            T(3, 1, 2, 1),
        ),
        Balances(1, debits_posted=1),
    ),
    case(
        "imported transfers bring their own time, later than all before",
        accounts(A(1), A(2), A(3)),
        transfers(T(1, 1, 2, 1)),
        accounts(A(4, flags=AF.IMPORTED, stamp=after(100)), A(5, flags=AF.IMPORTED, stamp=after(200))),
        transfers(
            T(2, 1, 2, 1, TS.IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE, flags=IN, stamp=Stamp(number=0)),
            T(2, 1, 2, 1, TS.IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE, flags=IN, stamp=Stamp(number=2**62)),
            T(2, 1, 2, 1, TS.IMPORTED_EVENT_EXPECTED),
            T(2, 1, 2, 1, TS.IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS, flags=IN, stamp=Stamp(transfer=1)),
            T(2, 1, 2, 1, TS.IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS, flags=IN, stamp=Stamp(account=4)),
            T(
                2,
                5,
                1,
                1,
                TS.IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_DEBIT_ACCOUNT,
                flags=IN,
                stamp=after(-50),
            ),
            T(
                2,
                1,
                5,
                1,
                TS.IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_CREDIT_ACCOUNT,
                flags=IN,
                stamp=after(-50),
            ),
            T(
                2,
                1,
                2,
                1,
                TS.IMPORTED_EVENT_TIMEOUT_MUST_BE_ZERO,
                flags=IN | F.PENDING,
                timeout=1,
                stamp=after(1),
            ),
            T(2, 1, 2, 1, flags=IN | F.PENDING, stamp=after(1)),
            T(3, 1, 2, 1, TS.IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS, flags=IN, stamp=after(1)),
            T(3, 1, 2, 1, flags=IN, stamp=after(2)),
        ),
        transfers(
            R(4, 2, TS.IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS, flags=IN, stamp=Stamp(transfer=3)),
            R(4, 2, flags=IN, stamp=after(1)),
        ),
        transfers(T(5, 1, 2, 1), T(6, 1, 2, 1, TS.IMPORTED_EVENT_NOT_EXPECTED, flags=IN, stamp=after(1))),
        Balances(1, debits_posted=4),
    ),
    case(
        "an account with history remembers its balance after every transfer",
        accounts(A(1), A(2, flags=AF.HISTORY), A(3)),
        transfers(
            T(1, 1, 2, 10),
            T(2, 2, 3, 4, flags=F.PENDING),
            T(3, 1, 3, 1),
            T(4, 9, 2, 1, TS.DEBIT_ACCOUNT_NOT_FOUND),
        ),
        transfers(R(5, 2, amount=3), T(6, 3, 2, 1), T(7, 1, 2, 0)),
        History(2, ((0, 0, 0, 10), (4, 0, 0, 10), (0, 3, 0, 10), (0, 3, 0, 11), (0, 3, 0, 11))),
        History(1, ()),
    ),
    case(
        "amounts and sums over 63 bits are refused",
        accounts(A(1), A(2), A(3), A(4)),
        transfers(
            T(1, 1, 2, 2**63, TS.AMOUNT_MUST_FIT_63_BITS),
            T(1, 1, 2, EVERYTHING, TS.AMOUNT_MUST_FIT_63_BITS),
            T(1, 1, 2, AMOUNT_MAX),
            T(2, 1, 3, 1, TS.OVERFLOWS_DEBITS_POSTED),
            T(3, 3, 2, 1, TS.OVERFLOWS_CREDITS_POSTED),
            T(4, 1, 3, 1, TS.OVERFLOWS_DEBITS_POSTED, flags=F.PENDING),
            T(5, 3, 4, AMOUNT_MAX - 5, flags=F.PENDING),
            T(6, 3, 2, 6, TS.OVERFLOWS_DEBITS_PENDING, flags=F.PENDING),
            T(7, 1, 4, 6, TS.OVERFLOWS_CREDITS_PENDING, flags=F.PENDING),
            T(8, 3, 1, 6, TS.OVERFLOWS_DEBITS),
            T(9, 2, 4, 6, TS.OVERFLOWS_CREDITS),
            R(10, 5, TS.AMOUNT_MUST_FIT_63_BITS, amount=2**64),
            R(11, 5),
        ),
        Balances(3, debits_posted=AMOUNT_MAX - 5),
        ours=True,
    ),
    case(
        "spend windows are checked with the balance, in the order of the batch",
        accounts(A(1), A(2)),
        transfers(T(1, 1, 2, 1000)),
        Limits(
            2,
            Windows(
                day_max=100, year_max=150, life_max=1000, static_max=50, pinless_max=60, pinless_count_max=3
            ),
        ),
        transfers(
            T(11, 2, 1, 60, spend=Spend.LIMITED),
            T(12, 2, 1, 41, TS.EXCEEDS_DAY_LIMIT, spend=Spend.LIMITED),
            T(13, 2, 1, 51, TS.EXCEEDS_STATIC_CODE_LIMIT, spend=Spend.STATIC_CODE),
            T(14, 2, 1, 61, TS.EXCEEDS_PINLESS_AMOUNT, spend=Spend.WITHOUT_PIN),
            T(15, 2, 1, 1, spend=Spend.WITHOUT_PIN),
            T(16, 2, 1, 1, spend=Spend.WITHOUT_PIN, flags=F.PENDING),
            T(17, 2, 1, 1, spend=Spend.WITHOUT_PIN | Spend.LIMITED),
            T(18, 2, 1, 1, TS.EXCEEDS_PINLESS_COUNT, spend=Spend.WITHOUT_PIN),
            T(19, 2, 1, 39, spend=Spend.LIMITED),
            T(20, 2, 1, 500),
            T(12, 2, 1, 1, TS.ID_ALREADY_FAILED),
        ),
        Wait(86_400),
        transfers(
            T(31, 2, 1, 50, spend=Spend.LIMITED),
            T(32, 2, 1, 1, TS.EXCEEDS_YEAR_LIMIT, spend=Spend.LIMITED),
            T(33, 2, 1, 3, spend=Spend.WITHOUT_PIN),
        ),
        Balances(1, debits_posted=1000, credits_pending=1, credits_posted=654),
        ours=True,
    ),
    case(
        "a lifetime total never turns over",
        accounts(A(1), A(2)),
        Limits(2, Windows(life_max=10)),
        transfers(T(1, 2, 1, 10, spend=Spend.LIMITED)),
        Wait(400 * 86_400),
        transfers(T(2, 2, 1, 1, TS.EXCEEDS_LIFE_LIMIT, spend=Spend.LIMITED), T(3, 2, 1, 1)),
        ours=True,
    ),
    case(
        "a chain that fails gives back what it had counted in the windows",
        LIMITED,
        Limits(1, Windows(day_max=10, pinless_count_max=1)),
        transfers(
            T(1, 1, 2, 10, TS.LINKED_EVENT_FAILED, spend=Spend.LIMITED | Spend.WITHOUT_PIN, flags=F.LINKED),
            T(2, 2, 1, 11, TS.EXCEEDS_CREDITS),
            T(3, 1, 2, 10, spend=Spend.LIMITED | Spend.WITHOUT_PIN),
        ),
        Balances(1, debits_posted=10),
        ours=True,
    ),
)
