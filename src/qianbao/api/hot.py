"""The few hot routes: bare ASGI and msgspec, a third of the cost, the same behaviour and the same OpenAPI.

A module of routes names them in `hot`, beside its `router`. The door calls them directly; the application
has them too, so that every other path (405, OpenAPI) knows them.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qianbao.api.deps import KEY_TOLD, REPLAYED, Allowed, command, identify
from qianbao.api.errors import BodyTooLarge, IdempotencyKeyMissing, JsonMalformed, RequestInvalid
from qianbao.api.parts import Parts
from qianbao.api.problems import FAULT, known
from qianbao.api.sessions import token_in
from qianbao.credentials.models import Caller
from qianbao.errors import QianbaoError
from qianbao.ids import Id, parse
from qianbao.journal.models import Receipt

Body = TypeVar("Body", bound=msgspec.Struct)
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

BODY_MAX = 64 * 1024
"""Bytes of a request's body, unless a route says otherwise."""

_log = structlog.get_logger("qianbao.api")
_encode = msgspec.json.Encoder().encode
_JSON: Headers = [(b"content-type", b"application/json")]
_WHERE = re.compile(r" - at `\$\.?([^`]*)`$")
_MISSING = re.compile(r"Object missing required field `([^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class HotRoute(Generic[Body]):
    """One hot route: a POST that moves money, so it has an idempotency key and answers with a receipt."""

    path: str
    """From the root, with at most one `{name}`, the id of a thing."""
    body: type[Body]
    answer: type[msgspec.Struct]
    """The shape of `Receipt.result`, for OpenAPI."""
    guard: Allowed
    handle: Callable[[Parts, Caller, Id | None, Body, Id], Awaitable[Receipt]]
    """(parts, caller, the path's id, body, command) → receipt."""
    errors: tuple[type[QianbaoError], ...]
    summary: str
    tags: tuple[str, ...]
    status: int = 201
    decode: Callable[[bytes], Body] = field(init=False)
    name: str | None = field(init=False)
    """The name of the id in the path."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "decode", msgspec.json.Decoder(self.body).decode)
        found = re.search(r"\{(\w+)\}", self.path)
        object.__setattr__(self, "name", found.group(1) if found else None)

    async def serve(
        self,
        parts: Parts,
        raw_id: str | None,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        receive: Receive,
    ) -> tuple[int, Headers, bytes]:
        """Status, headers and body of the answer. Raises `QianbaoError` and faults."""
        key = headers.get(b"authorization")
        cookie = headers.get(b"cookie")
        caller = self.guard.check(
            await identify(
                parts,
                bearer=key[7:].decode("latin-1").strip() if key and key[:7].lower() == b"bearer " else None,
                session=token_in(cookie, tls=scope.get("scheme") == "https") if cookie else None,
            )
        )
        scope["qianbao.caller"] = caller
        key = headers.get(b"idempotency-key")
        if key is None:
            raise IdempotencyKeyMissing()
        text = key.decode("latin-1")
        if not 0 < len(text) <= 64 or not text.isascii() or not text.isprintable():
            raise RequestInvalid(field="Idempotency-Key", expected="1 to 64 printable characters")
        thing = None if raw_id is None else self._id(raw_id)
        receipt = await self.handle(
            parts, caller, thing, self.read(await body_of(receive)), command(caller, text)
        )
        more = [(REPLAYED.lower().encode(), b"true")] if receipt.replayed else []
        return self.status, [*_JSON, *more], _encode(receipt.result)

    def _id(self, raw: str) -> Id:
        return parse(raw, field=self.name or "id")

    def read(self, raw: bytes) -> Body:
        """The request in a body's bytes. Raises `JsonMalformed`, `RequestInvalid`."""
        try:
            return self.decode(raw)
        except msgspec.ValidationError as wrong:
            text = str(wrong)
            where = _WHERE.search(text)
            missing = _MISSING.search(text)
            name = ".".join(part.group(1) for part in (where, missing) if part and part.group(1)) or "body"
            if missing:
                raise RequestInvalid(f"{name} is missing.", field=name, expected="a value") from None
            raise RequestInvalid(
                f"{name} cannot be used.", field=name, expected=_WHERE.sub("", text)
            ) from None
        except (msgspec.DecodeError, UnicodeDecodeError) as broken:
            raise JsonMalformed(str(broken), expected="JSON (RFC 8259)") from None

    def plain(self) -> Route:
        """The route as Starlette has it, so that another method on its path is a 405."""
        return Route(self.path, _never, methods=["POST"], include_in_schema=False)

    def operation(self) -> dict[str, Any]:
        """The route's operation in OpenAPI, its schemas by reference to components."""
        (asked, answered), _ = self.schemas()
        parameters: list[dict[str, Any]] = [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[ -~]+$"},
                "description": KEY_TOLD,
            }
        ]
        if self.name is not None:
            schema = {"type": "string", "format": "uuid"}
            parameters.insert(0, {"name": self.name, "in": "path", "required": True, "schema": schema})
        return {
            "tags": list(self.tags),
            "summary": self.summary,
            "operationId": re.sub(r"\W+", "_", self.path).strip("_") + "_post",
            "parameters": parameters,
            "requestBody": {"required": True, "content": {"application/json": {"schema": asked}}},
            "responses": {
                str(self.status): {
                    "description": "Done, durably",
                    "headers": {REPLAYED: {"schema": {"type": "string", "enum": ["true"]}}},
                    "content": {"application/json": {"schema": answered}},
                }
            },
        }

    def schemas(self) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
        """The references of body and answer, and the components they refer to."""
        return msgspec.json.schema_components(
            (self.body, self.answer), ref_template="#/components/schemas/{name}"
        )


async def _never(_request: Request) -> Response:
    raise AssertionError("the door serves hot routes itself")


async def body_of(receive: Receive, size_max: int = BODY_MAX) -> bytes:
    """A request's whole body. Raises `BodyTooLarge`."""
    message = await receive()
    raw: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        raw += message.get("body", b"")
        if len(raw) > size_max:
            break
    if len(raw) > size_max:
        raise BodyTooLarge(expected=f"at most {size_max} bytes")
    return raw


class HotTable:
    """Finds the hot route of a path, fast."""

    def __init__(self, routes: list[HotRoute[Any]]) -> None:
        self.routes = routes
        self._exact = {route.path: route for route in routes if route.name is None}
        self._open = [
            (prefix, suffix, route)
            for route in routes
            if route.name is not None
            for prefix, suffix in [re.split(r"\{\w+\}", route.path)]
        ]

    def find(self, path: str) -> tuple[HotRoute[Any], str | None] | None:
        """The route and the id in the path, as it is written."""
        if (exact := self._exact.get(path)) is not None:
            return exact, None
        for prefix, suffix, route in self._open:
            if path.startswith(prefix) and path.endswith(suffix):
                raw = path[len(prefix) : len(path) - len(suffix)]
                if raw and "/" not in raw:
                    return route, raw
        return None


def expected(error: Exception, request_id: str) -> QianbaoError:
    """The house's error for whatever a hot route raised; a fault of ours is logged."""
    found = known(error)
    if found is None:
        _log.error("unexpected", request_id=request_id, exc_info=error)
        found = QianbaoError(FAULT)
    return found
