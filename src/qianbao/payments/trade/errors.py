"""What a trade refuses, each with its stable code."""

from __future__ import annotations

from qianbao.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Unavailable
from qianbao.ids import Id


class TradeNotFound(NotFound):
    """There is no such trade, or it is not the caller's."""

    code = "trade_not_found"


class TradeBusy(Unavailable):
    """Others kept changing this trade. Nothing was done; the same request may be sent again."""

    code = "trade_busy"

    def __init__(self, trade: Id) -> None:
        super().__init__(f"Trade {trade} kept changing; try again.", ask=f"/api/v1/trades/{trade}")


class OutTradeNoUsed(Conflict):
    """The merchant has used this number for another trade."""

    code = "out_trade_no_used"

    def __init__(self, out_trade_no: str) -> None:
        super().__init__(
            f"{out_trade_no!r} stands for a trade with other content.",
            field="out_trade_no",
            expected="a number that this merchant has not used",
        )


class TradeAlreadyPaid(Conflict):
    """The trade has been paid."""

    code = "trade_already_paid"


class TradeClosed(Conflict):
    """The trade was closed, reversed or declined and cannot be paid any more."""

    code = "trade_closed"


class TradeExpired(Conflict):
    """The trade's time to be paid has run out."""

    code = "trade_expired"


class TradeWaitsForPayer(Conflict):
    """A charge of this trade waits for its payer's PIN; only that payer can pay it."""

    code = "trade_waits_for_payer"


class TradeNotPaying(Conflict):
    """No charge of this trade waits for the payer."""

    code = "trade_not_paying"


class TradeNotPaid(Conflict):
    """The trade is not paid, so nothing can be given back."""

    code = "trade_not_paid"


class TradeNotReversible(Conflict):
    """The trade cannot be called off any more; a paid one can be refunded."""

    code = "trade_not_reversible"


class AmountOutOfRange(Invalid):
    """The amount is not one that a trade may have."""

    code = "amount_out_of_range"

    def __init__(self, amount: int, amount_max: int, *, field: str = "amount") -> None:
        super().__init__(f"{amount} is out of range.", field=field, expected=f"1 to {amount_max} minor units")


class TextTooLong(Invalid):
    """A text is longer than a trade keeps, or empty where it must not be."""

    code = "text_too_long"

    def __init__(self, field: str, size_min: int, size_max: int) -> None:
        super().__init__(
            f"{field} has a length that does not fit.",
            field=field,
            expected=f"{size_min} to {size_max} characters, none of them a control character",
        )


class ExpiresOutOfRange(Invalid):
    """The time within which the trade may be paid is too short or too long."""

    code = "expires_out_of_range"

    def __init__(self, low: int, high: int) -> None:
        super().__init__(field="expires_in_s", expected=f"{low} to {high} seconds")


class CurrencyMismatch(Refused):
    """Merchant and payer keep their money in other currencies than the trade's."""

    code = "currency_mismatch"


class PaysItself(Refused):
    """A wallet cannot pay its own person's shop."""

    code = "pays_itself"


class PinRequired(Refused):
    """This payment needs the payer's PIN."""

    code = "pin_required"


class PayerFrozen(Refused):
    """The payer's wallet is frozen or closed."""

    code = "payer_frozen"


class MerchantFrozen(Refused):
    """The merchant cannot take payments: frozen or closed."""

    code = "merchant_frozen"


class SubsidyExhausted(Refused):
    """The budget from which this trade is subsidised is used up."""

    code = "subsidy_exhausted"


class SubsidyNotGranted(Forbidden):
    """This caller may not spend the platform's subsidies."""

    code = "subsidy_not_granted"
