"""What an installation needs before it serves: the schema, the house's accounts, the first logins."""

from __future__ import annotations

from qianbao.api.logins import make_ready
from qianbao.api.parts import opened
from qianbao.channels.banks import open_banks
from qianbao.config import Settings
from qianbao.db import connect, migrate
from qianbao.parties.accounts import open_house


async def prepare(settings: Settings) -> None:
    """Bring a database to where it can be served from; safe to run again."""
    assert settings.database_url
    db = await connect(settings.database_url, size_max=2, application="qianbao-install")
    try:
        await migrate(db)
    finally:
        await db.close()
    async with opened(settings, application="qianbao-install") as parts:
        await open_house(parts.ledger)
        await open_banks(parts.ledger, parts.channels.banks)
        await make_ready(parts)
