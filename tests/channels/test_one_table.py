"""An installation that kept top-ups and withdrawals in two tables finds them in one."""

from __future__ import annotations

from importlib.resources import files

from qianbao.db import connect, migrate
from qianbao.db.migrate import migrations
from tests.conftest import fresh_database

OLD_HOMES = {
    "channels/errand/migrations/0701_topup.sql": "channels/topup/migrations/0701_topup.sql",
    "channels/errand/migrations/0702_withdrawal.sql": "channels/withdrawal/migrations/0702_withdrawal.sql",
}
"""Where two migrations stood when such an installation ran them."""
_COLUMNS = """(id, account, merchant, card, bank, simulated, token, amount, currency, state, tries, due,
created, valid_until) VALUES (gen_random_uuid(), gen_random_uuid(), false, gen_random_uuid(), 'lotus', true,
't', 5, 'CNY', 'unknown', 2, 7, 1, 9);"""
OF_BEFORE = f"INSERT INTO topup {_COLUMNS} INSERT INTO withdrawal {_COLUMNS}"


async def test_errands_of_before_are_kept_and_migrations_that_moved_do_not_run_again(
    postgres_url: str,
) -> None:
    db = await connect(await fresh_database(postgres_url))
    async with db.transaction() as connection:
        await connection.execute(
            "CREATE TABLE migration (path text PRIMARY KEY, digest text NOT NULL, at timestamptz)"
        )
        for new, old in OLD_HOMES.items():
            await connection.execute(files("qianbao").joinpath(new).read_text())
            await connection.execute("INSERT INTO migration (path, digest) VALUES ($1, '')", old)
        await connection.execute(OF_BEFORE)
    ran = await migrate(db)
    assert not set(OLD_HOMES) & set(ran)
    assert len([path for path in ran if "/migrations/" in path]) == len(migrations()) - 2
    kept = await db.rows("SELECT direction, amount, state, tries, due FROM errand ORDER BY direction")
    assert [tuple(row) for row in kept] == [("topup", 5, "unknown", 2, 7), ("withdrawal", 5, "unknown", 2, 7)]
    assert await migrate(db) == []
    await db.close()
