"""The codes that merchants' programs rely on."""

from __future__ import annotations

import importlib
import pkgutil
import re

import qianbao
from qianbao.errors import QianbaoError, leaves


def everything() -> list[type[QianbaoError]]:
    """Every error of the house, after every module has been imported."""
    for module in pkgutil.walk_packages(qianbao.__path__, "qianbao."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return leaves()


def test_every_error_code_is_unique_and_well_formed() -> None:
    codes = [kind.code for kind in everything()]
    assert len(codes) == len(set(codes))
    assert not [code for code in codes if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", code)]


def test_every_error_has_a_title_that_is_a_sentence() -> None:
    mute = [f"{kind.__module__}.{kind.__name__}" for kind in everything() if not kind.__doc__]
    assert not mute, mute
    ragged = [kind.code for kind in everything() if not kind.title().rstrip().endswith((".", "?"))]
    assert not ragged, f"the first line of the docstring is the title, one whole sentence: {ragged}"


OUR_FAULT = {"internal", "commit_failed"}


def test_an_error_is_of_a_family_that_has_a_status() -> None:
    stray = [kind.code for kind in everything() if kind.status == 500 and kind.code not in OUR_FAULT]
    assert not stray, stray
