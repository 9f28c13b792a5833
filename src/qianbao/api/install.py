"""What an installation needs before it serves: the schema, the house's accounts, the first logins."""

from __future__ import annotations

from qianbao.config import Settings
from qianbao.db import connect, migrate


async def prepare(settings: Settings) -> list[str]:
    """Bring a database to where it can be served from; safe to run again. The migrations that ran."""
    assert settings.database_url
    db = await connect(settings.database_url, size_max=2, application="qianbao-install")
    try:
        return await migrate(db)
    finally:
        await db.close()
