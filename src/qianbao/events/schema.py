"""One published JSON Schema (2020-12) an event type.

A file `<room>/schemas/<event type>.json` describes the `data` of that type; the envelope is the same for
all and is added here. Schemas are found by their folders, so a new room is listed nowhere. They are open:
fields may be added to an event at any time, so a reader leaves aside what it does not know.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@cache
def schemas() -> dict[str, dict[str, Any]]:
    """The schema of every event type, by type, in the order of their names."""
    found: dict[str, dict[str, Any]] = {}
    for room in files("qianbao").iterdir():
        folder = room.joinpath("schemas")
        if folder.is_dir():
            for file in folder.iterdir():
                if file.name.endswith(".json"):
                    kind = file.name.removesuffix(".json")
                    assert kind not in found, f"{kind} has two schemas"
                    found[kind] = _whole(kind, msgspec.json.decode(file.read_bytes()))
    return dict(sorted(found.items()))


def _whole(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    title = data.get("title", kind)
    return {
        "$schema": DIALECT,
        "$id": f"urn:qianbao:event:{kind}",
        "title": title,
        "type": "object",
        "required": ["id", "type", "occurred_at", "subject", "data"],
        "properties": {
            "id": {
                "type": "string",
                "format": "uuid",
                "description": "The same at every telling: repeats are known by it.",
            },
            "type": {"const": kind},
            "occurred_at": {"type": "string", "format": "date-time"},
            "subject": {
                "type": "string",
                "format": "uuid",
                "description": "What it is about. Its events are told in the order of their effect.",
            },
            "data": {"type": "object", **data},
        },
    }
