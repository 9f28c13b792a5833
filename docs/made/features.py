"""The page of features, made from their registry."""

from __future__ import annotations

from collections.abc import Iterable

from made.markdown import page, table
from qianbao.insight.features.catalogue import FEATURES, hours, kinds, months, places, refunds, rhythm
from qianbao.insight.features.hot.store import NAMES
from qianbao.insight.features.models import Feature

THEMES = {
    "How lately, how often, for how much": rhythm.FEATURES,
    "By month": months.FEATURES,
    "On what, how, and who paid": kinds.FEATURES,
    "When": hours.FEATURES,
    "Where": places.FEATURES,
    "What was given back": refunds.FEATURES,
}


def features() -> str:
    """Every registered feature, by theme."""
    assert sum(map(len, THEMES.values())) == len(FEATURES), "a theme is missing here"
    parts: list[str] = []
    for title, theme in THEMES.items():
        parts += [f"## {title}", table(("feature", "unit", "says", "即"), list(_rows(theme)))]
    hot = ", ".join(f"`{name}`" for name in NAMES)
    return page(
        "Features",
        f"""
{len(FEATURES)} features of a person as of a business day, from purchases in CNY up to that day as they were
known at its end: [what that means](../explanation/features.md). A purchase that was wholly given back counts
as none. Whole numbers are exact and never empty; shares, ratios and entropies are empty where they mean
nothing: a share of nothing. Money is in minor units (fen).

`qianbao insight features` builds them; `--list --json` gives this list to programs. After `@` stands the
version: it rises when what a feature says changes. Kept up to the last payment, not only once a day: {hot}.
""",
        *parts,
    )


def _rows(theme: Iterable[Feature]) -> Iterable[tuple[str, ...]]:
    for one in theme:
        yield f"`{one.key}`", one.unit.value, one.en, one.zh
