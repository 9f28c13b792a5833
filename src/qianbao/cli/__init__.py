"""`qianbao`: the command line."""

from __future__ import annotations

import logging
import sys

from rich.console import Console
from rich.markup import escape

from qianbao.api import logs
from qianbao.cli.commands import app
from qianbao.errors import QianbaoError


def main() -> None:
    """Run the command line; a refusal of the house is one line on standard error and exit status 1."""
    logs.configure(logging.WARNING)
    try:
        app()
    except QianbaoError as refused:
        hint = f" ({refused.field}: {refused.expected})" if refused.field and refused.expected else ""
        told = escape(f"{refused.detail}{hint}")
        Console(stderr=True).print(f"[red]{refused.code}[/red] {told}", highlight=False, soft_wrap=True)
        sys.exit(1)
