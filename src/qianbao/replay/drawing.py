"""The starter city's drawing: where its shops stand and who its people are. Pure, with a fixed seed.

The records give a household, a store and baskets, nothing more. Names, cities, tiers, birth years and brands
are drawn here. Shops that the same households visit are drawn into the same city, as far as it has room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from qianbao.parties.models import CityTier
from qianbao.replay.people import CHAINS, SHOP_KINDS, chain_name, person_name
from qianbao.replay.places import CITIES, City

SEED: Final = 2_017
_ROOM: Final[Mapping[CityTier, tuple[int, int]]] = {
    CityTier.FIRST: (3, 12), CityTier.NEW_FIRST: (5, 9), CityTier.SECOND: (5, 7),
    CityTier.THIRD: (5, 6), CityTier.FOURTH: (3, 5), CityTier.FIFTH: (3, 4),
}  # fmt: skip
"""How many cities of a tier the drawing uses, and how much of all shopping each of them holds, in shares."""
_YOUNGER: Final[Mapping[CityTier, float]] = {
    CityTier.FIRST: 0.20, CityTier.NEW_FIRST: 0.27, CityTier.SECOND: 0.36,
    CityTier.THIRD: 0.48, CityTier.FOURTH: 0.58, CityTier.FIFTH: 0.65,
}  # fmt: skip
"""The share of people who use the younger brand: the smaller the city, the more."""
_BASKET_SMALL, _BASKET_LARGE = 15_00, 38_00
"""Mean baskets, in minor units, below and above which a shop is small or large."""


@dataclass(frozen=True, slots=True)
class Resident:
    """A household's person."""

    name: str
    handle: str
    birth_year: int
    city: City
    younger: bool
    """Whether the wallet is of the younger brand."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A store: its chain is the merchant."""

    chain: str
    name: str
    mcc: str
    city: City


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everybody, by the records' own keys."""

    residents: Mapping[str, Resident]
    shops: Mapping[str, Shop]


def draw(visits: Sequence[tuple[str, str, int, int]]) -> Drawing:
    """Draw the city of (household, store, baskets, minor units) rows: the same rows, the same city."""
    random = Random(SEED)  # noqa: S311 - a drawing that can be repeated, no secret
    by_store: dict[str, list[tuple[str, int]]] = {}
    worth: dict[str, list[int]] = {}
    for household, store, baskets, amount in sorted(visits):
        by_store.setdefault(store, []).append((household, baskets))
        sums = worth.setdefault(store, [0, 0])
        sums[0] += baskets
        sums[1] += amount
    homes, cities = _settle(by_store, random)
    count: dict[City, int] = {}
    shops: dict[str, Shop] = {}
    for store in sorted(by_store):
        baskets, amount = worth[store]
        mean = amount // baskets
        kind, mcc = SHOP_KINDS[(mean >= _BASKET_SMALL) + (mean >= _BASKET_LARGE)]
        # A chain is of one kind, so each kind has its share of the numbers.
        chain = chain_name(random.randrange(CHAINS // 3) * 3 + SHOP_KINDS.index((kind, mcc))) + kind
        city = cities[store]
        count[city] = count.get(city, 0) + 1
        shops[store] = Shop(chain, f"{chain}{city.name}{count[city]}店", mcc, city)
    residents = {home: _resident(home, city, random) for home, city in sorted(homes.items())}
    return Drawing(residents, shops)


def _of(tier: CityTier) -> list[City]:
    return [city for city in CITIES if city.tier is tier]


def _settle(
    by_store: Mapping[str, Sequence[tuple[str, int]]], random: Random
) -> tuple[dict[str, City], dict[str, City]]:
    """Households' and stores' cities: the busiest stores first, each where its visitors already shop."""
    total = sum(baskets for visits in by_store.values() for _, baskets in visits)
    share = {city: _ROOM[tier][1] for tier in CityTier for city in _of(tier)[: _ROOM[tier][0]]}
    room = {city: total * part / sum(share.values()) for city, part in share.items()}
    shopping: dict[str, dict[City, int]] = {}
    cities: dict[str, City] = {}
    busy = {store: sum(baskets for _, baskets in visits) for store, visits in by_store.items()}
    for store in sorted(by_store, key=lambda store: (-busy[store], store)):
        drawn: dict[City, int] = {}
        for household, baskets in by_store[store]:
            for city, before in shopping.get(household, {}).items():
                drawn[city] = drawn.get(city, 0) + min(baskets, before)
        small = busy[store] < total / 500  # corner shops find room anywhere
        open_ones = [city for city in room if small or room[city] >= busy[store] / 2] or list(room)
        city = max(open_ones, key=lambda city: (drawn.get(city, 0), room[city] * random.uniform(0.7, 1.0)))
        cities[store] = city
        room[city] -= busy[store]
        for household, baskets in by_store[store]:
            mine = shopping.setdefault(household, {})
            mine[city] = mine.get(city, 0) + baskets
    homes = {
        household: max(mine, key=lambda city: (mine[city], city.name)) for household, mine in shopping.items()
    }
    return homes, cities


def _resident(household: str, city: City, random: Random) -> Resident:
    name, latin = person_name(random)
    younger = random.random() < _YOUNGER[city.tier]
    born = round(random.triangular(1985, 2008, 2001) if younger else random.triangular(1955, 2002, 1983))
    return Resident(name, f"{latin}{household}", born, city, younger)
