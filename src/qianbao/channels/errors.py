"""What this room refuses."""

from __future__ import annotations

from qianbao.errors import Conflict, Invalid, NotFound, Refused


class BankUnknown(NotFound):
    """There is no bank of this name in this network."""

    code = "bank_unknown"


class CardUnknown(NotFound):
    """There is no such card, or it is not the caller's."""

    code = "card_unknown"


class CardNumberRefused(Invalid):
    """This is not a card number that can be linked here."""

    code = "card_number_refused"


class CardNotLinked(Conflict):
    """The card was unlinked."""

    code = "card_not_linked"


class TooManyCards(Refused):
    """As many cards are linked as may be."""

    code = "too_many_cards"


class CardRefused(Refused):
    """The bank does not know this card, or not as this holder's."""

    code = "card_refused"


class AmountOutOfBounds(Refused):
    """A single top-up or withdrawal must be between the least and the most."""

    code = "amount_out_of_bounds"


class BankDeclined(Refused):
    """The bank has declined; no money moved."""

    code = "bank_declined"


class TopupUnknown(NotFound):
    """There is no such top-up, or it is not the caller's."""

    code = "topup_unknown"


class WithdrawalUnknown(NotFound):
    """There is no such withdrawal, or it is not the caller's."""

    code = "withdrawal_unknown"


class SimulationMalformed(Invalid):
    """The simulated bank cannot be made to behave like that."""

    code = "simulation_malformed"
