"""What somebody does at the machine itself, in the audit log like an operator's doings."""

from __future__ import annotations

import contextlib
import getpass
import socket
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from qianbao.api.parts import Parts
from qianbao.console.audit.models import MACHINE, Deed, Who
from qianbao.ids import new


def machine() -> Who:
    """Who acts here: the machine's user, who needs no login."""
    return Who(actor=None, role=MACHINE, name=getpass.getuser())


@contextlib.asynccontextmanager
async def doing(
    parts: Parts, command: str, *, target: str = "", said: Mapping[str, Any] | None = None
) -> AsyncGenerator[None]:
    """Within: `qianbao command` is being done. It is written before and after; what cannot be written is not
    done. Raises `AuditUnwritten`."""
    deed = Deed(
        who=machine(),
        action=f"qianbao {command}",
        target=target,
        request=str(new(parts.clock.now())),
        address=socket.gethostname(),
        said=dict(said or {}),
    )
    seq = await parts.console.audit.asked(deed)
    try:
        yield
    except BaseException:
        await parts.console.audit.done(seq, deed, status=1)
        raise
    await parts.console.audit.done(seq, deed, status=0)
