"""Link, list and unlink cards. `owner` is the person or the merchant, as the door has found out."""

from __future__ import annotations

import asyncio
from typing import Final

import asyncpg

from qianbao.channels.bank import BankDark, Declined
from qianbao.channels.banks import Banks
from qianbao.channels.card.models import Card, CardState, simulated_number
from qianbao.channels.errors import CardRefused, CardUnknown, TooManyCards
from qianbao.channels.rules import Rules
from qianbao.clock import Clock
from qianbao.db import Database, queries
from qianbao.ids import Id, new

SQL: Final = queries(__package__ or "")


async def link(
    owner: Id, holder: str, *, db: Database, clock: Clock, banks: Banks, rules: Rules, bank: str, number: str
) -> Card:
    """The owner's card of this number, linked (again: the same card). The bank compares the holder's name.

    Raises `BankUnknown`, `CardNumberRefused`, `CardRefused`, `TooManyCards`, `BankDark`.
    """
    at = banks.get(bank)
    digits = simulated_number(number)
    try:
        async with asyncio.timeout(rules.bank_timeout_s):
            answer = await at.link(digits, holder)
    except TimeoutError:
        raise BankDark(f"{at.title} does not answer.") from None
    if isinstance(answer, Declined):
        raise CardRefused(f"{at.title}: {answer.reason}.", field="number")
    await db.write(
        SQL["link"],
        new(clock.now()),
        owner,
        bank,
        answer.token,
        answer.last4,
        holder,
        at.simulated,
        clock.now(),
        rules.cards_max,
    )
    row = await db.row(SQL["linked"], owner, bank, answer.token)
    if row is None:
        raise TooManyCards(expected=f"at most {rules.cards_max}")
    return _card(row)


async def cards_of(db: Database, owner: Id) -> list[Card]:
    """The owner's linked cards, in the order they were linked."""
    return [_card(row) for row in await db.rows(SQL["of_owner"], owner)]


async def one(db: Database, card: Id, *, owner: Id) -> Card:
    """One of the owner's cards, unlinked ones too. Raises `CardUnknown`."""
    row = await db.row(SQL["one"], card)
    if row is None or row["owner"] != owner:
        raise CardUnknown(f"No card {card}.", field="card")
    return _card(row)


async def unlink(db: Database, clock: Clock, card: Id, *, owner: Id) -> None:
    """Unlink a card; what is under way with it goes on. Raises `CardUnknown`."""
    if not await db.write(SQL["unlink"], card, owner, clock.now()):
        raise CardUnknown(f"No card {card}.", field="card")


def _card(row: asyncpg.Record) -> Card:
    return Card(
        id=row["id"],
        owner=row["owner"],
        bank=row["bank"],
        token=row["token"],
        last4=row["last4"],
        holder=row["holder"],
        simulated=row["simulated"],
        state=CardState(row["state"]),
        linked=row["linked"],
    )
