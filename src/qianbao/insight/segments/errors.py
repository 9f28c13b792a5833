"""Why there is no audience."""

from __future__ import annotations

from qianbao.errors import Conflict, Invalid, NotFound, Refused, TooMany


class SegmentsNotLaidYet(NotFound):
    """No segments have been laid yet: they come with the first batch."""

    code = "segments_not_laid_yet"


class AudienceUnknown(NotFound):
    """This merchant has no such audience."""

    code = "audience_unknown"


class AudienceEmpty(Invalid):
    """An audience asks for one tag at least, and for none that it leaves out."""

    code = "audience_empty"


class AudienceTooSmall(Refused):
    """Too few customers are in it to be addressed without being known."""

    code = "audience_too_small"


class AudiencesToday(TooMany):
    """So many new audiences are made on a day, and no more."""

    code = "audiences_today"


class AudiencesOpen(Conflict):
    """A merchant has so many audiences open at most: close one first."""

    code = "audiences_open"
