"""What the door itself refuses, before any room is asked."""

from __future__ import annotations

from qianbao.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated, Unavailable


class RequestInvalid(Invalid):
    """A part of the request is missing or has a value that this endpoint does not take."""

    code = "request_invalid"


class RequestMalformed(Invalid):
    """What was sent is no HTTP request, or its head is longer than 64 KiB. The line is closed."""

    code = "request_malformed"


class JsonMalformed(Invalid):
    """The body is no JSON."""

    code = "json_malformed"


class IdempotencyKeyMissing(Invalid):
    """A request that moves money needs the header Idempotency-Key, so that it can be sent again safely."""

    code = "idempotency_key_missing"

    def __init__(self) -> None:
        super().__init__(field="Idempotency-Key", expected="1 to 64 printable characters, yours to choose")


class CommandUnknown(NotFound):
    """Nothing stands under this idempotency key: nothing was done, and the same request may be sent again."""

    code = "command_unknown"


class RouteUnknown(NotFound):
    """There is no such address."""

    code = "route_unknown"


class AccountHidden(NotFound):
    """There is no such account, or it is not the caller's to see."""

    code = "account_hidden"


class MethodUnknown(Invalid):
    """This address does not take that method; the header Allow says which it takes."""

    code = "method_unknown"
    status = 405


class BodyTooLarge(Invalid):
    """The body is larger than this endpoint takes."""

    code = "body_too_large"
    status = 413


class ContentTypeWrong(Invalid):
    """The body has a content type that this endpoint does not take."""

    code = "content_type_wrong"
    status = 415

    def __init__(self) -> None:
        super().__init__(field="Content-Type", expected="application/json")


class NobodySignedIn(Unauthenticated):
    """This needs a session or an API key, and the request has neither."""

    code = "nobody_signed_in"


class OriginRefused(Forbidden):
    """A signed-in browser may only send this from the network's own pages."""

    code = "origin_refused"

    def __init__(self) -> None:
        super().__init__(field="Origin", expected="the origin of this server")


class RoleRefused(Forbidden):
    """The caller's role may not do this."""

    code = "role_refused"


class ScopeMissing(Forbidden):
    """The API key lacks the scope that this needs."""

    code = "scope_missing"


class RateLimited(TooMany):
    """Too many requests in too short a time; the header Retry-After says when to go on."""

    code = "rate_limited"


class LoopbackOnly(Forbidden):
    """This is told to the machine itself and to operators only."""

    code = "loopback_only"


class NotReady(Unavailable):
    """The network cannot take a payment at the moment."""

    code = "not_ready"


class InUse(Conflict):
    """Another installation runs on this home or this port."""

    code = "in_use"
