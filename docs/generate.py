"""Write the reference pages that repeat what the code says. `make docs` runs it; a test holds them equal.

python docs/generate.py          write the pages
python docs/generate.py --check  exit 1 when a page differs from the code
"""

from __future__ import annotations

import sys
from pathlib import Path

from made import doors, features, rooms

REFERENCE = Path(__file__).resolve().parent / "reference"

PAGES = {
    "command-line.md": doors.command_line,
    "errors.md": rooms.errors,
    "events.md": doors.events,
    "features.md": features.features,
    "http-api.md": doors.http_api,
    "ledger-results.md": rooms.ledger_results,
    "limits.md": rooms.limits,
    "rules.md": rooms.rules,
    "states.md": rooms.states,
}


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
