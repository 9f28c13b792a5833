"""The page that says which columns there are is what the code takes."""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from qianbao.clock import nanoseconds
from qianbao.insight.behaviour.models import Kind, Raw, Reason
from qianbao.insight.behaviour.schemas import SCHEMAS, Row, read
from tests.tidy.source import ROOT

PAGE = (ROOT / "docs/reference/behaviour.md").read_text(encoding="utf-8")


def part(title: str) -> str:
    """What stands under a heading."""
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("kind", Kind)
def test_the_page_has_every_column_with_its_default(kind: Kind) -> None:
    said = re.findall(r"^\| `(\w+)` \| (?:`(.+?)`|required) \|", part(kind), re.MULTILINE)
    fields = msgspec.structs.fields(SCHEMAS[kind])
    assert said == [(one.name, "" if one.required else json.dumps(one.default)) for one in fields]


@pytest.mark.parametrize("kind", Kind)
def test_the_example_of_the_page_is_taken(kind: Kind) -> None:
    [example] = re.findall(r"```json\n(.+)\n```", part(kind))
    row = read(kind, Raw(example), now=2**62)
    assert isinstance(row, Row)
    assert nanoseconds(row.happened) > 0


def test_the_page_has_every_reason() -> None:
    said = re.findall(r"^\| `(\w+)` \|", part("Why a row is kept aside"), re.MULTILINE)
    assert said == list(Reason)
