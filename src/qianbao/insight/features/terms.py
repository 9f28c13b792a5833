"""Terms that definitions are made of: counts and sums under a condition, shares, evenness."""

from __future__ import annotations

from typing import Any

import ibis as _ibis

ibis: Any = _ibis


def share(part: Any, whole: Any) -> Any:
    """A part of a whole; NULL where there is no whole."""
    return part / whole.nullif(0)


def entropy(counts: Any, groups: Any) -> Any:
    """Shannon's entropy of counts over groups, in nats: 0 where all is in one. `groups` counts the rows."""
    total = counts.sum()
    # Exactly 0 for a single group, where the difference would leave what rounding leaves.
    many = total.ln() - (counts * counts.ln()).sum() / total
    return ibis.cases((groups == 1, 0.0), else_=many)


def evenness(parts: list[Any]) -> Any:
    """Shannon's entropy of parts of a whole in nats, each a feature; NULL where all are 0."""
    total: Any = sum(parts)
    total = total.nullif(0)
    terms = (((part / total) * -(part.nullif(0) / total).ln()).fill_null(0.0) for part in parts)
    return sum(terms) + 0 * total
