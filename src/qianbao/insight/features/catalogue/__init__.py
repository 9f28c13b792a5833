"""The registered features, by theme."""

from __future__ import annotations

from typing import Final

from qianbao.insight.features.catalogue import hours, kinds, months, places, refunds, rhythm
from qianbao.insight.features.models import Registry, registry

FEATURES: Final[Registry] = registry(
    rhythm.FEATURES, months.FEATURES, kinds.FEATURES, hours.FEATURES, places.FEATURES, refunds.FEATURES
)
"""Every feature, by name."""
