"""What the interval of the monthly capacity promises; apart, so that a server need not load the models."""

from __future__ import annotations

from typing import Final

LEVEL: Final = 0.8
"""The share of months that is to lie within the interval."""
