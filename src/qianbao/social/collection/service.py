"""Use cases of group collections: ask, pay, remind, close, look."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from qianbao.credentials.models import Caller
from qianbao.ids import Id
from qianbao.journal import Plan, Receipt, digest
from qianbao.parties.chart import TransferCode
from qianbao.parties.errors import PayeeUnknown, WalletUnknown
from qianbao.payments.trade.models import Command
from qianbao.payments.trade.service import own_wallet
from qianbao.social.collection import plans
from qianbao.social.collection.errors import (
    CollectionAsksOthers,
    CollectionMalformed,
    CollectionPaidAlready,
    CollectionUnknown,
    NobodyToRemind,
)
from qianbao.social.collection.models import Collection, CollectionState, Member, Part, Split
from qianbao.social.commit import Money, proved, settle
from qianbao.social.room import Social

ASK: Final = "/api/v1/collections/{}"


async def create(
    caller: Caller,
    room: Social,
    *,
    command: Id,
    wallet: Id,
    title: str,
    each: int = 0,
    people: int = 0,
    members: Sequence[tuple[Id, int]] = (),
) -> Receipt:
    """Ask `people` people for `each`, or these members (wallet, amount) each for their own. Whom it names is
    told. Raises `WalletUnknown`, `PayeeUnknown`, what `plans.equal` and `plans.named` refuse.
    """
    await own_wallet(caller, room.payments, wallet)
    if bool(members) == bool(each or people):
        raise CollectionMalformed(expected="either each and people, or members")
    asked = Command(
        caller=caller.id,
        id=command,
        digest=digest("collection", wallet, title, each, people, [[str(one), part] for one, part in members]),
    )
    named = [await _member(room, one, amount, place) for place, (one, amount) in enumerate(members, 1)]

    async def look(_turn: int) -> tuple[None, Plan]:
        assert caller.person is not None
        now = room.payments.clock.now()
        if named:
            return None, plans.named(
                asked,
                collector=wallet,
                person=caller.person,
                title=title,
                members=named,
                now=now,
                rules=room.rules,
            )
        return None, plans.equal(
            asked,
            collector=wallet,
            person=caller.person,
            title=title,
            each=each,
            people=people,
            now=now,
            rules=room.rules,
        )

    receipt = await settle(caller, room.payments, asked, look, usual=TransferCode.COLLECTION, ask=ASK)
    await _tell(room, asked, await _known(room, asked.id), "collection.asked")
    return receipt


async def pay(
    caller: Caller, room: Social, *, command: Id, collection: Id, wallet: Id, pin: str | None = None
) -> Receipt:
    """A person pays their part. Raises `CollectionUnknown`, `WalletUnknown`, `PinRequired`, what a wrong PIN
    raises, `CollectionOver`, `CollectionPaidAlready`, `CollectionAsksOthers`, `OwnCollection`, and what the
    ledger does: `not_enough`, `payer_frozen`, `payee_frozen`, limits.
    """
    payer = await own_wallet(caller, room.payments, wallet)
    person = caller.person
    assert person is not None
    asked = Command(
        caller=caller.id, id=command, digest=digest("pay collection", collection, wallet, pin is not None)
    )

    async def look(turn: int) -> tuple[Money, Plan]:
        stands = await _known(room, collection)
        part = await room.collections.part(collection, person)
        if part is not None and part.paid:
            raise CollectionPaidAlready()
        if part is None and stands.split is Split.NAMED and person != stands.person:
            raise CollectionAsksOthers()
        amount = part.amount if part is not None else stands.each
        plan = plans.pay(
            stands,
            command=asked,
            payer=wallet,
            person=person,
            amount=amount,
            now=room.payments.clock.now(),
            pin=pin is not None,
        )
        if not turn:
            await proved(caller, room.payments, payer=payer, amount=amount, pin=pin)
        return Money(payer=wallet, merchant=stands.collector, amount=amount), plan

    return await settle(caller, room.payments, asked, look, usual=TransferCode.COLLECTION, ask=ASK)


async def close(caller: Caller, room: Social, *, command: Id, collection: Id) -> Receipt:
    """The collector ends it; what was paid stays paid. Raises `CollectionUnknown`, `CollectionOver`."""
    asked = Command(caller=caller.id, id=command, digest=digest("close collection", collection))

    async def look(_turn: int) -> tuple[None, Plan]:
        stands = await own(caller, room, collection)
        return None, plans.close(stands, command=asked, now=room.payments.clock.now())

    return await settle(caller, room.payments, asked, look, usual=TransferCode.COLLECTION, ask=ASK)


async def remind(caller: Caller, room: Social, *, command: Id, collection: Id) -> Receipt:
    """The collector reminds those who have not paid: each is told. Raises `CollectionUnknown`,
    `CollectionOver`, `RemindedLately`, `NobodyToRemind`."""
    asked = Command(caller=caller.id, id=command, digest=digest("remind collection", collection))

    async def look(_turn: int) -> tuple[None, Plan]:
        stands = await own(caller, room, collection)
        if stands.split is Split.EQUAL:
            raise NobodyToRemind()
        return None, plans.remind(stands, command=asked, now=room.payments.clock.now(), rules=room.rules)

    receipt = await settle(caller, room.payments, asked, look, usual=TransferCode.COLLECTION, ask=ASK)
    await _tell(room, asked, await _known(room, collection), "collection.reminded")
    return receipt


async def one(caller: Caller, room: Social, collection: Id) -> tuple[Collection, list[Part]]:
    """A collection and its parts: an equal one for whoever has its id, a named one for the collector and whom
    it names. Raises `CollectionUnknown`."""
    found = await _known(room, collection)
    parts = await room.collections.parts(collection)
    if (
        found.split is Split.NAMED
        and caller.person != found.person
        and all(part.person != caller.person for part in parts)
    ):
        raise CollectionUnknown()
    return found, parts


async def own(caller: Caller, room: Social, collection: Id) -> Collection:
    """A collection that the caller collects. Raises `CollectionUnknown`."""
    found = await _known(room, collection)
    if found.person != caller.person:
        raise CollectionUnknown()
    return found


async def _known(room: Social, collection: Id) -> Collection:
    found = await room.collections.one(collection)
    if found is None:
        raise CollectionUnknown()
    return found


async def _member(room: Social, wallet: Id, amount: int, place: int) -> Member:
    try:
        person, _ = await room.payments.payers.get(wallet)
    except WalletUnknown:
        raise PayeeUnknown(field="members", expected="wallets that a look-up gave") from None
    return Member(person=person, wallet=wallet, amount=amount, place=place)


async def _tell(room: Social, asked: Command, collection: Collection, told: str) -> None:
    """Tell each who has not paid. A repeat of the command tells whom a crash left out, nobody twice."""
    if collection.split is Split.EQUAL or collection.state is not CollectionState.OPEN:
        return
    waiting = [part for part in await room.collections.parts(collection.id) if not part.paid]
    await asyncio.gather(
        *(
            room.payments.journal.commit(
                plans.tell(collection, command=asked, member=part.wallet, amount=part.amount, told=told)
            )
            for part in waiting
        )
    )
