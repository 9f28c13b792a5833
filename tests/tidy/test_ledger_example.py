"""The ledger's page has an example: it runs as it stands there."""

from __future__ import annotations

from typing import Any

from qianbao.db import Database
from tests.tidy.pages import pages


async def test_the_example_of_the_ledgers_page_runs(db: Database) -> None:
    [page] = [page for page in pages() if page.name == "docs/reference/ledger.md"]
    [example] = page.blocks("python")
    names: dict[str, Any] = {}
    exec(compile(example, page.name, "exec"), names)  # noqa: S102 - our own documentation
    await names["pay_once"](db.url)
