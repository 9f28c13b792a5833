"""Labelled rows from which the model learns before it has seen any of the person's: made by seeded templates.

No row is anybody's: names are put together of words that shops of a kind have in common (`shops.txt`), and of
names that everybody knows (`brands.txt`).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from random import Random
from typing import Final

FAMILY: Final = tuple("王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗")
CITIES: Final = ("北京", "上海", "广州", "深圳", "杭州", "成都", "武汉", "西安", "南京", "长沙", "重庆")
WORDS: Final = ("鑫", "旺", "福", "万家", "阳光", "天天", "好又多", "老街", "小城", "金源", "百姓")
SHAPES: Final = (
    "{family}记{shop}",
    "{city}{word}{shop}",
    "{word}{shop}",
    "{shop}",
    "{family}氏{shop}",
    "{city}{shop}有限公司",
    "{word}{shop}({city}店)",
)
SEED: Final = 9
EACH: Final = 4
"""Names made of every word."""


@cache
def listed(name: str) -> dict[str, tuple[str, ...]]:
    """Words by kind, of a list beside this file: a line that begins with blanks goes on with its kind."""
    found: dict[str, list[str]] = {}
    kind = ""
    for line in files(__package__ or "").joinpath(name).read_text("utf-8").splitlines():
        if not line.startswith(" "):
            kind, _, line = line.partition(":")
        found.setdefault(kind, []).extend(line.split())
    return {kind: tuple(words) for kind, words in found.items()}


def rows(*, seed: int = SEED, each: int = EACH) -> list[tuple[str, str]]:
    """(name, kind), alike for a seed."""
    drawn = Random(seed)  # noqa: S311 - templates, no secret

    def name(shop: str) -> str:
        return drawn.choice(SHAPES).format(
            family=drawn.choice(FAMILY), city=drawn.choice(CITIES), word=drawn.choice(WORDS), shop=shop
        )

    made = [(name(shop), kind) for kind, shops in listed("shops.txt").items() for shop in shops * each]
    known = [(brand, kind) for kind, brands in listed("brands.txt").items() for brand in brands]
    return made + known
