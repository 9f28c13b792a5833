"""The OpenAPI document, without a database: `python -m qianbao.api.describe` prints it.

The pages' client is made from it, and so is the reference in the docs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from qianbao.api.app import application
from qianbao.api.routes import hot_routes
from qianbao.api.schema import openapi
from qianbao.config import Settings


def document() -> dict[str, Any]:
    """The document that `GET /openapi.json` gives."""
    door = application(Settings(home=Path("/nowhere"), tables={}))
    return openapi(door.app, list(hot_routes()))


if __name__ == "__main__":
    json.dump(document(), sys.stdout, ensure_ascii=False, indent=1)
