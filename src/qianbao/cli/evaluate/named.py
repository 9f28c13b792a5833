"""Sets that are known by name: each a module of `qianbao.insight.evaluate`, loaded only when asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Final

from qianbao.cli.evaluate.options import Card, Data, Json, Since, Until, asked
from qianbao.cli.evaluate.shown import fitting, show
from qianbao.insight.evaluate.figures import Figure
from qianbao.insight.evaluate.measured import CardUnknown, write

SETS: Final = {
    "bitcoinotc": "What a social graph says of a newcomer, beyond what the newcomer has done alone.",
    "capacity": "Monthly spending of households, each month forecast from the months before it.",
    "cdnow": "Repeat purchases of a cohort beside the published figures of BG/NBD and its kin.",
    "completejourney": "Coupons used in campaigns, split by time, and what each source of signs adds.",
    "hillstrom": "An e-mail dealt at random: whose visits it adds, arm by arm.",
    "joined": "What joined sources of data add, set by set.",
    "koubei": "Customers of 2,000 shops by day, two weeks ahead.",
    "needs": "In which kinds households pay within 30 days, split by time.",
    "koubei_sources": "What calendar, shop facts, page views and weather add to the forecast of koubei.",
}
"""Name and what is compared, one a line."""


def command(name: str) -> Callable[..., None]:
    """The command that evaluates one set."""

    def run(
        data: Data = None,
        since: Since = None,
        until: Until = None,
        card: Card = None,
        as_json: Json = False,
    ) -> None:
        with fitting():
            module = importlib.import_module(f"qianbao.insight.evaluate.{name}")
            about = getattr(module, "ABOUT", None)
            if card is not None and about is None:
                raise CardUnknown(f"{name} has no card here.", field="--card", expected="another comparison")
            figures: list[Figure] = module.evaluate(asked(data, since, until))
            if card is not None and about is not None:
                write(card, name, about, figures)
        show(figures, as_json=as_json)

    return run
