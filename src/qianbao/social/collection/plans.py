"""What a group collection does, pure. Amounts are minor units, times nanoseconds."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from qianbao.clock import SECOND
from qianbao.ids import Id, derive, leg
from qianbao.journal import digest
from qianbao.journal.models import Event, Plan, Step, Transfer
from qianbao.money import Currency
from qianbao.parties.chart import TransferCode
from qianbao.payments.trade.models import Command
from qianbao.social.collection.errors import CollectionMalformed, CollectionOver, OwnCollection
from qianbao.social.collection.models import (
    NEXT,
    Collection,
    CollectionClosed,
    CollectionNew,
    CollectionPaid,
    CollectionReminded,
    CollectionState,
    Member,
    Split,
    answer,
)
from qianbao.social.commit import spending
from qianbao.social.payment.plans import checked
from qianbao.social.rules import Rules

TITLE_MAX = 64


def equal(
    command: Command,
    *,
    collector: Id,
    person: Id,
    title: str,
    each: int,
    people: int,
    now: int,
    rules: Rules,
) -> Plan:
    """Ask `people` people for `each`. Raises CollectionMalformed, TextTooLong."""
    if each < 1:
        raise CollectionMalformed(field="each", expected="1 minor unit or more")
    return _create(
        command,
        Collection(
            id=command.id,
            collector=collector,
            person=person,
            title=title,
            split=Split.EQUAL,
            each=each,
            people=people,
            amount=each * people,
            created=now,
        ),
        members=(),
        rules=rules,
    )


def named(
    command: Command,
    *,
    collector: Id,
    person: Id,
    title: str,
    members: Sequence[Member],
    now: int,
    rules: Rules,
) -> Plan:
    """Ask each of these people for their own amount. Raises CollectionMalformed, OwnCollection,
    TextTooLong."""
    if any(member.amount < 1 for member in members):
        raise CollectionMalformed(field="members", expected="an amount of 1 minor unit or more for each")
    if len({member.person for member in members}) < len(members):
        raise CollectionMalformed("Somebody is named twice.", field="members", expected="each person once")
    if any(member.person == person for member in members):
        raise OwnCollection(field="members", expected="others than the collector")
    return _create(
        command,
        Collection(
            id=command.id,
            collector=collector,
            person=person,
            title=title,
            split=Split.NAMED,
            people=len(members),
            amount=sum(member.amount for member in members),
            created=now,
        ),
        members=tuple(members),
        rules=rules,
    )


def pay(
    collection: Collection,
    *,
    command: Command,
    payer: Id,
    person: Id,
    amount: int,
    now: int,
    pin: bool,
) -> Plan:
    """Pay one's part of `amount` to the collector. Raises CollectionOver, OwnCollection."""
    if person == collection.person:
        raise OwnCollection()
    _open(collection)
    moved = Transfer(
        id=leg(command.id, 1),
        debit=payer,
        credit=collection.collector,
        amount=amount,
        code=TransferCode.COLLECTION,
        ledger=Currency.of(collection.currency).number,
        user_data_128=collection.id,
        spend=spending(pin=pin),
    )
    step = CollectionPaid(
        collection=collection.id,
        person=person,
        wallet=payer,
        command=command.id,
        amount=amount,
        at=now,
    )
    shown = {
        "collection": str(collection.id),
        "payer": str(payer),
        "payee": str(collection.collector),
        "title": collection.title,
        "amount": amount,
        "currency": collection.currency,
    }
    return Plan(
        caller=command.caller,
        command=command.id,
        digest=command.digest,
        transfers=(moved,),
        steps=(step,),
        event=Event(type="collection.paid", subject=collection.id, data=shown),
        result=shown,
    )


def close(collection: Collection, *, command: Command, now: int) -> Plan:
    """End it; what was paid stays paid. Raises CollectionOver."""
    _open(collection)
    assert CollectionState.CLOSED in NEXT[collection.state]
    after = replace(collection, state=CollectionState.CLOSED, ended=now)
    step = CollectionClosed(collection=collection.id, at=now)
    return _plan(command, after, "collection.closed", step)


def remind(collection: Collection, *, command: Command, now: int, rules: Rules) -> Plan:
    """Count one more reminder; `tell` tells each who is reminded. Raises CollectionOver."""
    _open(collection)
    step = CollectionReminded(
        collection=collection.id,
        at=now,
        pause=rules.remind_every_s * SECOND,
        most=rules.reminders_max,
    )
    return _plan(command, collection, "collection.reminder_sent", step)


def tell(collection: Collection, *, command: Command, member: Id, amount: int, told: str) -> Plan:
    """Tell one who is asked (`collection.asked`) or reminded: an event of their own, once a command."""
    data = {
        "collection": str(collection.id),
        "wallet": str(member),
        "payee": str(collection.collector),
        "title": collection.title,
        "amount": amount,
        "currency": collection.currency,
    }
    return Plan(
        caller=command.caller,
        command=derive(command.id, str(member)),
        digest=digest(told, collection.id, member),
        event=Event(type=told, subject=collection.id, data=data),
    )


def _open(collection: Collection) -> None:
    if collection.state is not CollectionState.OPEN:
        raise CollectionOver(f"The collection is {collection.state}.")


def _create(command: Command, collection: Collection, *, members: tuple[Member, ...], rules: Rules) -> Plan:
    if not 1 <= collection.people <= rules.collection_people_max:
        raise CollectionMalformed(
            f"{collection.people} people.",
            field="people" if collection.each else "members",
            expected=f"1 to {rules.collection_people_max} people",
        )
    if collection.amount > rules.collection_max:
        raise CollectionMalformed(
            f"{collection.amount} altogether.",
            field="each" if collection.each else "members",
            expected=f"at most {rules.collection_max} minor units altogether",
        )
    checked("title", collection.title, TITLE_MAX, size_min=1)
    step = CollectionNew(
        id=collection.id,
        collector=collection.collector,
        person=collection.person,
        title=collection.title,
        split=collection.split,
        people=collection.people,
        amount=collection.amount,
        created=collection.created,
        each=collection.each or None,
        currency=collection.currency,
        parts=members,
    )
    return _plan(command, collection, "collection.created", step)


def _plan(command: Command, collection: Collection, told: str, step: Step) -> Plan:
    shown = answer(collection)
    data = {"collection": shown["id"], **{name: value for name, value in shown.items() if name != "id"}}
    return Plan(
        caller=command.caller,
        command=command.id,
        digest=command.digest,
        steps=(step,),
        event=Event(type=told, subject=collection.id, data=data),
        result=shown,
    )
