"""LightGBM, loaded when trees are grown and not before: some machines lack the library that it stands on."""

from __future__ import annotations

from typing import Any

from qianbao.errors import Unavailable


class BoostingUnavailable(Unavailable):
    """LightGBM does not load on this machine; it needs the system's OpenMP library (libgomp)."""

    code = "insight_boosting_unavailable"


def library() -> Any:
    """The package, which carries no types. Raises `BoostingUnavailable`."""
    try:
        import lightgbm
    except OSError as missing:
        raise BoostingUnavailable(str(missing)) from None
    return lightgbm
