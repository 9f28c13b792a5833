"""Why behaviour is not taken, or not shown."""

from __future__ import annotations

from qianbao.errors import Conflict, Invalid, NotFound


class BehaviourFileUnreadable(Invalid):
    """This is no CSV, Parquet or JSON-lines file."""

    code = "behaviour_file_unreadable"


class QuarantinedUnknown(NotFound):
    """No row that is kept aside has this id."""

    code = "quarantined_unknown"


class PeopleMoved(Conflict):
    """People of these rows are being erased just now. Send the same rows again."""

    code = "behaviour_people_moved"
