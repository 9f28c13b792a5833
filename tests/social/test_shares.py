"""How a lucky packet is divided: the sum, the smallest share, and no place better than another."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from qianbao.social.packet.shares import lucky


@given(st.data(), st.integers(1, 200))
def test_the_sum_is_exact_and_no_share_is_empty(data: st.DataObject, count: int) -> None:
    total = data.draw(st.one_of(st.integers(count, count + 20), st.integers(count, 10**13)))
    seed = data.draw(st.integers(0, 2**64))
    shares = lucky(total, count, Random(seed).randbytes)
    assert len(shares) == count
    assert sum(shares) == total
    assert min(shares) >= 1


def test_a_hundred_thousand_shares_of_one_fen_more_than_each_needs() -> None:
    shares = lucky(100_001, 100_000, Random(5).randbytes)
    assert Counter(shares) == {1: 99_999, 2: 1}


def test_every_way_to_divide_is_equally_likely() -> None:
    # 8 into 3 has 21 ways. Chi-square, 20 degrees of freedom: 45.3 is passed once in a thousand seeds.
    ways = {(a, b - a, 8 - b) for a, b in combinations(range(1, 8), 2)}
    random = Random(20_261_125)
    drawn = 42_000
    seen = Counter(lucky(8, 3, random.randbytes) for _ in range(drawn))
    assert set(seen) == ways
    expected = drawn / len(ways)
    assert sum((seen[way] - expected) ** 2 / expected for way in ways) < 45.3


def test_no_place_in_the_row_is_better_than_another() -> None:
    total, count, drawn = 20_00, 10, 20_000
    random = Random(8_888)
    sums = [0] * count
    luckiest = [0] * count
    for _ in range(drawn):
        shares = lucky(total, count, random.randbytes)
        for place, share in enumerate(shares):
            sums[place] += share
        luckiest[shares.index(max(shares))] += 1
    # Each share is about exponential with mean 200 and deviation 180: five deviations of the mean are 6.4.
    assert all(abs(one / drawn - total / count) < 6.4 for one in sums), sums
    # The luckiest sits anywhere: 2,000 expected, deviation 42.
    assert all(abs(one - drawn / count) < 5 * 42 for one in luckiest), luckiest


def test_dense_and_sparse_packets_are_drawn_alike() -> None:
    # Few cuts are chosen, of many those left out: on either side the mean of every place is even.
    for total, count in ((20, 10), (20, 12), (21, 11)):
        random = Random(total * count)
        sums = [0] * count
        for _ in range(20_000):
            for place, share in enumerate(lucky(total, count, random.randbytes)):
                sums[place] += share
        assert all(abs(one / 20_000 - total / count) < 0.06 for one in sums), (total, count, sums)
