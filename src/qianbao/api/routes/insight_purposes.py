"""`/insight/purposes`: the register of purposes, open to all."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from qianbao.api.deps import PartsDep, anybody
from qianbao.api.routes.insight_access_log import WordsView
from qianbao.insight.purposes import REGISTER, Basis, Purpose

router = APIRouter(prefix="/insight", tags=["insight"])


class PurposeView(BaseModel):
    """What the register says of a purpose."""

    purpose: Purpose
    about: WordsView
    basis: Basis = Field(description="consent: asked first · objection: until a no · law: the person's right")
    asked_first: bool
    processor: WordsView
    retention_days: int
    models: list[str]


class PurposeList(BaseModel):
    """The register."""

    items: list[PurposeView]


@router.get("/purposes", dependencies=[anybody()])
async def list_purposes(parts: PartsDep) -> PurposeList:
    """What records of consumption are read for here: what for, why it may be, by whom, for how long."""
    kept = parts.insight.rules.retention_days
    return PurposeList(
        items=[
            PurposeView(
                purpose=purpose,
                about=WordsView.of(rule.about),
                basis=rule.basis,
                asked_first=not rule.unsaid,
                processor=WordsView.of(rule.processor),
                retention_days=kept[purpose],
                models=list(rule.models),
            )
            for purpose, rule in REGISTER.items()
        ]
    )
