"""The people of the house: operators and auditors."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel

from qianbao.api.deps import (
    PartsDep,
    allowed,
)
from qianbao.api.fields import Body, Login, Name, Password
from qianbao.api.problems import problems
from qianbao.credentials import errors, operators
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.records import Operator
from qianbao.ids import Id

router = APIRouter(tags=["staff and keys"])

Operators = Annotated[Caller, allowed(Role.OPERATOR)]


class OperatorRequest(Body):
    """Somebody of the house, and their first password."""

    role: Literal[Role.OPERATOR, Role.AUDITOR]
    login: Login
    name: Name
    password: Password


class OperatorView(BaseModel):
    """Somebody of the house."""

    id: Id
    role: Role
    login: str
    name: str
    active: bool

    @classmethod
    def of(cls, operator: Operator) -> OperatorView:
        """Somebody of the house as they are shown."""
        return cls(
            id=operator.id,
            role=operator.role,
            login=operator.login,
            name=operator.name,
            active=operator.active,
        )


@router.post(
    "/operators",
    status_code=201,
    responses=problems(errors.LoginTaken, errors.PasswordWeak, errors.CredentialMalformed, errors.NotFresh),
)
async def add_operator(body: OperatorRequest, caller: Operators, parts: PartsDep) -> OperatorView:
    """Add an operator or an auditor, within ten minutes of a sign-in."""
    added = await operators.add(
        parts.credentials,
        caller,
        login=body.login,
        name=body.name,
        secret=body.password,
        role=body.role,
    )
    return OperatorView.of(added)


@router.delete(
    "/operators/{operator_id}", status_code=204, responses=problems(errors.OperatorUnknown, errors.NotFresh)
)
async def end_operator(operator_id: Id, caller: Operators, parts: PartsDep) -> None:
    """Let somebody of the house sign in no more, within ten minutes of a sign-in of the caller."""
    await operators.end(parts.credentials, caller, operator_id)
