"""Some tests need a TigerBeetle server: QIANBAO_TEST_TIGERBEETLE is its address (host:port)."""

from __future__ import annotations

import os

TIGERBEETLE = os.environ.get("QIANBAO_TEST_TIGERBEETLE", "")
collect_ignore = [] if TIGERBEETLE else ["test_equals_tigerbeetle.py"]
