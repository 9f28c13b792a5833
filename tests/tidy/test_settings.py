"""Every setting is documented, and nothing is documented that is not there."""

from __future__ import annotations

import ast
import re

from tests.tidy.source import DOCS, calls, product, texts

NAME = re.compile(r"QIANBAO_[A-Z][A-Z_]*[A-Z]")
PAGE = DOCS / "reference" / "settings.md"


def in_code() -> set[str]:
    """The names of all settings the product reads."""
    whole = {
        name for source in product() for node in texts(source.tree) for name in NAME.findall(str(node.value))
    }
    read = {
        f"QIANBAO_{call.args[0].value}"
        for source in product()
        if source.room == "config"
        for call, name in calls(source.tree)
        if name in {"text", "number"} and call.args and isinstance(call.args[0], ast.Constant)
    }
    return whole | read


def in_page() -> set[str]:
    """The names in the first column of the page's tables."""
    rows = re.findall(r"^\| `(QIANBAO_[A-Z_]+)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return set(rows)


def test_every_setting_is_documented() -> None:
    assert not in_code() - in_page()


def test_every_documented_setting_is_read() -> None:
    assert not in_page() - in_code()


def test_every_table_of_the_settings_is_documented() -> None:
    read = {
        call.args[0].value
        for source in product()
        for call, name in calls(source.tree)
        if name.endswith("settings.tables.get") and isinstance(call.args[0], ast.Constant)
    }
    page = PAGE.read_text(encoding="utf-8")
    assert {table for table in read if not re.search(rf"`\[{table}[.\]]", page)} == set()
