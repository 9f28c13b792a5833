"""Some made-up weeks of a made-up person, in every layout: `lives.json`, which the page's tests read too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

Row = tuple[str, ...]

_TABLE: Final = json.loads(Path(__file__).with_name("lives.json").read_text("utf-8"))


def _rows(layout: str) -> tuple[Row, ...]:
    return tuple(map(tuple, _TABLE[layout]["rows"]))


def _columns(layout: str) -> Row:
    return tuple(_TABLE[layout]["columns"])


WECHAT: Final = _columns("wechat")
ALIPAY: Final = _columns("alipay")
ALIPAY_WEB: Final = _columns("alipay_web")
JD: Final = _columns("jd")
MEITUAN: Final = _columns("meituan")
WECHAT_ROWS: Final = _rows("wechat")
ALIPAY_ROWS: Final = _rows("alipay")
ALIPAY_WEB_ROWS: Final = _rows("alipay_web")
JD_ROWS: Final = _rows("jd")
MEITUAN_ROWS: Final = _rows("meituan")
FLOWS: Final[dict[str, str]] = {layout: one["flows"] for layout, one in _TABLE.items() if "flows" in one}
"""What each row means, by layout."""
TOGETHER: Final = _TABLE["together"]
"""What four of them come to."""
