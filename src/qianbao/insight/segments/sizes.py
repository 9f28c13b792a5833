"""What a merchant is told of a count: with noise, in tens, and not at all of a few. Pure, randomness given.

A merchant can have people of its own among its customers, and knows when somebody's last visit was. Were
counts exact, it could wait until one person falls out of a group, and see whether they had been in it. So
each count gets noise once a day (two-sided geometric: ε = 0.5 of one person), and what is told is in tens.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from qianbao.insight.scores.models import GROUP_MIN

EPSILON: Final = 0.5
STEP: Final = 10
_WHOLE: Final = 2**53


def told(count: int, random: Callable[[int], bytes]) -> int | None:
    """About how many; None where the noisy count is below the least group size."""
    noisy = count + _geometric(random) - _geometric(random)
    if noisy < GROUP_MIN:
        return None
    return noisy // STEP * STEP


def _geometric(random: Callable[[int], bytes]) -> int:
    """Failures before the first success, each of e^-ε."""
    uniform = (int.from_bytes(random(8)) >> 11) / _WHOLE
    return math.floor(math.log1p(-uniform) / -EPSILON)
