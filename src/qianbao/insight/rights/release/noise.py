"""Noise, by OpenDP: the discrete Gaussian (Canonne, Kamath, Steinke 2020). Whoever releases loads it.

`qianbao[release]` brings it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any, Final

from qianbao.errors import Unavailable

TOLERANCE: Final = 1e-6
"""Of ρ: what floating point may be off, as a share."""


class OpenDpMissing(Unavailable):
    """OpenDP is not installed here, so nothing across stores is told: `pip install 'qianbao[release]'`."""

    code = "opendp_missing"


def installed() -> bool:
    """Whether OpenDP is here."""
    return importlib.util.find_spec("opendp") is not None


def measurement(size: int, *, bound: float, sd: float, rho: float) -> Any:
    """What noises `size` whole numbers, none of which one person changes by more than `bound` in the L2 norm.

    OpenDP's own account of it is held against `rho`. Raises `OpenDpMissing`.
    """
    if not installed():
        raise OpenDpMissing()
    import opendp.prelude as opendp

    dp: Any = opendp
    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T="i64"), size=size), dp.l2_distance(T="f64")
    made = dp.m.make_gaussian(*space, scale=sd)
    told: float = made.map(bound)
    assert told <= rho * (1 + TOLERANCE), (told, rho)
    return made


def noised(values: Sequence[int], *, bound: float, sd: float, rho: float) -> list[int]:
    """The numbers with noise on them. Raises `OpenDpMissing`."""
    found: list[int] = measurement(len(values), bound=bound, sd=sd, rho=rho)(list(values))
    return found
