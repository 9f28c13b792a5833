"""How the product's Python is written."""

from __future__ import annotations

import ast
import re

from tests.tidy.source import Source, calls, dotted, listed, product, specs, texts

MONEY_ROOMS = {"money", "ledger", "journal", "payments", "parties", "channels", "risk", "social"}
TELLS_TIME = {"clock", "ids", "cli"}
"""The command line composes: it is where the machine's clock and random source enter."""


def test_money_is_never_a_float_nor_a_decimal() -> None:
    inexact = [
        source.at(call)
        for source in product()
        if source.room in MONEY_ROOMS
        for call, name in calls(source.tree)
        if name in {"float", "Decimal", "decimal.Decimal"}
    ]
    assert not inexact, listed(inexact, "Money is an int of minor units:")


def test_plans_never_divide_into_fractions() -> None:
    divided = [
        source.at(node)
        for source in product()
        if source.path.name in {"plans.py", "money.py", "fees.py"}
        for node in ast.walk(source.tree)
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
    ]
    assert not divided, listed(divided, "`/` makes a float; use `//`, divmod or money.share:")


CLOCKS = re.compile(
    r"(time\.time|time\.time_ns|datetime\.now|datetime\.datetime\.now|datetime\.utcnow|datetime\.today"
    r"|date\.today|datetime\.date\.today|uuid\.uuid[14]|uuid[14]|random\.\w+|os\.urandom)"
)


def test_clock_and_randomness_come_from_outside() -> None:
    own = [
        f"{source.at(call)}: {name}"
        for source in product()
        if source.room not in TELLS_TIME
        for call, name in calls(source.tree)
        if CLOCKS.fullmatch(name) and not _is_injected(source, name)
    ]
    assert not own, listed(own, "Take a Clock or a random source as a parameter:")


def _is_injected(source: Source, name: str) -> bool:
    # `random.bytes(16)` is fine where `random` is the parameter through which randomness was handed in.
    if not name.startswith("random."):
        return False
    imports = [node for node in ast.walk(source.tree) if isinstance(node, ast.Import)]
    return not any(alias.name == "random" for node in imports for alias in node.names)


def test_everything_public_has_a_docstring() -> None:
    mute = [f"{source.at(node)}: {node.name}" for source in product() for node in _public(source.tree)]
    assert not mute, listed(mute, "Say what it is, in what units, and what it raises:")


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _public(holder: ast.Module | ast.ClassDef) -> list[Definition]:
    """Public definitions without a docstring, methods of public classes too."""
    mute: list[Definition] = []
    for node in holder.body:
        if not isinstance(node, Definition) or node.name.startswith("_"):
            continue
        decorators = {dotted(d.func if isinstance(d, ast.Call) else d) for d in node.decorator_list}
        if decorators & {"overload", "override"} or any(name.endswith(".setter") for name in decorators):
            continue
        if not ast.get_docstring(node):
            mute.append(node)
        if isinstance(node, ast.ClassDef):
            mute.extend(_public(node))
    return mute


def test_only_the_command_line_prints() -> None:
    prints = [
        source.at(call)
        for source in product()
        if source.room != "cli"
        for call, name in calls(source.tree)
        if name == "print"
    ]
    assert not prints, listed(prints, "Rooms log or raise; only the command line speaks:")


SQL_VERB = re.compile(r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|DROP|COPY|WITH|TRUNCATE)\s")


MAKES_SQL = {
    "src/qianbao/insight/features/build.py": "runs what Ibis makes; COPY and CREATE take no parameters",
    "src/qianbao/insight/credit/table.py": "reads columns by the names that a file has, quoted",
    "src/qianbao/console/backups/hashing.py": "hashes every table; names come quoted from the catalogue",
}
"""Files that may make a statement from strings, and why."""


def test_no_sql_is_made_from_strings() -> None:
    made = [
        source.at(node)
        for source in product()
        if source.name not in MAKES_SQL
        for node in ast.walk(source.tree)
        if isinstance(node, ast.JoinedStr)
        and node.values
        and isinstance(first := node.values[0], ast.Constant)
        and isinstance(first.value, str)
        and SQL_VERB.match(first.value)
    ]
    assert not made, listed(made, "Statements stand in queries.sql and take parameters:")


def test_no_error_is_swallowed() -> None:
    broad = {"Exception", "BaseException", ""}
    swallowed = [
        source.at(node.body[0])
        for source in product()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler)
        and (dotted(node.type) if node.type else "") in broad
        and all(isinstance(line, ast.Pass | ast.Continue) for line in node.body)
    ]
    assert not swallowed, listed(swallowed, "Name what may be ignored, and why:")


def test_no_type_is_ignored_without_a_reason() -> None:
    mark = re.compile(r"#\s*(type: ignore|pyright: ignore)(?!(?:\[[^\]]*\])?\s+-\s+\w)")
    ignored = [
        f"{source.name}:{number}"
        for source in product()
        for number, line in enumerate(source.text.splitlines(), 1)
        if mark.search(line)
    ]
    assert not ignored, listed(ignored, "Give the reason after ` - `:")


def test_nothing_is_left_unbuilt() -> None:
    hollow = [
        source.at(node)
        for source in product()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Raise)
        and node.exc is not None
        and "NotImplementedError" in ast.unparse(node.exc)
    ]
    assert not hollow, listed(hollow, "Build it, or leave its name away:")


STEPS_ASIDE = {"pytest.skip", "pytest.xfail", "pytest.importorskip"}
MARKS_ASIDE = {"pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"}
MAY_STEP_ASIDE = {
    "tests/insight/features/test_engines.py": "Spark needs a Java; the set-up has installed one in CI",
    "tests/insight/credit/test_evaluate.py": "published data stays outside; drawn people are rated",
    "tests/insight/test_evaluate.py": "published data may not be copied here; the same runs on drawn data",
    "tests/insight/demand/test_comparisons.py": "published data stays outside; drawn shops are forecast",
    "tests/faults/test_disk_full.py": "only root can make a disk that is small enough to fill",
}
FAKES = {"unittest.mock", "pytest_mock"}


def test_no_test_steps_aside() -> None:
    aside = [
        f"{source.name}:{getattr(node, 'lineno', 0)}"
        for source in specs()
        if source.name not in MAY_STEP_ASIDE
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and dotted(node) in STEPS_ASIDE | MARKS_ASIDE
    ]
    assert not aside, listed(aside, "A test runs everywhere or is not there:")


def test_no_test_fakes_what_it_tests() -> None:
    faked = [
        f"{source.name}:{node.lineno}"
        for source in specs()
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.ImportFrom) and node.module in FAKES)
        or (isinstance(node, ast.Import) and any(alias.name in FAKES for alias in node.names))
        or (isinstance(node, ast.arg) and node.arg in {"monkeypatch", "mocker"})
    ]
    assert not faked, listed(faked, "Inject a clock, ids or randomness; everything else is real:")


def test_no_secret_looking_text_is_kept_in_the_product() -> None:
    secret = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bghp_\w{36}\b")
    kept = [
        source.at(node)
        for source in product()
        for node in texts(source.tree)
        if secret.search(str(node.value))
    ]
    assert not kept, listed(kept, "Keys are drawn per install:")
