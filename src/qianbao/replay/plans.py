"""What a replay does to the books, pure: a record is one trade, created and paid in one plan, as a till's
charge of a payer's code is; before that the payers of a chunk are topped up by what it needs, and after it
what was not spent goes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

from qianbao.clock import rfc3339
from qianbao.ids import Id, derive, leg, of_int
from qianbao.journal import Event, Plan, Transfer, digest
from qianbao.parties.chart import AccountCode, TransferCode, house_account
from qianbao.payments.fees.plans import fee
from qianbao.payments.rules import Rules
from qianbao.payments.trade.chain import payment as transfers
from qianbao.payments.trade.errors import AmountOutOfRange
from qianbao.payments.trade.models import (
    Payee,
    Payer,
    Scene,
    TradeNew,
    TradeState,
    answer,
    facts,
    trade_id,
)
from qianbao.replay.models import Record

BANK: Final = house_account(AccountCode.BANK, "replay")
"""The simulated bank from which replayed payers are topped up: what it holds is what replays brought in."""
FUNDED_MAX: Final = 200
"""Top-ups in one chain: transfers of one command are numbered to 255."""
_REPLAY: Final = of_int(0x7166_104B_0000_7000_8000_0000_0000_0009)


def source_id(name: str) -> Id:
    """The caller of all commands of a source: what record ids are unique within."""
    return derive(_REPLAY, f"source:{name}")


def run_id(source: Id, identity: Id, adapter: str) -> Id:
    """The run of one file's content, read by one adapter, within a source."""
    return derive(source, f"run:{identity}:{adapter}")


def payment(
    record: Record, *, source: Id, run: Id, payer: Payer, payee: Payee, now: int, rules: Rules
) -> tuple[Plan, TradeNew]:
    """One record as a paid trade: the plan, and the trade for those who must allow it.

    It is what `trade.pay` makes of `trade.draft`, made in one go, since a replay makes millions (a test holds
    the two equal). The payer's PIN is taken as given: the purchase was made long ago. The command derives
    from the source and the record id, the trade's number from the command. When it happened stands in the
    event. Raises AmountOutOfRange.
    """
    if not 1 <= record.amount <= rules.amount_max:
        raise AmountOutOfRange(record.amount, rules.amount_max)
    command = derive(source, record.id)
    number = command.hex
    paid = TradeNew(
        id=trade_id(payee.merchant, number),
        state=TradeState.PAID,
        scene=Scene.OFFLINE_CODE,
        merchant=payee.merchant,
        store=payee.store,
        out_trade_no=number,
        amount=record.amount,
        currency=payee.currency,
        rate_bp=payee.rate_bp,
        mcc=payee.mcc,
        city=payee.city,
        command=command,
        created=now,
        payer=payer.wallet,
        brand=payer.brand,
        paid=now,
        fee=fee(record.amount, payee.rate_bp),
    )
    result = answer(paid)
    told = facts(paid, result)
    told["record"] = record.id
    if record.occurred_at is not None:
        told["occurred_at"] = rfc3339(record.occurred_at)
    result["run"], result["line"] = str(run), record.line
    plan = Plan(
        caller=source,
        command=command,
        digest=content(record),
        transfers=transfers(paid, command=command, pin=True),
        steps=(paid,),
        event=Event(type="trade.paid", subject=paid.id, data=told),
        result=result,
    )
    return plan, paid


def content(record: Record) -> int:
    """The digest of what a record says; where it stands, and how its merchant is named, is not part of it."""
    return digest(record.payer, record.merchant, record.store, record.amount, record.occurred_at)


def needs(records: Iterable[tuple[Id, int]]) -> dict[Id, int]:
    """How much each wallet of (wallet, amount) pairs will need."""
    sums: dict[Id, int] = {}
    for wallet, amount in records:
        sums[wallet] = sums.get(wallet, 0) + amount
    return sums


def funding(
    sums: Mapping[Id, int], *, source: Id, run: Id, start: int, back: bool = False, one_by_one: bool = False
) -> list[Plan]:
    """The top-ups of the chunk that begins at item `start`, by exactly `sums`, from the replay's bank; or
    (`back`) the return of what was not spent, because a record was refused or was paid before.

    `FUNDED_MAX` wallets are one command, all or none; `one_by_one` is for where one of them, frozen
    perhaps, let all be refused.
    """
    size = 1 if one_by_one else FUNDED_MAX
    wallets = iter(sorted(sums))
    plans: list[Plan] = []
    while part := list(islice(wallets, size)):
        place = str(part[0]) if one_by_one else str(len(plans))
        command = derive(run, f"{'back' if back else 'topup'}:{start}:{place}")
        plans.append(_moved(part, sums, source, run, command, back=back))
    return plans


def _moved(
    wallets: Sequence[Id], sums: Mapping[Id, int], source: Id, run: Id, command: Id, *, back: bool
) -> Plan:
    transfers = tuple(
        Transfer(
            id=leg(command, place),
            debit=wallet if back else BANK,
            credit=BANK if back else wallet,
            amount=sums[wallet],
            code=TransferCode.WITHDRAWAL if back else TransferCode.TOPUP,
            user_data_128=run,
        )
        for place, wallet in enumerate(wallets, 1)
    )
    told = "replay.taken_back" if back else "replay.topped_up"
    amount = sum(sums[wallet] for wallet in wallets)
    return Plan(
        caller=source,
        command=command,
        digest=digest([(wallet, sums[wallet]) for wallet in wallets]),
        transfers=transfers,
        event=Event(type=told, subject=run, data={"wallets": len(wallets), "amount": amount}),
    )
