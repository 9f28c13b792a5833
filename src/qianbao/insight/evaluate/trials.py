"""A randomised trial's figures: our ranking beside two models', and whether there is an effect to target."""

from __future__ import annotations

from collections.abc import Iterator

from qianbao.insight.evaluate.figures import Figure
from qianbao.insight.evaluate.measured import About
from qianbao.insight.models.arrays import Floats
from qianbao.insight.response.ranking import METRICS, Measured, worth

NOTHING = "no effect to target"
ABOUT = About(
    model="A logistic regression of both arms whose effect differs between people, drawn towards one effect "
    "for all by a prior learnt from the same people; beside it two regressions, one of each arm.",
    purpose="to choose whom a message, a coupon or a subsidy is given first, and whether to choose at all",
    data="a table of people of whom some were treated at random, with what was known before and what came",
    limits=(
        "Where treatment was not dealt at random, none of these numbers means anything.",
        "It ranks by the outcome that was measured, within the time that it was measured in.",
        "Intervals are over people, with the models as fitted; another trial differs by more.",
        "Nobody's group is looked at: who is left out by a ranking is to be checked before it is used.",
    ),
)


def figures(
    name: str,
    prefix: str,
    *,
    treated: Floats,
    outcome: Floats,
    score: Floats,
    two_models: Floats,
    split: str,
    seconds: float,
) -> Iterator[Figure]:
    """Every figure of one arm against those without. The scores were made without these people."""
    ours, plain = worth(score, treated, outcome), worth(two_models, treated, outcome)
    found = ours.to_target()
    split = f"{split}; {'an effect to target' if found else NOTHING}"

    def told(metric: str, of: Measured, baseline: float | None = None) -> Figure:
        return Figure(
            name=name, metric=f"{prefix}{metric}", value=of.value, low=of.low, high=of.high,
            baseline=baseline, split=split, seconds=seconds,
        )  # fmt: skip

    mine, other = ours.metrics(), plain.metrics()
    yield told("average_effect", mine["average_effect"])
    for key in METRICS[1:]:
        yield told(key, mine[key], other[key].value)
    for key in METRICS[1:]:
        yield told(f"two_models.{key}", other[key])
    yield told("qini_over_two_models", ours.qini_over(plain), 0.0)
    yield Figure(
        name=name, metric=f"{prefix}effect_to_target", value=float(found), split=split, seconds=seconds
    )
