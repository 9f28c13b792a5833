"""The doors' side of the audit log: what of a request is written, before it is served and before its answer.

Written is everything that an operator or a supervisor changes and everything that an auditor reads; a
person's or a cashier's own doings are events. `caller_of` writes that it was asked, the door what
became of it.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import structlog
from starlette.requests import Request

from qianbao.api.parts import Parts
from qianbao.console.audit.log import Log
from qianbao.console.audit.models import AuditUnwritten, Deed, Who
from qianbao.credentials import operators
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.records import Session, Staff

DEED: Final = "qianbao.deed"
"""Where a request's scope keeps its open deed."""
READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CHANGES_WRITTEN: Final = frozenset({Role.OPERATOR, Role.AUDITOR, Role.SUPERVISOR})
READS_WRITTEN: Final = frozenset({Role.AUDITOR})
TARGET_MAX: Final = 500

_log = structlog.get_logger("qianbao.audit")


class Open:
    """A deed that has been written and not yet been done."""

    def __init__(self, log: Log, seq: int, deed: Deed) -> None:
        self._log = log
        self._seq = seq
        self._deed = deed
        self.became: dict[str, Any] = {}
        """`before` and `after`, where a route knows them."""

    async def done(self, status: int) -> None:
        """Write what became of it. What is done is answered as it is: a log that is away by now leaves the
        deed's line open, which shows."""
        try:
            await self._log.done(self._seq, self._deed, status=status, became=self.became)
        except AuditUnwritten as away:
            _log.error("audit_outcome_unwritten", seq=self._seq, status=status, exc_info=away)


async def asked(request: Request, caller: Caller, parts: Parts) -> None:
    """Write that this caller is about to do this, where it is to be written. Raises `AuditUnwritten`."""
    written = READS_WRITTEN if request.method in READS else CHANGES_WRITTEN
    if caller.role not in written or DEED in request.scope:
        return
    who = Who(actor=caller.id, role=caller.role, name=await login_of(parts, caller))
    await write(request, parts, who, said=await _said(request))


async def write(request: Request, parts: Parts, who: Who, *, said: dict[str, Any]) -> None:
    """Write that somebody is about to do what this request asks for; the door writes what became of it.

    Raises `AuditUnwritten`.
    """
    reason = said.get("reason")
    query = f"?{request.url.query}" if request.url.query else ""
    deed = Deed(
        who=who,
        action=f"{request.method} {_template(request)}",
        target=f"{request.url.path}{query}"[:TARGET_MAX].lower(),
        reason=reason if isinstance(reason, str) else None,
        request=str(request.scope.get("qianbao.request_id", "")),
        address=request.client.host if request.client else "",
        said=said,
    )
    seq = await parts.console.audit.asked(deed)
    request.scope[DEED] = Open(parts.console.audit, seq, deed)


async def signed_in(request: Request, parts: Parts, session: Session) -> None:
    """Write that somebody of the house has signed in (of others nothing). Raises `AuditUnwritten`: then they
    have not."""
    if session.role not in (Role.OPERATOR, Role.AUDITOR):
        return
    caller = Caller(id=session.holder, role=session.role)
    who = Who(actor=caller.id, role=caller.role, name=await login_of(parts, caller))
    await write(request, parts, who, said={"device_name": session.device_name})


async def approved(request: Request, parts: Parts, supervisor: Staff) -> None:
    """Write that a supervisor agrees to what a cashier asks for. Raises `AuditUnwritten`: nothing is done."""
    if DEED not in request.scope:
        who = Who(actor=supervisor.id, role=supervisor.role, name=supervisor.login)
        await write(request, parts, who, said=await _said(request))


def changed(request: Request, *, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Say what a deed changes, for its line in the log; without a deed nothing is noted."""
    deed: Open | None = request.scope.get(DEED)
    if deed is not None:
        deed.became = {"before": before, "after": after}


async def login_of(parts: Parts, caller: Caller) -> str:
    """The login of somebody of the house; of others nothing."""
    if caller.role not in (Role.OPERATOR, Role.AUDITOR):
        return ""
    found = await operators.operator(parts.credentials, caller.id)
    return "" if found is None else found.login


async def _said(request: Request) -> dict[str, Any]:
    # The members of a JSON body; a body that is none is refused later, with the right problem.
    raw = await request.body() if request.method not in READS else b""
    try:
        found = msgspec.json.decode(raw) if raw else {}
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _template(request: Request) -> str:
    scope = request.scope
    route = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(route, "path_format", None) or request.url.path
