"""A linked card, and what a card number must look like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from qianbao.channels.errors import CardNumberRefused
from qianbao.ids import Id

SIMULATED_PREFIX: Final = "9900"
"""Simulated card numbers begin with this. No issuer of real cards does (ISO/IEC 7812: 9 is for nations)."""
NUMBER_SIZES: Final = range(16, 20)


class CardState(StrEnum):
    """Whether a card can be used."""

    LINKED = "linked"
    UNLINKED = "unlinked"


NEXT: Final[Mapping[CardState, frozenset[CardState]]] = {
    CardState.LINKED: frozenset({CardState.UNLINKED}),
    CardState.UNLINKED: frozenset(),
}
"""A card that is linked again is a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A bank card (a merchant's: its bank account). The full number is never kept."""

    id: Id
    owner: Id
    """The person or the merchant."""
    bank: str
    token: str
    """The bank's name for it."""
    last4: str
    holder: str
    simulated: bool
    state: CardState
    linked: int
    """Nanoseconds."""

    @property
    def masked(self) -> str:
        """As people see it."""
        return f"**** {self.last4}"


def luhn(digits: str) -> int:
    """The check digit of ISO/IEC 7812 that `digits` want."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return -total % 10


def simulated_number(text: str) -> str:
    """The digits of a simulated card's number; never a real card's. Raises `CardNumberRefused`."""
    digits = "".join(text.split())
    if not (
        digits.isascii()
        and digits.isdigit()
        and len(digits) in NUMBER_SIZES
        and digits.startswith(SIMULATED_PREFIX)
        and luhn(digits[:-1]) == int(digits[-1])
    ):
        raise CardNumberRefused(
            "Only simulated card numbers can be linked here.",
            field="number",
            expected=f"16 to 19 digits, beginning with {SIMULATED_PREFIX}, with a right check digit",
        )
    return digits


def draw_number(random: Callable[[int], bytes]) -> str:
    """A new simulated card number of 16 digits."""
    body = SIMULATED_PREFIX + f"{int.from_bytes(random(8), 'big') % 10**11:011d}"
    return body + str(luhn(body))
