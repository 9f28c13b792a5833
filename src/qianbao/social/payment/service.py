"""Use cases of personal payments: send, ask for one back, decline, give back, look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from qianbao.credentials.models import Caller
from qianbao.ids import Id
from qianbao.journal import Plan, Receipt, digest
from qianbao.parties.chart import TransferCode
from qianbao.parties.errors import PayeeUnknown, WalletUnknown
from qianbao.payments.trade.models import Command, Payer
from qianbao.payments.trade.service import own_wallet
from qianbao.social.commit import Money, proved, settle
from qianbao.social.payment import plans
from qianbao.social.payment.errors import PersonalPaymentUnknown
from qianbao.social.payment.models import PersonalPayment
from qianbao.social.payment.store import NEWEST, Place
from qianbao.social.room import Social

ASK = "/api/v1/personal-payments/{}"


async def send(
    caller: Caller,
    room: Social,
    *,
    command: Id,
    wallet: Id,
    payee: Id,
    amount: int,
    note: str = "",
    pin: str | None = None,
) -> Receipt:
    """A person pays another's wallet, found and shown by a look-up before.

    Raises `WalletUnknown`, `PayeeUnknown`, `PinRequired`, what a wrong PIN raises, what `plans.send` refuses,
    and what the ledger does: `not_enough`, `payer_frozen`, `payee_frozen`, limits.
    """
    payer = await own_wallet(caller, room.payments, wallet)
    asked = Command(
        caller=caller.id,
        id=command,
        digest=digest("personal payment", wallet, payee, amount, note, pin is not None),
    )

    async def look(turn: int) -> tuple[Money, Plan]:
        try:
            person, _ = await room.payments.payers.get(payee)
        except WalletUnknown:
            raise PayeeUnknown(field="payee", expected="a wallet that a look-up gave") from None
        assert caller.person is not None
        plan = plans.send(
            asked,
            payer=wallet,
            payee=payee,
            payer_person=caller.person,
            payee_person=person,
            amount=amount,
            note=note,
            now=room.payments.clock.now(),
            pin=pin is not None,
            rules=room.rules,
        )
        if not turn:
            await proved(caller, room.payments, payer=payer, amount=amount, pin=pin)
        return Money(payer=wallet, merchant=payee, amount=amount), plan

    return await settle(caller, room.payments, asked, look, usual=TransferCode.PERSONAL_PAYMENT, ask=ASK)


async def ask_back(caller: Caller, room: Social, *, command: Id, payment: Id, reason: str) -> Receipt:
    """The payer asks the payee for it back. Raises `PersonalPaymentUnknown`, what the plan refuses."""
    asked = Command(caller=caller.id, id=command, digest=digest("ask back", payment, reason))

    def plan(stands: PersonalPayment) -> Plan:
        return plans.ask_back(
            stands, command=asked, reason=reason, now=room.payments.clock.now(), rules=room.rules
        )

    return await _change(caller, room, asked, payment, plan, as_payer=True)


async def decline(caller: Caller, room: Social, *, command: Id, payment: Id) -> Receipt:
    """The payee keeps what was asked back. Raises `PersonalPaymentUnknown`, `ReturnNotPossible`."""
    asked = Command(caller=caller.id, id=command, digest=digest("decline return", payment))

    def plan(stands: PersonalPayment) -> Plan:
        return plans.decline(stands, command=asked, now=room.payments.clock.now())

    return await _change(caller, room, asked, payment, plan, as_payer=False)


async def give_back(
    caller: Caller, room: Social, *, command: Id, payment: Id, pin: str | None = None
) -> Receipt:
    """The payee gives all of it back. Raises `PersonalPaymentUnknown`, `ReturnNotPossible`, `PinRequired`,
    what a wrong PIN raises, and what the ledger does: `not_enough`, `payer_frozen`, `payee_frozen`."""
    asked = Command(caller=caller.id, id=command, digest=digest("give back", payment, pin is not None))

    def plan(stands: PersonalPayment) -> Plan:
        return plans.give_back(stands, command=asked, now=room.payments.clock.now(), pin=pin is not None)

    async def prove(stands: PersonalPayment) -> None:
        giver: Payer = await own_wallet(caller, room.payments, stands.payee)
        await proved(caller, room.payments, payer=giver, amount=stands.amount, pin=pin)

    return await _change(caller, room, asked, payment, plan, as_payer=False, prove=prove)


async def one(caller: Caller, room: Social, payment: Id) -> PersonalPayment:
    """A payment of the caller's, paid or received. Raises `PersonalPaymentUnknown`."""
    found = await room.personal.one(payment)
    if found is None or caller.person not in (found.payer_person, found.payee_person):
        raise PersonalPaymentUnknown()
    return found


async def page(
    caller: Caller, room: Social, *, before: Place = NEWEST, limit: int = 50
) -> list[PersonalPayment]:
    """What the caller paid and was paid, newest first."""
    assert caller.person is not None
    return await room.personal.of(caller.person, before=before, limit=limit)


async def _change(
    caller: Caller,
    room: Social,
    asked: Command,
    payment: Id,
    plan: Callable[[PersonalPayment], Plan],
    *,
    as_payer: bool,
    prove: Callable[[PersonalPayment], Awaitable[None]] | None = None,
) -> Receipt:
    async def look(turn: int) -> tuple[None, Plan]:
        stands = await one(caller, room, payment)
        if caller.person != (stands.payer_person if as_payer else stands.payee_person):
            raise PersonalPaymentUnknown()
        planned = plan(stands)
        if prove is not None and not turn:
            await prove(stands)
        return None, planned

    return await settle(
        caller, room.payments, asked, look, usual=TransferCode.PERSONAL_PAYMENT_RETURNED, ask=ASK
    )
