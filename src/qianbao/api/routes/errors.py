"""`GET /errors`: every code that an answer may carry. Also the example of a module of routes."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from qianbao.api.deps import anybody
from qianbao.errors import leaves

router = APIRouter(tags=["about"])


class ErrorView(BaseModel):
    """One kind of error."""

    code: str
    status: int
    title: str


class ErrorList(BaseModel):
    """Every kind of error, by code."""

    items: list[ErrorView]


@router.get("/errors", dependencies=[anybody()])
async def list_errors() -> ErrorList:
    """Every error code that this version may answer with, with its status and meaning."""
    return ErrorList(
        items=[ErrorView(code=kind.code, status=kind.status, title=kind.title()) for kind in leaves()]
    )
