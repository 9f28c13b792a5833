"""Every error leaves as RFC 9457 `application/problem+json`, with a stable code and what to mend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import asyncpg
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from qianbao.api.errors import (
    IdempotencyKeyMissing,
    JsonMalformed,
    MethodUnknown,
    RequestInvalid,
    RouteUnknown,
)
from qianbao.db.pool import LOST, DatabaseLost
from qianbao.errors import Forbidden, OutcomeUnknown, QianbaoError, Unauthenticated

MEDIA = "application/problem+json"
FAULT = "Something went wrong on our side; it has been logged under this request's id."

_log = structlog.get_logger("qianbao.api")


class Problem(BaseModel):
    """An error, as every endpoint tells it (RFC 9457)."""

    type: str
    """A URI reference of the code: its line in the list of errors."""
    title: str
    status: int
    detail: str
    code: str
    """Stable: programs may rely on it."""
    field: str | None
    """What to mend, where it is one field."""
    expected: str | None
    request_id: str
    ask: str | None = None
    """Where the outcome can be asked for, when it is unknown."""


def body(error: QianbaoError, request_id: str, key: str | None = None) -> dict[str, Any]:
    """The members of an error's problem; `key`: the request's idempotency key, by which an unknown outcome is
    asked for."""
    told: dict[str, Any] = {
        "type": f"/api/v1/errors#{error.code}",
        "title": error.title(),
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "field": error.field,
        "expected": error.expected,
        "request_id": request_id,
    }
    ask = error.ask
    if ask is None and key and isinstance(error, OutcomeUnknown):
        ask = f"/api/v1/receipts/{quote(key, safe='')}"
    if ask is not None:
        told["ask"] = ask
    return told


def headers(error: QianbaoError) -> dict[str, str]:
    """The headers that go with an error's problem."""
    told: dict[str, str] = {}
    if error.retry_after_s is not None:
        told["Retry-After"] = str(error.retry_after_s)
    if error.status == 401:
        told["WWW-Authenticate"] = "Bearer"
    if error.replayed:
        told["Idempotency-Replayed"] = "true"
    return told


def known(error: Exception) -> QianbaoError | None:
    """The house's own error for what went wrong, or None when it is a fault of ours."""
    if isinstance(error, QianbaoError):
        return error
    if isinstance(error, asyncpg.CharacterNotInRepertoireError | asyncpg.UntranslatableCharacterError):
        return RequestInvalid("A text holds a character that cannot be stored.", expected="text without NUL")
    if isinstance(error, LOST):
        return DatabaseLost()
    return None


def request_id(request: Request) -> str:
    """The id that the door gave this request."""
    return str(request.scope.get("qianbao.request_id", ""))


def answer(request: Request, error: QianbaoError, extra: Mapping[str, str] | None = None) -> Response:
    """An error's response."""
    return JSONResponse(
        body(error, request_id(request), request.headers.get("idempotency-key")),
        status_code=error.status,
        headers={**headers(error), **(extra or {})},
        media_type=MEDIA,
    )


def of_validation(problem: Mapping[str, Any]) -> QianbaoError:
    """The house's error for the first thing that pydantic found wrong."""
    place = tuple(problem["loc"])
    if problem["type"] == "json_invalid":
        return JsonMalformed(str(problem.get("ctx", {}).get("error", "")) or "", expected="JSON (RFC 8259)")
    name = ".".join(str(part) for part in place[1:]) or (str(place[0]) if place else "body")
    if place[:1] == ("header",):
        name = "-".join(part.capitalize() for part in name.split("-"))
        if name == "Idempotency-Key" and problem["type"] == "missing":
            return IdempotencyKeyMissing()
    if problem["type"] == "missing":
        return RequestInvalid(f"{name} is missing.", field=name, expected="a value")
    return RequestInvalid(f"{name} cannot be used.", field=name, expected=str(problem["msg"]))


def install(app: FastAPI) -> None:
    """Let every error of `app` leave as a problem."""

    async def house(request: Request, error: Exception) -> Response:
        found = known(error)
        if found is None:
            _log.error("unexpected", request_id=request_id(request), exc_info=error)
            found = QianbaoError(
                "Something went wrong on our side; it has been logged under this request's id."
            )
        return answer(request, found)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(request, of_validation(error.errors()[0]))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        match error.status_code:
            case 404:
                return answer(request, RouteUnknown())
            case 405:
                return answer(request, MethodUnknown(), error.headers)
            case 401:
                return answer(request, Unauthenticated(str(error.detail)))
            case 403:
                return answer(request, Forbidden(str(error.detail)))
            case 400 if isinstance(error.__cause__, QianbaoError):  # while the body was read
                return answer(request, error.__cause__)
            case 400:
                return answer(request, JsonMalformed(expected="JSON (RFC 8259)"))
            case _:
                return await house(request, error)

    app.add_exception_handler(QianbaoError, house)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(asyncpg.PostgresError, house)
    app.add_exception_handler(OSError, house)
    app.add_exception_handler(Exception, house)


def problems(*kinds: type[QianbaoError]) -> dict[int | str, dict[str, Any]]:
    """A route's `responses`: the errors of its own that it may answer with, beside those of every route.

    `@router.post("/trades/{trade_id}/close", responses=problems(TradeNotFound, TradeClosed))`
    """
    told: dict[int | str, dict[str, Any]] = {}
    for status in sorted({kind.status for kind in kinds}):
        codes = [kind for kind in kinds if kind.status == status]
        told[status] = shape("; ".join(f"`{kind.code}`: {kind.title()}" for kind in codes))
    return told


def shape(description: str) -> dict[str, Any]:
    """A response of OpenAPI that is a problem."""
    return {
        "description": description,
        "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
