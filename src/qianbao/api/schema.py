"""OpenAPI as it is true: who may call what (`x-roles`, `x-scope`), and every error as a problem."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from qianbao import __version__
from qianbao.api.deps import EVERY_ROLE, Allowed, Anybody, caller_of
from qianbao.api.hot import HotRoute
from qianbao.api.problems import Problem, problems, shape
from qianbao.api.sessions import COOKIE
from qianbao.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    OutcomeUnknown,
    QianbaoError,
    TooMany,
    Unauthenticated,
    Unavailable,
)

ABOUT = """The open mobile-payment network. Amounts are integers of minor units beside `currency`; times
are RFC 3339. A request that moves money carries `Idempotency-Key`; sent again it gets the first answer.
Errors are RFC 9457 problems with a stable `code` (`GET /api/v1/errors` lists them)."""


class RouteUnguarded(AssertionError):
    """A route says neither who may call it nor that anybody may."""


class SignedIn(Allowed):
    """The guard of a route that asks for `CallerDep` alone: every role, and any API key."""


SIGNED_IN = SignedIn(EVERY_ROLE, None)


def guard_of(dependant: Dependant) -> Allowed | Anybody:
    """Who may call a route. Raises `RouteUnguarded`."""
    found = next(_guards(dependant), None)
    if found is None and any(inner.call is caller_of for inner in dependant.dependencies):
        return SIGNED_IN
    if found is None:
        raise RouteUnguarded(f"{dependant.path}: say `allowed(…)` or `anybody()`")
    return found


def _guards(dependant: Dependant) -> Iterator[Allowed | Anybody]:
    for inner in dependant.dependencies:
        if isinstance(inner.call, Allowed | Anybody):
            yield inner.call
        yield from _guards(inner)


def openapi(app: FastAPI, hot: Sequence[HotRoute[Any]]) -> dict[str, Any]:
    """The whole document. Raises `RouteUnguarded` for a route that says not who may call it."""
    told = get_openapi(title="Qianbao 钱包", version=__version__, description=ABOUT, routes=app.routes)
    for context in iter_route_contexts(app.routes):
        route = context.route if isinstance(context.route, APIRoute) else None
        if route is None or not context.include_in_schema:
            continue
        for method in context.methods or ():
            _finish(told["paths"][context.path_format][method.lower()], guard_of(context.dependant))
    schemas = told.setdefault("components", {}).setdefault("schemas", {})
    for route in hot:
        operation = route.operation()
        operation["responses"] |= {str(status): shown for status, shown in problems(*route.errors).items()}
        _finish(operation, route.guard)
        told["paths"].setdefault(route.path, {})["post"] = operation
        schemas |= route.schemas()[1]
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    told["components"]["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
        "key": {"type": "http", "scheme": "bearer", "description": "A merchant's API key"},
    }
    return told


def _finish(operation: dict[str, Any], guard: Allowed | Anybody) -> None:
    responses: dict[str, Any] = operation["responses"]
    responses.pop("422", None) if "HTTPValidationError" in str(responses.get("422")) else None
    families: list[type[QianbaoError]] = [Invalid]
    if isinstance(guard, Allowed):
        by_key = guard.scope is not None or guard is SIGNED_IN
        operation["x-roles"] = list(guard.roles)
        operation["x-scope"] = guard.scope
        operation["security"] = [{"session": []}, {"key": []}] if by_key else [{"session": []}]
        families += [Unauthenticated, Forbidden]
    else:
        operation["x-roles"] = []
        operation["x-scope"] = None
        operation["security"] = []
    if any(parameter["in"] == "path" for parameter in operation.get("parameters", ())):
        families.append(NotFound)
    if any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", ())):
        families += [Conflict, OutcomeUnknown]
    for kind in (*families, TooMany, Unavailable):
        responses.setdefault(str(kind.status), shape(kind.title()))
    responses.setdefault("default", shape("Any other error"))
