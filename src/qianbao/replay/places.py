"""Fifty well-known Chinese cities with the tier that retail counts them to and where they lie.

Tiers follow the yearly ranking that is usually quoted (Yicai's, as of 2025); positions are of the city's
centre, in degrees, to a hundredth.
"""

from __future__ import annotations

from typing import Final

import msgspec

from qianbao.parties.models import CityTier


class City(msgspec.Struct, frozen=True):
    """A city of the table."""

    name: str
    tier: CityTier
    longitude: float | None
    latitude: float | None


CITIES: Final = (
    City("上海", CityTier.FIRST, 121.47, 31.23),
    City("北京", CityTier.FIRST, 116.41, 39.90),
    City("广州", CityTier.FIRST, 113.26, 23.13),
    City("深圳", CityTier.FIRST, 114.06, 22.54),
    City("成都", CityTier.NEW_FIRST, 104.07, 30.57),
    City("杭州", CityTier.NEW_FIRST, 120.21, 30.25),
    City("重庆", CityTier.NEW_FIRST, 106.55, 29.56),
    City("武汉", CityTier.NEW_FIRST, 114.31, 30.59),
    City("苏州", CityTier.NEW_FIRST, 120.59, 31.30),
    City("西安", CityTier.NEW_FIRST, 108.94, 34.34),
    City("南京", CityTier.NEW_FIRST, 118.80, 32.06),
    City("长沙", CityTier.NEW_FIRST, 112.94, 28.23),
    City("天津", CityTier.NEW_FIRST, 117.20, 39.08),
    City("郑州", CityTier.NEW_FIRST, 113.63, 34.75),
    City("青岛", CityTier.NEW_FIRST, 120.38, 36.07),
    City("宁波", CityTier.NEW_FIRST, 121.62, 29.86),
    City("合肥", CityTier.NEW_FIRST, 117.23, 31.82),
    City("无锡", CityTier.SECOND, 120.31, 31.49),
    City("昆明", CityTier.SECOND, 102.83, 24.88),
    City("福州", CityTier.SECOND, 119.30, 26.07),
    City("厦门", CityTier.SECOND, 118.09, 24.48),
    City("沈阳", CityTier.SECOND, 123.47, 41.68),
    City("济南", CityTier.SECOND, 117.12, 36.65),
    City("大连", CityTier.SECOND, 121.61, 38.91),
    City("哈尔滨", CityTier.SECOND, 126.53, 45.80),
    City("温州", CityTier.SECOND, 120.70, 27.99),
    City("南宁", CityTier.SECOND, 108.37, 22.82),
    City("石家庄", CityTier.SECOND, 114.51, 38.04),
    City("贵阳", CityTier.SECOND, 106.63, 26.65),
    City("南昌", CityTier.SECOND, 115.86, 28.68),
    City("徐州", CityTier.SECOND, 117.28, 34.21),
    City("太原", CityTier.SECOND, 112.55, 37.87),
    City("兰州", CityTier.THIRD, 103.83, 36.06),
    City("海口", CityTier.THIRD, 110.20, 20.04),
    City("扬州", CityTier.THIRD, 119.41, 32.39),
    City("桂林", CityTier.THIRD, 110.18, 25.23),
    City("宜昌", CityTier.THIRD, 111.29, 30.69),
    City("湖州", CityTier.THIRD, 120.09, 30.89),
    City("遵义", CityTier.THIRD, 106.93, 27.73),
    City("襄阳", CityTier.THIRD, 112.12, 32.01),
    City("九江", CityTier.THIRD, 115.95, 29.66),
    City("大理", CityTier.FOURTH, 100.27, 25.61),
    City("西宁", CityTier.FOURTH, 101.78, 36.62),
    City("黄山", CityTier.FOURTH, 118.34, 29.72),
    City("曲靖", CityTier.FOURTH, 103.80, 25.49),
    City("天水", CityTier.FOURTH, 105.72, 34.58),
    City("丽江", CityTier.FIFTH, 100.23, 26.86),
    City("普洱", CityTier.FIFTH, 100.97, 22.83),
    City("安康", CityTier.FIFTH, 109.03, 32.68),
    City("吐鲁番", CityTier.FIFTH, 89.19, 42.95),
)

_BY_NAME: Final = {city.name: city for city in CITIES}
UNKNOWN: Final = "不详"
"""What a store's city is called where the records name none."""


def city(name: str) -> City:
    """The city of that name (with or without 市); one that the table lacks is taken for fifth tier."""
    found = _BY_NAME.get(name.removesuffix("市"))
    return found or City(name or UNKNOWN, CityTier.FIFTH, None, None)
