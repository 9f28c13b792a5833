"""Every event type has one published schema, and the schemas are sound."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

import qianbao
from qianbao.clock import rfc3339
from qianbao.events import Position, Told, schemas
from tests.events.told import fresh

SOURCE = Path(qianbao.__file__).parent
NAMED = re.compile(
    r"""(?:Event\([^)]*?type=|told = |change\([^"]*?|_plan\([^"]*?)"([a-z_]+\.[a-z_]+)\"""", re.DOTALL
)


@pytest.mark.parametrize("kind", schemas())
def test_a_schema_is_valid_and_says_what_each_field_is(kind: str) -> None:
    schema = schemas()[kind]
    jsonschema_rs.meta.validate(schema)
    data = schema["properties"]["data"]
    assert schema["properties"]["type"]["const"] == kind
    assert set(data["required"]) <= set(data["properties"])
    assert all(described for described in data["properties"].values())
    assert data["title"] != kind


def test_every_event_type_that_the_code_names_has_a_schema() -> None:
    named = {
        kind for plans in SOURCE.rglob("*.py") for kind in NAMED.findall(plans.read_text(encoding="utf-8"))
    }
    assert named, "the pattern finds nothing any more"
    assert named <= schemas().keys()


def test_an_events_body_is_of_its_schema() -> None:
    data: dict[str, Any] = {"kind": "wallet", "by": "holder", "reason": "lost"}
    told = Told(
        id=fresh(),
        type="account.frozen",
        at=1_764_000_000_123_456_789,
        subject=fresh(),
        data=msgspec.json.encode(data).decode(),
        position=Position(1, 1),
    )
    body = msgspec.json.decode(told.body)
    assert body["occurred_at"] == rfc3339(told.at)
    check = jsonschema_rs.validator_for(schemas()["account.frozen"], validate_formats=True)
    check.validate(body)
    with pytest.raises(jsonschema_rs.ValidationError):
        check.validate(body | {"data": data | {"by": "thief"}})
