"""One running installation for all tests of the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live import Live, started


@pytest.fixture(scope="session")
def live() -> Iterator[Live]:
    """A running installation, shared: leave its processes alone."""
    with started() as found:
        yield found
