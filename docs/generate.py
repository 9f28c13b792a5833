"""Write the reference pages that repeat what the code says. `make docs` runs it; a test holds them equal.

python docs/generate.py          write the pages
python docs/generate.py --check  exit 1 when a page differs from the code
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import fields
from enum import Enum, StrEnum
from pathlib import Path
from types import ModuleType

import qianbao
from qianbao.errors import QianbaoError, leaves
from qianbao.money import AMOUNT_MAX, show

REFERENCE = Path(__file__).resolve().parent / "reference"
MADE = "<!-- Made by docs/generate.py from the code: change it there. -->"


def modules() -> list[ModuleType]:
    """Every module of the product, imported."""
    return [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(qianbao.__path__, "qianbao.")
        if not found.name.endswith("__main__")
    ]


def page(title: str, *parts: str) -> str:
    """A whole page: title, the note that it is made, its parts."""
    return "\n\n".join([f"# {title}", MADE, *(part.strip("\n") for part in parts)]) + "\n"


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table; bars within cells are escaped."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def first_sentence(text: str | None) -> str:
    """The first paragraph of a docstring in one line."""
    return " ".join((inspect.cleandoc(text or "")).split("\n\n")[0].split())


def attribute_docs(kind: type) -> dict[str, str]:
    """What the strings under a class's attributes say, by attribute."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(tree, ast.ClassDef)
    said: dict[str, str] = {}
    for line, after in zip(tree.body, tree.body[1:], strict=False):
        match line, after:
            case (
                ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                said[name] = first_sentence(text)
            case _:
                pass
    return said


FAMILIES = {
    400: "The request is not of the right form",
    401: "Nobody is signed in",
    403: "Not allowed",
    404: "Not there, or not yours to see",
    409: "Not in this state",
    413: "Too large",
    422: "Refused by a rule of the books",
    429: "Too many tries",
    503: "Away for the moment",
    500: "Our fault",
}


def errors() -> str:
    """Every error code, by status."""
    modules()
    by_status: dict[int, list[type[QianbaoError]]] = {}
    for kind in leaves():
        by_status.setdefault(kind.status, []).append(kind)
    parts: list[str] = []
    for status in sorted(by_status, key=lambda status: (status == 500, status)):
        rows = [(f"`{kind.code}`", kind.title()) for kind in by_status[status]]
        parts += [f"## {status} {FAMILIES.get(status, '')}".rstrip(), table(("code", "means"), rows)]
    return page(
        "Error codes",
        """
An error is `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, `code`, `request_id`
and, where they help, `field`, `expected` and the path to ask under. A program decides by `code`, which is
stable; `detail` is for people and may change. `GET /api/v1/errors` gives the same list.
""",
        *parts,
    )


def machines() -> Iterator[tuple[type[StrEnum], Mapping[StrEnum, frozenset[StrEnum]]]]:
    """Every state machine of the house: a module's `NEXT`, from a state to those that may follow."""
    seen: set[type[StrEnum]] = set()
    for module in modules():
        following = vars(module).get("NEXT")
        if isinstance(following, Mapping) and following:
            kind = type(next(iter(following)))
            if issubclass(kind, StrEnum) and kind not in seen and kind.__module__ == module.__name__:
                seen.add(kind)
                yield kind, following


def states() -> str:
    """Every state machine as the table that it is in the code."""
    parts: list[str] = []
    for kind, following in machines():
        said = attribute_docs(kind)
        rows = [
            (
                f"`{state}`",
                said.get(state.name, ""),
                ", ".join(f"`{after}`" for after in kind if after in following[state]) or "the end",
            )
            for state in kind
        ]
        name = "".join(f" {c.lower()}" if c.isupper() else c for c in kind.__name__).strip()
        title = name.removesuffix(" state").capitalize()
        parts += [f"## {title}", first_sentence(kind.__doc__), table(("state", "means", "may become"), rows)]
    return page(
        "State machines",
        "The code decides by these tables. A change of state that is not in them cannot be planned.",
        *parts,
    )


def limits() -> str:
    """The limits of each KYC class, as they are without configuration."""
    kyc = importlib.import_module("qianbao.parties.kyc")
    models = importlib.import_module("qianbao.parties.models")
    config = importlib.import_module("qianbao.config")
    classes: list[Enum] = list(models.KycClass)
    chosen = kyc.load(config.Settings(home=Path("/"), tables={}))
    said = attribute_docs(kyc.Limits)
    rows: list[tuple[str, ...]] = []
    for field in fields(kyc.Limits):
        values = [getattr(chosen.limits_of(one), field.name) for one in classes]
        shown = [
            "none" if v == AMOUNT_MAX else str(v) if field.name.endswith("count_max") else f"¥{show(v)}"
            for v in values
        ]
        rows.append((f"`{field.name}`", said.get(field.name, ""), *shown))
    return page(
        "Limits by KYC class",
        inspect.cleandoc(kyc.__doc__ or ""),
        first_sentence(inspect.cleandoc(kyc.Limits.__doc__ or "").split("\n\n", 1)[1]),
        table(("limit", "of", *(f"class {one.value}" for one in classes)), rows),
    )


PAGES = {"errors.md": errors, "states.md": states, "limits.md": limits}


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` say which differ."""
    status = 0
    for name, make in PAGES.items():
        path, text = REFERENCE / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if "--check" in arguments:
            print(f"docs/reference/{name} differs from the code: run `make docs`.")
            status = 1
        else:
            path.write_text(text, encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
