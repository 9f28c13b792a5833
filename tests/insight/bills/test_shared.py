"""The page's reader and this one know the same layouts."""

from __future__ import annotations

from tests.insight.bills.shared import FILE, text


def test_the_page_shares_every_name_word_and_pattern() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "python -m tests.insight.bills.shared"
