"""The application: FastAPI with every module of routes, behind the door."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator

import msgspec
from fastapi import FastAPI

from qianbao import __version__
from qianbao.api import logs, problems
from qianbao.api.background import going, servers
from qianbao.api.door import Door, Rates
from qianbao.api.metrics import watch
from qianbao.api.pages import pages
from qianbao.api.parts import opened
from qianbao.api.routes import hot_routes, routers
from qianbao.api.schema import openapi
from qianbao.api.site import site
from qianbao.config import Settings, load

PREFIX = "/api/v1"


def application(settings: Settings) -> Door:
    """The ASGI application of one server process."""
    logs.configure()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with opened(settings) as parts, going(servers(parts)):
            app.state.parts = parts
            watch(parts.journal, parts.stream)
            yield

    app = FastAPI(
        title="Qianbao 钱包",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    problems.install(app)
    for router in routers():
        app.include_router(router, prefix=PREFIX)
    hot = list(hot_routes())
    for route in hot:
        app.router.routes.append(route.plain())
    document = openapi(app, hot)
    app.include_router(site(document))
    app.router.default = pages
    return Door(app, hot, msgspec.convert(settings.tables.get("api", {}), Rates))


def create() -> Door:
    """The application of this process's environment: what a server is given."""
    return application(load())
