"""Where a request carries its credential: an API key in `Authorization`, a browser's session in a cookie.

The cookie is HttpOnly and SameSite=Strict; over TLS it is Secure and bound to this host by its name's prefix.
No token ever travels in an address.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "qianbao_session"
COOKIE_TLS = f"__Host-{COOKIE}"

Scope = MutableMapping[str, Any]


def _header(scope: Scope, name: bytes) -> bytes | None:
    pairs: Iterable[tuple[bytes, bytes]] = scope["headers"]
    return next((value for key, value in pairs if key == name), None)


def bearer_of(scope: Scope) -> str | None:
    """The key of `Authorization: Bearer …`, if the request has one."""
    value = _header(scope, b"authorization")
    if value is None or value[:7].lower() != b"bearer ":
        return None
    return value[7:].decode("latin-1").strip()


def session_of(scope: Scope) -> str | None:
    """The session's token from the cookie, if the request has one."""
    value = _header(scope, b"cookie")
    return None if value is None else token_in(value, tls=scope.get("scheme") == "https")


def token_in(cookies: bytes, *, tls: bool) -> str | None:
    """The session's token in a Cookie header."""
    wanted = (COOKIE_TLS if tls else COOKIE).encode()
    for part in cookies.split(b";"):
        name, _, value = part.strip().partition(b"=")
        if name == wanted:
            return value.decode("latin-1")
    return None


def open_session(request: Request, response: Response, token: str, *, lasts_s: int) -> None:
    """Hand a new session's token to the browser."""
    tls = request.url.scheme == "https"
    response.set_cookie(
        COOKIE_TLS if tls else COOKIE,
        token,
        max_age=lasts_s,
        path="/",
        secure=tls,
        httponly=True,
        samesite="strict",
    )


def close_session(request: Request, response: Response) -> None:
    """Take the session's token back from the browser."""
    tls = request.url.scheme == "https"
    response.delete_cookie(
        COOKIE_TLS if tls else COOKIE, path="/", secure=tls, httponly=True, samesite="strict"
    )
