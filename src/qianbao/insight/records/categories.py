"""What a merchant category code (ISO 18245) is to a person: one of a dozen kinds of spending."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Category(StrEnum):
    """A kind of spending, as the picture shows it."""

    GROCERIES = "groceries"
    DINING = "dining"
    SHOPPING = "shopping"
    TRANSPORT = "transport"
    TRAVEL = "travel"
    HOME = "home"
    BILLS = "bills"
    """Water, power, telephone, internet."""
    HEALTH = "health"
    EDUCATION = "education"
    LEISURE = "leisure"
    SERVICES = "services"
    OTHER = "other"


IN_CHINESE: Final[Mapping[Category, str]] = {
    Category.GROCERIES: "食品日杂", Category.DINING: "餐饮", Category.SHOPPING: "购物",
    Category.TRANSPORT: "交通", Category.TRAVEL: "旅行", Category.HOME: "家居", Category.BILLS: "生活缴费",
    Category.HEALTH: "医疗健康", Category.EDUCATION: "教育", Category.LEISURE: "休闲娱乐",
    Category.SERVICES: "服务", Category.OTHER: "其他",
}  # fmt: skip
"""Every kind, in order."""

RANGES: Final = (
    (700, 1499, Category.SERVICES),
    (1500, 1799, Category.HOME),
    (3000, 3350, Category.TRAVEL),  # airlines
    (3351, 3500, Category.TRAVEL),  # car hire
    (3501, 3999, Category.TRAVEL),  # hotels
    (4011, 4011, Category.TRANSPORT),
    (4111, 4112, Category.TRANSPORT),
    (4119, 4121, Category.TRANSPORT),
    (4131, 4131, Category.TRANSPORT),
    (4411, 4411, Category.TRAVEL),
    (4511, 4582, Category.TRAVEL),
    (4722, 4723, Category.TRAVEL),
    (4784, 4789, Category.TRANSPORT),
    (4812, 4900, Category.BILLS),
    (5200, 5271, Category.HOME),
    (5297, 5299, Category.GROCERIES),
    (5411, 5499, Category.GROCERIES),
    (5511, 5599, Category.TRANSPORT),  # cars, fuel
    (5712, 5722, Category.HOME),
    (5811, 5814, Category.DINING),
    (5815, 5818, Category.LEISURE),  # digital goods
    (5912, 5912, Category.HEALTH),
    (5921, 5921, Category.GROCERIES),
    (5975, 5976, Category.HEALTH),
    (5983, 5983, Category.BILLS),
    (5000, 5999, Category.SHOPPING),  # what the lines above leave
    (6000, 6999, Category.SERVICES),
    (7011, 7033, Category.TRAVEL),
    (7511, 7549, Category.TRANSPORT),
    (7829, 7999, Category.LEISURE),
    (7000, 7799, Category.SERVICES),
    (8011, 8099, Category.HEALTH),
    (8211, 8351, Category.EDUCATION),
    (8000, 8999, Category.SERVICES),
    (9000, 9999, Category.SERVICES),
)
"""From, to, kind: the first line that holds the code says what it is."""


def _table() -> dict[str, Category]:
    table: dict[str, Category] = {}
    for low, high, category in RANGES:
        for code in range(low, high + 1):
            table.setdefault(f"{code:04d}", category)
    return table


_BY_CODE: Final = _table()


def category(mcc: str) -> Category:
    """The kind of a code; `OTHER` for a text that is none, or is empty."""
    return _BY_CODE.get(mcc, Category.OTHER)
