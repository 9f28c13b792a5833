"""Running something on the parts of this home's network, whether it is up or not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import uvloop

from qianbao.api.parts import Parts, opened
from qianbao.cli.keep import running_database
from qianbao.config import load

Result = TypeVar("Result")


def within(use: Callable[[Parts], Awaitable[Result]]) -> Result:
    """What `use` gives; a database that is down is started for the while."""
    settings = load()

    async def run(url: str) -> Result:
        async with opened(replace(settings, database_url=url), application="qianbao-cli") as parts:
            return await use(parts)

    with running_database(settings) as url:
        return uvloop.run(run(url))
