"""What the settlement room refuses."""

from __future__ import annotations

from qianbao.errors import Conflict, Invalid, NotFound


class PeriodMalformed(Invalid):
    """A period runs from a day to the same or a later one, a year at most, and not beyond today."""

    code = "period_malformed"


class PeriodTooBusy(Invalid):
    """More moved in this period than one answer can hold; ask for a shorter one."""

    code = "period_too_busy"


class ShiftNotFound(NotFound):
    """There is no such shift, or it is not the caller's to see."""

    code = "shift_not_found"


class ShiftAlreadyOpen(Conflict):
    """The cashier has a shift open, here or at another till; it must be closed first."""

    code = "shift_already_open"


class TillTaken(Conflict):
    """Another cashier's shift is open at this till; it must be closed first."""

    code = "till_taken"


class ShiftClosed(Conflict):
    """The shift is closed already."""

    code = "shift_closed"


class StoreNeeded(Invalid):
    """A shift is worked in a store: say which."""

    code = "store_needed"
