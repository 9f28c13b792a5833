"""The payments' small town, with its tills' shifts and its merchants' statements."""

from __future__ import annotations

import pytest

from qianbao.settlement.room import Settlement, opened
from tests.payments.conftest import Town, town

__all__ = ["settlement", "town"]


@pytest.fixture(scope="module")
async def settlement(town: Town) -> Settlement:
    """The settlement room on the town's books."""
    return opened(town.db, payments=town.room)
