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
from qianbao.payments.rules import Rules
from qianbao.payments.trade import plans as trade
from qianbao.payments.trade.models import Command, Payee, Payer, Scene, Trade, TradeNew
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
) -> tuple[Plan, Trade]:
    """One record as a paid trade: the plan, and the trade for those who must allow it.

    The payer's PIN is taken as given, since the purchase was made long ago. The command derives from the
    source and the record id, the trade's number from the command. When it happened stands in the event.
    Raises AmountOutOfRange.
    """
    id = derive(source, record.id)
    command = Command(caller=source, id=id, digest=content(record))
    draft = trade.draft(
        command,
        payee=payee,
        out_trade_no=id.hex,
        amount=record.amount,
        scene=Scene.OFFLINE_CODE,
        now=now,
        rules=rules,
    )
    plan = trade.pay(draft, command=command, payer=payer, now=now, pin=True)
    told = {**plan.event.data, "record": record.id}
    if record.occurred_at is not None:
        told["occurred_at"] = rfc3339(record.occurred_at)
    (step,) = plan.steps
    assert isinstance(step, TradeNew)
    whole = Plan(
        caller=source,
        command=id,
        digest=command.digest,
        transfers=plan.transfers,
        steps=plan.steps,
        event=Event(type=plan.event.type, subject=step.id, data=told),
        result={**plan.result, "run": str(run), "line": record.line},
    )
    return whole, step


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
