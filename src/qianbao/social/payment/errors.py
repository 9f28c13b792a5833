"""What personal payments refuse."""

from __future__ import annotations

from qianbao.errors import Conflict, NotFound


class PersonalPaymentUnknown(NotFound):
    """There is no such personal payment, or it is not the caller's."""

    code = "personal_payment_unknown"


class ReturnNotPossible(Conflict):
    """The payment is not in a state in which this can be done about its return."""

    code = "return_not_possible"


class ReturnTooLate(Conflict):
    """The payment was made too long ago to be asked back here."""

    code = "return_too_late"
