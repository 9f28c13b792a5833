"""Examples in the documentation are of the form they claim to be."""

from __future__ import annotations

import ast
import json
import textwrap
from pathlib import Path

from qianbao.config import load
from qianbao.parties import brands, kyc
from tests.tidy.pages import pages


def examples(*languages: str) -> list[tuple[str, str]]:
    """(page, text) of every example in these languages."""
    return [(page.name, textwrap.dedent(block)) for page in pages() for block in page.blocks(*languages)]


def test_an_example_of_settings_can_be_loaded(tmp_path: Path) -> None:
    for page, text in examples("toml"):
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")
        settings = load({"QIANBAO_HOME": str(tmp_path)})
        assert brands.load(settings).all, page
        assert kyc.load(settings).limits_of(kyc.KycClass.III), page


def test_an_example_of_json_is_json() -> None:
    for page, text in examples("json"):
        assert json.loads(text) is not None, page


def test_an_example_of_python_is_python() -> None:
    for page, text in examples("python"):
        assert ast.parse(text, filename=page)
