"""Running something on the parts of this home's network, whether it is up or not."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Generator
from dataclasses import replace
from typing import TypeVar

import uvloop

from qianbao.api.parts import Parts, opened
from qianbao.cli.home import holding, read_running
from qianbao.config import Settings, load
from qianbao.db import embedded

Result = TypeVar("Result")


@contextlib.contextmanager
def running_database(settings: Settings) -> Generator[str]:
    """The URL of the installation's database; its own server is started for the while if it is down."""
    if settings.database_url is not None:
        yield settings.database_url
    elif (running := read_running(settings.home)) is not None:
        yield running.database_url
    else:
        with holding(settings.home):
            server = embedded.start(settings.home)
            try:
                yield server.url
            finally:
                server.stop()


def within(use: Callable[[Parts], Awaitable[Result]]) -> Result:
    """What `use` gives; a database that is down is started for the while."""
    settings = load()

    async def run(url: str) -> Result:
        async with opened(replace(settings, database_url=url), application="qianbao-cli") as parts:
            return await use(parts)

    with running_database(settings) as url:
        return uvloop.run(run(url))
