"""API keys of a merchant's programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from qianbao.api.deps import (
    PartsDep,
    allowed,
)
from qianbao.api.fields import Body, Name
from qianbao.api.problems import problems
from qianbao.clock import rfc3339
from qianbao.credentials import api_keys, errors
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.credentials.records import ApiKey
from qianbao.ids import Id
from qianbao.parties.errors import MerchantUnknown

router = APIRouter(tags=["staff and keys"])

Managers = Annotated[Caller, allowed(Role.OWNER, Role.OPERATOR)]
Readers = Annotated[Caller, allowed(Role.OWNER, Role.OPERATOR, Role.AUDITOR)]


class ApiKeyRequest(Body):
    """A key for a merchant's programs. `live` only shows in the key's beginning."""

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    live: bool = True
    expires_in_s: (
        Annotated[int, Field(ge=1, le=365 * 86_400, description="How long it lives; unset: a year")] | None
    ) = None


class ApiKeyView(BaseModel):
    """An API key, without its secret."""

    id: Id
    merchant: Id
    name: str
    hint: str
    scopes: list[Scope]
    created_by: Id
    created_at: str
    expires_at: str
    used_at: str | None
    """Exact to a minute."""
    revoked_at: str | None

    @classmethod
    def of(cls, key: ApiKey) -> ApiKeyView:
        """A key as it is shown."""
        return cls(
            id=key.id,
            merchant=key.merchant,
            name=key.name,
            hint=key.hint,
            scopes=sorted(key.scopes),
            created_by=key.created_by,
            created_at=rfc3339(key.created_at),
            expires_at=rfc3339(key.expires_at),
            used_at=None if key.used_at is None else rfc3339(key.used_at),
            revoked_at=None if key.revoked_at is None else rfc3339(key.revoked_at),
        )


class MadeKeyView(ApiKeyView):
    """A new API key: its secret is shown this once."""

    secret: str


class ApiKeyList(BaseModel):
    """A merchant's keys, the newest first."""

    items: list[ApiKeyView]


@router.get("/merchants/{merchant_id}/api-keys", responses=problems(errors.NotYours))
async def list_api_keys(merchant_id: Id, caller: Readers, parts: PartsDep) -> ApiKeyList:
    """A merchant's API keys."""
    found = await api_keys.keys_of(parts.credentials, caller, merchant_id)
    return ApiKeyList(items=[ApiKeyView.of(key) for key in found])


@router.post(
    "/merchants/{merchant_id}/api-keys",
    status_code=201,
    responses=problems(errors.NotYours, errors.CredentialMalformed, MerchantUnknown),
)
async def make_api_key(
    merchant_id: Id, body: ApiKeyRequest, caller: Managers, parts: PartsDep
) -> MadeKeyView:
    """Make an API key. Its secret is in this answer and nowhere else."""
    made = await api_keys.make(
        parts.credentials,
        caller,
        merchant=merchant_id,
        name=body.name,
        scopes=body.scopes,
        live=body.live,
        expires_s=body.expires_in_s,
    )
    return MadeKeyView(**ApiKeyView.of(made.key).model_dump(), secret=made.secret)


@router.delete(
    "/merchants/{merchant_id}/api-keys/{key_id}",
    status_code=204,
    responses=problems(errors.NotYours, errors.ApiKeyUnknown),
)
async def revoke_api_key(merchant_id: Id, key_id: Id, caller: Managers, parts: PartsDep) -> None:
    """Revoke an API key: it is nobody's within a second."""
    await api_keys.revoke(parts.credentials, caller, merchant=merchant_id, id=key_id)
