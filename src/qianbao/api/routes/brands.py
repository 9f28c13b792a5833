"""The wallet brands of this network, and the KYC classes with their limits."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from qianbao.api.deps import PartsDep, anybody
from qianbao.money import AMOUNT_MAX
from qianbao.parties.brands import Identification
from qianbao.parties.models import KycClass

router = APIRouter(tags=["people and wallets"])


class BrandView(BaseModel):
    """A wallet brand."""

    key: str
    name_zh: str
    name_en: str
    house: str
    code_prefix: str
    """Its payers' codes begin so."""
    identification: Identification
    colour: str


class BrandList(BaseModel):
    """The brands that are switched on."""

    items: list[BrandView]


class LimitsView(BaseModel):
    """The limits of each of a person's wallets, minor units; null: none."""

    kyc_class: KycClass
    currency: str
    day_max: int | None
    year_max: int | None
    life_max: int | None
    static_day_max: int | None
    pinless_each_max: int | None
    pinless_day_max: int | None
    pinless_day_count_max: int


class LimitsList(BaseModel):
    """The limits of every class."""

    items: list[LimitsView]


@router.get("/brands", dependencies=[anybody()])
async def list_brands(parts: PartsDep) -> BrandList:
    """The wallet brands of this network."""
    return BrandList(
        items=[
            BrandView(
                key=brand.key,
                name_zh=brand.name_zh,
                name_en=brand.name_en,
                house=brand.house,
                code_prefix=brand.code_prefix,
                identification=brand.identification,
                colour=brand.colour,
            )
            for brand in parts.brands.all
        ]
    )


@router.get("/kyc-classes", dependencies=[anybody()])
async def list_kyc_classes(parts: PartsDep) -> LimitsList:
    """The KYC classes and their limits."""

    def most(figure: int) -> int | None:
        return None if figure >= AMOUNT_MAX else figure

    shown: list[LimitsView] = []
    for kyc_class in KycClass:
        limits = parts.kyc.limits_of(kyc_class)
        shown.append(
            LimitsView(
                kyc_class=kyc_class,
                currency="CNY",
                day_max=most(limits.day_max),
                year_max=most(limits.year_max),
                life_max=most(limits.life_max),
                static_day_max=most(limits.static_day_max),
                pinless_each_max=most(limits.pinless_each_max),
                pinless_day_max=most(limits.pinless_day_max),
                pinless_day_count_max=limits.pinless_day_count_max,
            )
        )
    return LimitsList(items=shown)
