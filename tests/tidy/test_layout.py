"""How the house is laid: sizes, names, layers."""

from __future__ import annotations

import ast
import re

from importlinter import cli as import_linter

from tests.tidy.source import DOCS, PACKAGE, ROOT, TESTS, listed, product, specs, sql_files

LINES_MAX = 400
"""A longer file has more than one thing to say."""

LONGER = {
    "src/qianbao/ledger/functions/decide.sql": 430,  # one loop over one batch; PL/pgSQL has no cheap call
}
"""Files that may be longer, to which length, and why."""

NAMES_FOR_ANYTHING = {"util", "utils", "helper", "helpers", "manager", "managers", "misc", "common", "stuff"}
"""A name that fits anything collects everything."""


def test_no_file_of_the_product_is_longer_than_four_hundred_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path in [*(source.path for source in product()), *sql_files()]
        if (lines := path.read_text(encoding="utf-8").count("\n"))
        > LONGER.get(path.relative_to(ROOT).as_posix(), LINES_MAX)
    ]
    assert not long, listed(long, "Split these by responsibility:")


def test_no_file_has_a_name_that_fits_anything() -> None:
    vague = [
        str(path.relative_to(ROOT))
        for folder in (PACKAGE, TESTS, DOCS)
        for path in folder.rglob("*")
        if "built" not in path.parts  # the pages' files are named by their tool
        if NAMES_FOR_ANYTHING & set(re.split(r"[_.\-]", path.name.lower()))
    ]
    assert not vague, listed(vague, "Name these by what they hold:")


def test_no_class_has_a_name_that_fits_anything() -> None:
    vague = [
        f"{source.name}: {name}"
        for source in product()
        for name in re.findall(r"^\s*class (\w*(?:Manager|Helper|Utils?)\w*)\b", source.text, re.MULTILINE)
    ]
    assert not vague, listed(vague, "Name these by what they are:")


def test_a_line_imports_only_lines_below_it() -> None:
    status = import_linter.lint_imports(
        config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True
    )
    assert status == 0, "lint-imports names the broken contract above"


def test_every_room_says_what_it_is() -> None:
    described = {
        source.path.parent
        for source in product()
        if source.path.name == "__init__.py" and ast.get_docstring(source.tree)
    }
    rooms = [path.parent for path in PACKAGE.glob("*/__init__.py")]
    mute = [str(room.relative_to(ROOT)) for room in rooms if room not in described]
    assert not mute, listed(mute, "A room's __init__.py says in a docstring what lives there:")


def test_no_work_is_left_for_later() -> None:
    later = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b")
    pages = [path for path in (*DOCS.rglob("*.md"), *sql_files()) if path.is_file()]
    files = [source.path for source in (*product(), *specs())] + pages
    marked = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if later.search(line)
    ]
    assert not marked, listed(marked, "Do it now, or file an issue:")
