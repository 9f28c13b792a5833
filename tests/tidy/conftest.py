"""What the documentation's tests share: an installation as a new user has it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live import Live, started


@pytest.fixture(scope="session")
def house() -> Iterator[Live]:
    """An installation of its own, without the starter city."""
    with started() as live:
        yield live
