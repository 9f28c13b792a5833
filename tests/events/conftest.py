"""The parts of this room, each on the module's database."""

from __future__ import annotations

import pytest

from qianbao.db import Database
from qianbao.events import Feed


@pytest.fixture(scope="module")
def feed(db: Database) -> Feed:
    """The outbox's reader."""
    return Feed(db)
