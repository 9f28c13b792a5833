"""What group collections refuse. Numbers from 1111 on are the steps' own (functions/collection.sql)."""

from __future__ import annotations

from qianbao.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from qianbao.journal import refusal


class CollectionUnknown(NotFound):
    """There is no such collection, or it is not the caller's."""

    code = "collection_unknown"


class CollectionOver(Conflict):
    """The collection is over: everybody has paid, or it was closed."""

    code = "collection_over"


class CollectionPaidAlready(Conflict):
    """This person has paid their part."""

    code = "collection_paid_already"


class CollectionAsksOthers(Forbidden):
    """This collection asks other people."""

    code = "collection_asks_others"


class RemindedLately(TooMany):
    """The last reminder was a moment ago, or there have been as many as are allowed."""

    code = "reminded_lately"


class NobodyToRemind(Conflict):
    """Nobody is known who has not paid: an open collection's link can be shared again."""

    code = "nobody_to_remind"


class CollectionMalformed(Invalid):
    """People and amounts of the collection do not go together."""

    code = "collection_malformed"


class OwnCollection(Conflict):
    """Nobody pays into their own collection."""

    code = "own_collection"


refusal(1_111, CollectionOver)
refusal(1_112, CollectionPaidAlready)
refusal(1_113, CollectionAsksOthers)
refusal(1_114, RemindedLately)
