"""The document says of every endpoint who may call it, and how it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI

from qianbao.api.app import application
from qianbao.api.routes import hot_routes
from qianbao.api.schema import RouteUnguarded, openapi
from qianbao.config import Settings
from qianbao.credentials.models import Role, Scope

MOVES_MONEY = ("/trades", "/code-payments", "/topups", "/withdrawals")


@pytest.fixture(scope="module")
def operations() -> dict[str, dict[str, Any]]:
    door = application(Settings(home=Path("/nowhere"), tables={}))
    document = openapi(door.app, list(hot_routes()))
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_every_endpoint_says_who_may_call_it(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        assert set(operation["x-roles"]) <= set(Role), name
        assert operation["x-scope"] is None or operation["x-scope"] in set(Scope), name
        assert bool(operation["security"]) == bool(operation["x-roles"]), name


def test_every_error_of_every_endpoint_is_a_problem(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            if status == "default" or int(status) >= 400:
                assert set(response["content"]) == {"application/problem+json"}, f"{name} {status}"


def test_every_post_that_moves_money_requires_an_idempotency_key(
    operations: dict[str, dict[str, Any]],
) -> None:
    for name, operation in operations.items():
        if name.startswith("POST") and any(part in name for part in MOVES_MONEY):
            keys = [p for p in operation.get("parameters", ()) if p["name"] == "Idempotency-Key"]
            assert keys, name
            assert keys[0]["required"], name


def test_a_route_that_says_not_who_may_call_it_does_not_start() -> None:
    app, router = FastAPI(), APIRouter()

    @router.get("/open-door")
    async def open_door() -> None: ...

    app.include_router(router)
    with pytest.raises(RouteUnguarded, match="open-door"):
        openapi(app, [])


def test_every_status_is_named_once_as_text(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        assert all(isinstance(status, str) for status in operation["responses"]), name
