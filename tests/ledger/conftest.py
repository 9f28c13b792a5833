"""Which tests need a TigerBeetle server: set QIANBAO_TEST_TIGERBEETLE to its address (host:port) to run them."""

from __future__ import annotations

import os

TIGERBEETLE = os.environ.get("QIANBAO_TEST_TIGERBEETLE", "")
collect_ignore = [] if TIGERBEETLE else ["test_equals_tigerbeetle.py"]
