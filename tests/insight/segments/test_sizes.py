"""What a merchant is told of a count gives no single customer away."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from qianbao.insight.scores.models import GROUP_MIN
from qianbao.insight.segments.sizes import EPSILON, STEP, told

DRAWS = 40_000


def drawn(count: int, *, seed: int) -> Counter[int | None]:
    """What is told of a count, over many days."""
    random = np.random.default_rng(seed)
    return Counter(told(count, random.bytes) for _ in range(DRAWS))


@pytest.mark.parametrize("count", [0, 3, 12, 19, 20, 24, 29, 30, 1_000])
def test_who_guesses_whether_one_more_is_in_it_is_hardly_better_than_a_coin(count: int) -> None:
    one, other = drawn(count, seed=1), drawn(count + 1, seed=2)
    best = sum(max(one[size], other[size]) for size in one.keys() | other.keys()) / (2 * DRAWS)
    bound = math.exp(EPSILON) / (1 + math.exp(EPSILON))
    assert best <= bound + 5 * math.sqrt(0.25 / DRAWS)
    for size in one.keys() & other.keys():
        if min(one[size], other[size]) > 400:
            assert abs(math.log(one[size] / other[size])) <= EPSILON + 0.3


def test_a_size_is_told_in_tens_and_near_what_it_is() -> None:
    random = np.random.default_rng(3)
    counts = range(400, 400 + STEP)
    sizes = [told(count, random.bytes) or 0 for count in counts for _ in range(2_000)]
    assert {size % STEP for size in sizes} == {0}
    assert np.mean(sizes) == pytest.approx(np.mean(counts) - (STEP - 1) / 2, abs=0.2)


def test_of_a_few_nothing_is_told() -> None:
    assert drawn(2, seed=4)[None] > 0.999 * DRAWS
    assert all(size is None or size >= GROUP_MIN for size in drawn(GROUP_MIN, seed=5))
