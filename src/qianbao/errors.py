"""One exception tree. Each leaf has a stable code that merchants' programs may rely on.

The families say what kind of no it is (and so the HTTP status); a room derives its own leaves where it
refuses. `GET /api/v1/errors` lists every leaf.
"""

from __future__ import annotations

from typing import ClassVar


class QianbaoError(Exception):
    """The root. `code` is stable; `detail` is for people; `field` and `expected` say what to mend."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(
        self,
        detail: str = "",
        *,
        field: str | None = None,
        expected: str | None = None,
        retry_after_s: int | None = None,
        ask: str | None = None,
    ) -> None:
        super().__init__(detail or type(self).title())
        self.detail = detail or type(self).title()
        self.field = field
        self.expected = expected
        self.retry_after_s = retry_after_s
        self.ask = ask
        """The path under which the outcome can be asked for, where it is unknown."""
        self.replayed = False
        """Whether this is the stored answer to an earlier sending of the same command."""

    @classmethod
    def title(cls) -> str:
        """The first line of the class's docstring: what this code means, whatever the case."""
        return (cls.__doc__ or cls.code).strip().splitlines()[0]


class Invalid(QianbaoError):
    """The request is not of the form that this endpoint takes."""

    code = "invalid"
    status = 400


class Unauthenticated(QianbaoError):
    """Nobody is signed in, or the credential is wrong, expired or revoked."""

    code = "unauthenticated"
    status = 401


class Forbidden(QianbaoError):
    """The caller is known and may not do this."""

    code = "forbidden"
    status = 403


class NotFound(QianbaoError):
    """There is no such thing, or it is not the caller's to see."""

    code = "not_found"
    status = 404


class Conflict(QianbaoError):
    """The thing is not in a state that allows this."""

    code = "conflict"
    status = 409


class Refused(QianbaoError):
    """Well-formed, allowed, and refused by a rule of the books or of risk. No money moved."""

    code = "refused"
    status = 422


class TooMany(QianbaoError):
    """Too many tries in too short a time."""

    code = "too_many"
    status = 429


class Unavailable(QianbaoError):
    """Something this needs is away for the moment. Nothing was done; the same request may be sent again."""

    code = "unavailable"
    status = 503

    def __init__(self, detail: str = "", *, retry_after_s: int = 1, ask: str | None = None) -> None:
        super().__init__(detail, retry_after_s=retry_after_s, ask=ask)


class OutcomeUnknown(Unavailable):
    """The line was lost while it was being done: it may or may not have been. Ask, or send the same again."""

    code = "outcome_unknown"


def leaves() -> list[type[QianbaoError]]:
    """Every class of the tree that has been imported, by code; each code once."""
    found: dict[str, type[QianbaoError]] = {}
    queue: list[type[QianbaoError]] = [QianbaoError]
    while queue:
        kind = queue.pop()
        queue.extend(kind.__subclasses__())
        if "code" in vars(kind):
            assert kind.code not in found or found[kind.code] is kind, f"two errors share {kind.code}"
            found[kind.code] = kind
    return [found[code] for code in sorted(found)]
