"""What is served beside `/api/v1`: health, metrics, OpenAPI and its page (local assets, no inline script)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
)

from qianbao.api.backlog import backlog
from qianbao.api.deps import PartsDep, caller_of, parts_of
from qianbao.api.errors import LoopbackOnly, NotReady, RouteUnknown
from qianbao.api.metrics import exposition
from qianbao.credentials.models import Role
from qianbao.errors import QianbaoError

LOOPBACK = frozenset({"127.0.0.1", "::1"})
FORWARDED = (
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-real-ip",
    "via",
)
"""A request with one of these has been handed on: it is not this machine's own."""
METRICS_MEDIA = "text/plain; version=0.0.4; charset=utf-8"

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Qianbao 钱包 · API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
"""
_START = """window.ui = SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#api", deepLinking: true, persistAuthorization: false, validatorUrl: null,
});
"""


def _assets() -> Path:
    # Found, not imported: only the page's files are wanted.
    spec = importlib.util.find_spec("fastapi_offline")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "static"


async def _watcher(request: Request) -> None:
    """Lets the machine itself and operators through. Raises `LoopbackOnly`."""
    client = request.client
    if client and client.host in LOOPBACK and not any(name in request.headers for name in FORWARDED):
        return
    try:
        caller = await caller_of(request, parts_of(request))
    except QianbaoError:
        raise LoopbackOnly() from None
    if caller.role is not Role.OPERATOR:
        raise LoopbackOnly()


def site(document: dict[str, Any]) -> APIRouter:
    """The routes, for an application whose OpenAPI is `document`."""
    router = APIRouter(include_in_schema=False)
    assets = _assets()

    @router.get("/healthz")
    async def alive() -> PlainTextResponse:
        """Alive."""
        return PlainTextResponse("ok\n")

    @router.get("/readyz")
    async def ready(parts: PartsDep) -> PlainTextResponse:
        """Whether a payment can be taken."""
        try:
            await parts.ready()
        except QianbaoError as away:
            raise NotReady(away.detail) from away
        return PlainTextResponse("ready\n")

    @router.get("/metrics")
    async def metrics(_watched: Annotated[None, Depends(_watcher)], parts: PartsDep) -> Response:
        """Everything that Prometheus is told."""
        told = exposition(parts.settings.home, await backlog(parts))
        return Response(told, media_type=METRICS_MEDIA)

    @router.get("/openapi.json")
    async def described() -> JSONResponse:
        """The OpenAPI document."""
        return JSONResponse(document)

    @router.get("/docs")
    async def docs() -> HTMLResponse:
        """The API's page."""
        return HTMLResponse(_PAGE)

    @router.get("/ca.pem")
    async def authority(parts: PartsDep) -> Response:
        """The certificate of this installation's own authority, for a phone to trust (`qianbao up --lan`)."""
        path = parts.settings.home / "tls" / "ca.pem"
        if not path.exists():
            raise RouteUnknown()
        return Response(path.read_bytes(), media_type="application/x-x509-ca-cert")

    @router.get("/docs/start.js")
    async def start() -> Response:
        """What starts the page."""
        return Response(_START, media_type="text/javascript")

    @router.get("/docs/{name}")
    async def asset(name: str) -> FileResponse:
        """A file of the page."""
        if name not in ("swagger-ui-bundle.js", "swagger-ui.css"):
            raise RouteUnknown()
        return FileResponse(assets / name, headers={"cache-control": "public, max-age=3600"})

    return router
