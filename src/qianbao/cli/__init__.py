"""`qianbao`: the command line."""

from __future__ import annotations

import sys

from rich.console import Console

from qianbao.cli.commands import app
from qianbao.errors import QianbaoError


def main() -> None:
    """Run the command line; a refusal of the house is one line on standard error and exit status 1."""
    try:
        app()
    except QianbaoError as refused:
        hint = f" ({refused.field}: {refused.expected})" if refused.field and refused.expected else ""
        Console(stderr=True).print(f"[red]{refused.code}[/red] {refused.detail}{hint}", highlight=False)
        sys.exit(1)
