"""How a lucky packet is divided, pure but for the randomness that is handed in.

`count - 1` different cuts are drawn among the `total - 1` places between one minor unit and the next; the
shares are the gaps between them. Every way to divide the total into `count` shares of at least one minor
unit is then equally likely, so

- the sum is the total, exactly, and no share is empty, whatever is drawn;
- a share's distribution does not depend on its place in the row: nobody gains by being early or late;
- the mean is total / count; the largest of n shares is about ln n times the mean.

Randomness is the operating system's: the shares that are gone say nothing about those to come.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

_WORD = 8


def lucky(total: int, count: int, random: Callable[[int], bytes]) -> tuple[int, ...]:
    """Divide `total` minor units into `count` shares of at least 1. Needs 1 <= count <= total."""
    assert 1 <= count <= total
    places = total - 1
    wanted = count - 1
    if 2 * wanted <= places:
        cuts = sorted(_different(wanted, places, random))
    else:  # fewer places are left out than taken
        left_out = _different(places - wanted, places, random)
        cuts = [place for place in range(1, total) if place not in left_out]
    return tuple(after - before for before, after in pairwise((0, *cuts, total)))


def _different(wanted: int, places: int, random: Callable[[int], bytes]) -> set[int]:
    """`wanted` different places of 1 to `places`, every choice equally likely."""
    chosen: set[int] = set()
    if not wanted:
        return chosen
    fair = 2 ** (8 * _WORD) // places * places  # a number from here on would favour the first places
    while len(chosen) < wanted:
        drawn = random(_WORD * (wanted - len(chosen)))
        for start in range(0, len(drawn), _WORD):
            number = int.from_bytes(drawn[start : start + _WORD], "big")
            if number < fair:
                chosen.add(number % places + 1)
    return chosen
