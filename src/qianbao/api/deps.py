"""What a route may ask for: the parts, the caller and what they may do, the idempotency key, a page.

A route says who may call it in its signature, in one way, and OpenAPI shows it (`x-roles`, `x-scope`):

    @router.post("/trades/{trade_id}/refunds", status_code=201, responses=problems(RefundTooLarge))
    async def refund_trade(
        trade_id: Id,
        body: RefundRequest,
        key: IdempotencyKey,
        caller: Annotated[Caller, allowed(Role.CASHIER, Role.OWNER, scope=Scope.REFUNDS_WRITE)],
        parts: PartsDep,
        response: Response,
    ) -> RefundView:
        receipt = await refund.refund(caller, db=parts.db, …, command=command(caller, key), …)
        return answered(receipt, response, RefundView)

A route for everybody has `dependencies=[anybody()]`. A route with neither does not start.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Header, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from qianbao.api import audit
from qianbao.api.errors import NobodySignedIn, RoleRefused, ScopeMissing
from qianbao.api.parts import Parts
from qianbao.api.sessions import bearer_of, session_of
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.events.models import CursorMalformed
from qianbao.ids import Id, derive
from qianbao.journal.models import Receipt
from qianbao.money import AMOUNT_MAX, Currency

Model = TypeVar("Model", bound=BaseModel)


def parts_of(request: Request) -> Parts:
    """The parts of the process that serves this request."""
    parts: Parts = request.app.state.parts
    return parts


PartsDep = Annotated[Parts, Depends(parts_of)]
"""Every opened part of this process."""


async def caller_of(request: Request, parts: PartsDep) -> Caller:
    """Whom the bearer key or the session cookie belongs to; what the audit log keeps is written here.

    Raises `NobodySignedIn`, `CredentialUnknown`, `AuditUnwritten`.
    """
    caller = await identify(parts, bearer=bearer_of(request.scope), session=session_of(request.scope))
    request.scope["qianbao.caller"] = caller
    await audit.asked(request, caller, parts)
    return caller


async def identify(parts: Parts, *, bearer: str | None, session: str | None) -> Caller:
    """Whom a bearer key or a session's token belongs to. Raises `NobodySignedIn`, `CredentialUnknown`."""
    credential = bearer or session
    if credential is None:
        raise NobodySignedIn()
    return await parts.credentials.authenticator.authenticate(credential)


CallerDep = Annotated[Caller, Depends(caller_of)]
"""Anybody who is signed in, and any API key; mostly a route says more, with `allowed`."""

EVERY_ROLE = tuple(Role)


@dataclass(frozen=True)
class Allowed:
    """The dependency that lets only some roles through, and of API keys only those with a scope."""

    roles: tuple[Role, ...]
    scope: Scope | None

    async def __call__(self, caller: CallerDep) -> Caller:
        """The caller. Raises `RoleRefused`, `ScopeMissing`."""
        return self.check(caller)

    def check(self, caller: Caller) -> Caller:
        """The caller, if they may. Raises `RoleRefused`, `ScopeMissing`."""
        if caller.role not in self.roles:
            raise RoleRefused(expected=", ".join(self.roles))
        if caller.scopes is not None and self.scope not in caller.scopes:
            raise ScopeMissing(expected=self.scope or "a person's session: no API key may do this")
        return caller


@dataclass(frozen=True)
class Anybody:
    """The dependency of a route that is open to all. It checks nothing: it says so."""

    async def __call__(self) -> None:
        """Nothing to check."""


def allowed(*roles: Role, scope: Scope | None = None) -> Any:
    """For `Annotated[Caller, allowed(…)]`: only these roles; API keys only with `scope` (None: none)."""
    return Depends(Allowed(roles, scope))


def anybody() -> Any:
    """For `dependencies=[anybody()]`: open to all, signed in or not."""
    return Depends(Anybody())


KEY_TOLD = "Yours to choose, one for each thing you want done. The same key again gets the first answer."

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=64,
        pattern=r"^[ -~]+$",
        description=KEY_TOLD,
    ),
]
"""The caller's own id of a command. Missing: 400 `idempotency_key_missing`."""


def command(caller: Caller, key: str) -> Id:
    """The command's id: nobody but this caller can name or read it."""
    return derive(caller.id, key)


REPLAYED = "Idempotency-Replayed"


def answered(receipt: Receipt, response: Response, model: type[Model]) -> Model:
    """A command's answer; a repeat's says so in the header `Idempotency-Replayed: true`."""
    if receipt.replayed:
        response.headers[REPLAYED] = "true"
    return model.model_validate(receipt.result)


Amount = Annotated[int, Field(strict=True, ge=1, le=AMOUNT_MAX, description="Minor units", examples=[28_16])]
"""An amount of money in a request: whole minor units, at least one."""

CurrencyCode = Annotated[
    str,
    Field(pattern=f"^({'|'.join(c.letters for c in Currency)})$", description="ISO 4217", examples=["CNY"]),
]
"""The three letters of a currency in a request."""

Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""One line of text in a request: no control characters."""

PageSize = Annotated[int, Query(alias="limit", ge=1, le=100, description="At most this many")]
"""How long a page of a list may be. Give it a default: `limit: PageSize = 20`."""

CursorText = Annotated[
    str | None, Query(alias="cursor", max_length=512, description="`next_cursor` of the page before")
]
"""Where a page of a list begins. Read it with `cursor_read`, make it with `cursor_made`."""


def cursor_made(*place: int | str) -> str:
    """A cursor that stands for a place in a list: the last row's sort key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()


Place = TypeVar("Place", bound=tuple[Any, ...])


def cursor_read(cursor: str | None, place: type[Place]) -> Place | None:
    """The place that a cursor stands for, as `place` (`tuple[int, Id]`); None for the first page. Its numbers
    are such as a row can have.

    Raises `CursorMalformed`.
    """
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        found = msgspec.json.decode(raw, type=place)
    except (ValueError, msgspec.DecodeError):
        found = None
    if found is None or any(isinstance(one, int) and not 0 <= one <= AMOUNT_MAX for one in found):
        raise CursorMalformed(field="cursor", expected="the next_cursor of an earlier answer, unchanged")
    return found
