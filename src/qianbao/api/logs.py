"""Structured logs: one JSON object a line on standard error, without secrets by construction.

Only named values are logged (ids, codes, templates of routes, counts), never a header, a body or an address
with its query; a value under a secret's name is cut out all the same.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
import structlog.tracebacks

_TRACEBACKS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
"""Never the values of variables: a PIN or a key may be among them."""
SECRET = ("password", "pin", "token", "secret", "authorization", "cookie", "key", "code")


def without_secrets(_logger: Any, _method: str, told: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A line's values, those under a secret's name cut out."""
    for name in told:
        if any(name == part or name.endswith(f"_{part}") for part in SECRET):
            told[name] = "…"
    return told


def configure(level: int = logging.INFO) -> None:
    """Let every logger of this process write JSON to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_secrets,
            structlog.processors.ExceptionRenderer(_TRACEBACKS),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
