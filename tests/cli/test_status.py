"""What `qianbao status` shows may be shown."""

from __future__ import annotations

import pytest

from qianbao.cli.home import without_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://shop:s3cret@db.example/pay", "postgresql://shop:***@db.example/pay"),
        ("postgresql://postgres@/postgres?host=%2Frun", "postgresql://postgres@/postgres?host=%2Frun"),
    ],
)
def test_a_databases_password_is_not_shown(url: str, shown: str) -> None:
    assert without_password(url) == shown
