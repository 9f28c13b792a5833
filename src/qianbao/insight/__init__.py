"""What people consume, and what follows from it: records out of events, user models, and what they tell.

It reads events (`events/`) and who the parties are (`parties/`), and never a room in which something is
bought. Everything here knows people by a pseudonym; the row that says whose it is can be destroyed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from qianbao.insight.models.bgnbd import BgNbd
    from qianbao.insight.notebook import Notebook


def open(url: str | None = None, **chosen: Any) -> Notebook:
    """An installation's records, features and models in a notebook: see `qianbao.insight.notebook.open`."""
    from qianbao.insight import notebook  # loads DuckDB and the models, which no server needs

    return notebook.open(url, **chosen)


def synthetic(folder: Path | str) -> Notebook:
    """Records that `qianbao insight synth` has written: see `qianbao.insight.notebook.synthetic`."""
    from qianbao.insight import notebook

    return notebook.synthetic(folder)


def fit_bgnbd(features: Any, *, unit_days: float = 7.0) -> BgNbd:
    """BG/NBD on a table of features: see `qianbao.insight.notebook.fit_bgnbd`."""
    from qianbao.insight import notebook

    return notebook.fit_bgnbd(features, unit_days=unit_days)
