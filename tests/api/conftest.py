"""One running installation for all tests of the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live import Live, started


@pytest.fixture(scope="package")
def live() -> Iterator[Live]:
    """A running installation, shared: leave its processes alone. Its ready person pays in many tests, so
    more than five times a day without a PIN."""
    with started("[kyc.III]\npinless_day_count_max = 1000\n") as found:
        yield found
