"""The card of a model as it was just measured: data, split, measures with intervals, limits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from qianbao.errors import NotFound
from qianbao.insight.credit.errors import FileUnwritable
from qianbao.insight.evaluate.figures import Figure


class CardUnknown(NotFound):
    """This comparison is of no model of the house that has a card here."""

    code = "insight_card_unknown"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a model's maker says of it; the rest of its card is measured."""

    model: str
    purpose: str
    data: str
    limits: tuple[str, ...]


def write(path: Path, name: str, about: About, figures: Sequence[Figure]) -> None:
    """Write the card as Markdown. Raises `FileUnwritable`."""
    try:
        path.write_text(card(name, about, figures), encoding="utf-8")
    except OSError as broken:
        raise FileUnwritable(str(broken), field="--card", expected="a path that can be written") from None


def card(name: str, about: About, figures: Sequence[Figure]) -> str:
    """The card as Markdown."""
    lines = [
        f"# Model card: {name}", "", about.model, "",
        f"- Purpose: {about.purpose}", f"- Data: {about.data}", "", "## Measures", "",
    ]  # fmt: skip
    for split in dict.fromkeys(figure.split for figure in figures):
        lines += [f"{split}.", "", "| measure | value | 95 % | beside |", "| --- | ---: | --- | ---: |"]
        for one in (figure for figure in figures if figure.split == split):
            bounds = "" if one.low is None or one.high is None else f"{one.low:.4f} to {one.high:.4f}"
            beside = "" if one.baseline is None else f"{one.baseline:.4f}"
            lines.append(f"| {one.metric} | {one.value:.4f} | {bounds} | {beside} |")
        lines.append("")
    return "\n".join([*lines, "## Limits", "", *(f"- {limit}" for limit in about.limits)]) + "\n"
