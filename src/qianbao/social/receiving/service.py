"""Use cases of being found and paid: a code to show, whom a code pays, whom one has paid before."""

from __future__ import annotations

from msgspec import Struct

from qianbao.credentials.models import Caller
from qianbao.ids import Id
from qianbao.parties import names
from qianbao.parties.models import Payee
from qianbao.payments.trade.errors import AmountOutOfRange
from qianbao.payments.trade.service import own_wallet
from qianbao.social.payment.plans import NOTE_MAX, checked
from qianbao.social.payment.store import Contact
from qianbao.social.receiving.models import CODE, ReceiveCode, ReceiveCodeUnknown, draw
from qianbao.social.room import Social


class Known(Struct, frozen=True, kw_only=True):
    """A contact, and whom the wallet belongs to, masked."""

    contact: Contact
    payee: Payee


async def show(
    caller: Caller, room: Social, *, wallet: Id, amount: int | None = None, note: str = ""
) -> ReceiveCode:
    """A code by which the caller's wallet is paid: its standing one, or one with an amount.

    Raises `WalletUnknown`, `AmountOutOfRange`, `TextTooLong`.
    """
    await own_wallet(caller, room.payments, wallet)
    if amount is not None and not 1 <= amount <= room.rules.personal_max:
        raise AmountOutOfRange(amount, room.rules.personal_max)
    checked("note", note, NOTE_MAX)
    return await room.receive_codes.lay(
        draw(room.payments.random),
        wallet=wallet,
        amount=amount,
        note=note if amount is not None else "",
        now=room.payments.clock.now(),
    )


async def read(caller: Caller, room: Social, code: str) -> tuple[ReceiveCode, Payee]:
    """What a scanned code says, and whom it pays, masked. Raises `ReceiveCodeUnknown`, `TooManyTries`."""
    await room.rates.demand(f"payee:{caller.id}", room.rules.lookups_max, 60)
    found = await room.receive_codes.one(code) if CODE.fullmatch(code) else None
    if found is None:
        raise ReceiveCodeUnknown()
    return found, await payee(room, found.wallet)


async def contacts(caller: Caller, room: Social, *, limit: int = 20) -> list[Known]:
    """Whom the caller has paid before, the last first."""
    assert caller.person is not None
    found = await room.personal.contacts(caller.person, limit=limit)
    return [Known(contact=one, payee=await payee(room, one.wallet)) for one in found]


async def payee(room: Social, wallet: Id) -> Payee:
    """Whom a wallet belongs to, the name masked. Raises `WalletUnknown`."""
    found = await room.payments.parties.wallet(wallet)
    return Payee(
        wallet=found.id,
        brand=found.brand,
        identifier=found.handle or found.account_number or "",
        name_masked=names.masked(found.name),
        state=found.state,
    )
