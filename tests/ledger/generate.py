"""Random batches that meet every rule of the ledger: small pools of ids, every flag, chains, odd fields.

A batch is drawn from what a `World` remembers, so that later events meet earlier ones. Timestamps of imported
events are drawn as `Stamp`s, since every engine has its own clock, and settled for each engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random

import msgspec

from qianbao.ledger import (
    EVERYTHING,
    ID_MAX,
    Account,
    AccountFlags,
    CreateTransferStatus,
    Transfer,
    TransferFlags,
    Windows,
)
from qianbao.money import AMOUNT_MAX

F = TransferFlags
NEW_ACCOUNT_FLAGS = (0, 0, 0, 2, 2, 4, 8, 8 | 2, 8 | 4, 32, 6)


@dataclass(frozen=True)
class Stamp:
    """The timestamp of an imported event: after the newest thing, that of some thing, or just a number."""

    after: int | None = None
    account: int | None = None
    transfer: int | None = None
    number: int = 0

    def settle(self, newest: int, accounts: Mapping[int, int], transfers: Mapping[int, int]) -> int:
        """The nanosecond, given an engine's newest timestamp and those of its accounts and transfers."""
        if self.after is not None:
            return newest + self.after
        if self.account is not None:
            return accounts.get(self.account, self.number)
        if self.transfer is not None:
            return transfers.get(self.transfer, self.number)
        return self.number


@dataclass
class World:
    """What has been drawn so far, and what may be drawn."""

    random: Random
    ours: bool = True
    """Whether to draw what TigerBeetle has not: amounts over 63 bits, spend windows."""
    accounts: list[int] = field(default_factory=lambda: [1, 2, 3, 4, 5, 6])
    next_id: int = 1000
    used: list[int] = field(default_factory=list[int])
    pending: list[int] = field(default_factory=list[int])
    made_pending: list[int] = field(default_factory=list[int])
    sent: dict[int, Transfer] = field(default_factory=dict[int, Transfer])

    def chance(self, percent: float) -> bool:
        """True in so many of a hundred cases."""
        return self.random.random() * 100 < percent

    def account_id(self) -> int:
        """An account's id: mostly of the pool, seldom a missing or a reserved one."""
        if self.chance(3):
            return self.random.choice((0, ID_MAX, 99, 98))
        return self.random.choice(self.accounts)

    def transfer_id(self) -> int:
        """A transfer's id: mostly new, sometimes one that was used."""
        if self.used and self.chance(12):
            return self.random.choice(self.used[-30:])
        if self.chance(1):
            return self.random.choice((0, ID_MAX))
        self.next_id += 1
        self.used.append(self.next_id)
        return self.next_id

    def account(self, *, imported: bool) -> tuple[Account, Stamp]:
        """An account to make."""
        r = self.random
        flags = r.choice(NEW_ACCOUNT_FLAGS)
        if imported:
            flags |= AccountFlags.IMPORTED
        if self.chance(20):
            flags |= AccountFlags.LINKED
        if self.chance(2):
            flags ^= r.choice((AccountFlags.IMPORTED, 1 << 7))
        account = Account(
            id=self.account_id(),
            ledger=r.choice((1, 1, 1, 1, 1, 2, 0 if self.chance(10) else 1)),
            code=r.choice((1, 1, 1, 2, 0 if self.chance(10) else 1)),
            flags=int(flags),
            user_data_128=r.choice((0, 0, 7)),
            user_data_64=r.choice((0, 0, 2**64 - 1)),
            user_data_32=r.choice((0, 0, 9)),
            debits_posted=1 if self.chance(2) else 0,
            credits_pending=1 if self.chance(2) else 0,
        )
        return account, self._stamp(bool(flags & AccountFlags.IMPORTED))

    def _stamp(self, imported: bool) -> Stamp:
        r = self.random
        if imported:
            return r.choice(
                (Stamp(after=r.randint(1, 40)),) * 6
                + (Stamp(account=r.choice(self.accounts)), Stamp(number=r.choice((0, 1, 5, 2**63, 2**62))))
                + ((Stamp(transfer=r.choice(self.used)),) if self.used else ())
            )
        return Stamp(number=r.choice((1, 2**63)) if self.chance(1) else 0)

    def _amount(self) -> int:
        r = self.random
        if self.chance(3):
            return r.choice(
                (2**45, 2**47, 2**50) if not self.ours else (2**62, AMOUNT_MAX, 2**63, 2**100, 2**46 + 1)
            )
        return r.randint(0, 20)

    def _timeout(self) -> int:
        # TigerBeetle expires by its own clock: there, nothing drawn at random is overdue during a test.
        return self.random.choice((0, 0, 1, 3, 2**32 - 1) if self.ours else (0, 0, 3600, 2**32 - 1))

    def transfer(self, *, imported: bool) -> tuple[Transfer, Stamp]:
        """A transfer to make."""
        r = self.random
        kind = r.choices(
            ("plain", "pending", "post", "void", "balancing", "closing", "any"), (40, 20, 12, 8, 10, 3, 3)
        )[0]
        flags, pending_id, amount, timeout = 0, 0, self._amount(), 0
        debit, credit, ledger, code = self.account_id(), self.account_id(), 1, r.choice((1, 1, 1, 2))
        if debit == credit and not self.chance(5):
            debit, credit = 1, 2 + credit % 4
        data = (r.choice((0, 0, 7, 8)), r.choice((0, 0, 2**64 - 1)), r.choice((0, 0, 9)))
        new_id = self.transfer_id()
        match kind:
            case "pending":
                flags = F.PENDING
                timeout = self._timeout() if not imported or self.chance(10) else 0
                self.pending.append(new_id)
            case "closing":
                flags = F.PENDING | r.choice(
                    (F.CLOSING_DEBIT, F.CLOSING_CREDIT, F.CLOSING_DEBIT | F.CLOSING_CREDIT)
                )
                timeout = self._timeout() if not imported else 0
                self.pending.append(new_id)
            case "balancing":
                flags = r.choice(
                    (F.BALANCING_DEBIT, F.BALANCING_CREDIT, F.BALANCING_DEBIT | F.BALANCING_CREDIT)
                )
                flags |= F.PENDING if self.chance(30) else 0
                amount = EVERYTHING if self.chance(40) else amount
                if flags & F.PENDING:
                    self.pending.append(new_id)
            case "post" | "void":
                flags = F.POST_PENDING_TRANSFER if kind == "post" else F.VOID_PENDING_TRANSFER
                known = self.made_pending[-12:] if self.chance(80) else self.pending[-12:]
                pending_id = r.choice(known) if known and self.chance(92) else self.transfer_id()
                if self.chance(70):
                    amount = EVERYTHING if kind == "post" else 0
                if self.chance(80):
                    debit, credit, ledger, code = 0, 0, 0, 0
                timeout = 1 if self.chance(1) else 0
            case "any":
                flags = r.randrange(1 << 8)
                pending_id = r.choice(self.pending) if self.pending and self.chance(50) else 0
                timeout = self._timeout()
            case _:
                timeout = 1 if self.chance(1) else 0
                pending_id = 5 if self.chance(1) else 0
        if imported != self.chance(1):
            flags |= F.IMPORTED
        if self.chance(18):
            flags |= F.LINKED
        if self.chance(0.5):
            flags |= 1 << 12
        if self.chance(3):
            ledger, code = r.choice(((2, 1), (0, 1), (1, 0)))
        spend = r.choice((0, 0, 1, 1 | 4, 2, 7)) if self.ours else 0
        transfer = Transfer(
            id=new_id,
            debit_account_id=debit,
            credit_account_id=credit,
            amount=amount,
            pending_id=pending_id,
            user_data_128=data[0],
            user_data_64=data[1],
            user_data_32=data[2],
            timeout=timeout,
            ledger=ledger,
            code=code,
            flags=int(flags),
            spend=spend,
        )
        if self.used and self.chance(6):
            transfer = self._again(transfer)
        held = self.sent.get(transfer.pending_id)
        if not self.ours and transfer.flags & F.IMPORTED and held and held.timeout:
            # TigerBeetle 0.17.9 stops at an assertion when an import resolves a transfer with a timeout.
            transfer = msgspec.structs.replace(transfer, pending_id=0)
        return transfer, self._stamp(bool(transfer.flags & F.IMPORTED))

    def _again(self, transfer: Transfer) -> Transfer:
        """Nearly the same as one that was sent before: the same id, one field changed or none."""
        old = self.sent.get(self.random.choice(self.used)) or transfer
        change: dict[str, int] = self.random.choice(
            (
                {},
                {},
                {"amount": old.amount + 1 if old.amount < 2**62 else old.amount},
                {"code": 3},
                {"user_data_128": 5},
                {"user_data_32": 3},
                {"user_data_64": 6},
                {"ledger": 2},
                {"debit_account_id": 6},
                {"credit_account_id": 5},
                {"flags": old.flags ^ F.PENDING},
                {"timeout": 0 if old.timeout else 3600},
                {"pending_id": 5},
            )
        )
        return msgspec.structs.replace(old, **change)

    def saw(self, batch: Iterable[Transfer], statuses: Iterable[CreateTransferStatus]) -> None:
        """Remember which pending transfers were made."""
        self.made_pending += [
            t.id
            for t, status in zip(batch, statuses, strict=True)
            if t.flags & F.PENDING and status == CreateTransferStatus.CREATED
        ]

    def account_batch(self, size: int) -> list[tuple[Account, Stamp]]:
        """Accounts to make."""
        imported = self.chance(10)
        return [self.account(imported=imported) for _ in range(size)]

    def transfer_batch(self, size: int) -> list[tuple[Transfer, Stamp]]:
        """Transfers to make."""
        imported = self.chance(8)
        batch = [self.transfer(imported=imported) for _ in range(size)]
        self.sent.update({t.id: t for t, _ in batch})
        return batch

    def windows(self) -> Windows:
        """Spend limits, some of them."""
        r = self.random

        def most(values: tuple[int | None, ...]) -> int | None:
            return r.choice(values)

        return Windows(
            day_max=most((None, 10, 40)),
            year_max=most((None, None, 60)),
            life_max=most((None, None, 100)),
            static_max=most((None, 15)),
            pinless_max=most((None, 20)),
            pinless_count_max=most((None, 2, 5)),
        )


def starting_accounts(random: Random) -> list[Account]:
    """Six accounts with various flags, mostly of one ledger; the first is without limits, to give."""
    flags = [0, *(random.choice((0, 0, 0, 2, 2, 4, 8, 10)) for _ in range(5))]
    other = random.random() < 0.3
    return [
        Account(id=key, ledger=2 if key == 6 and other else 1, code=1, flags=flags[key - 1])
        for key in range(1, 7)
    ]


def opening_transfers(random: Random) -> list[Transfer]:
    """Something for most accounts to spend."""
    return [
        Transfer(
            id=key,
            debit_account_id=1,
            credit_account_id=key,
            amount=random.choice((0, 30, 500)),
            ledger=1,
            code=1,
        )
        for key in range(2, 7)
    ]
