"""The house on a fresh database, as a replay works with it, and files to replay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from qianbao.api.parts import Parts as House
from qianbao.api.parts import opened
from qianbao.config import load
from qianbao.db import Database
from qianbao.parties.accounts import open_house
from qianbao.replay.service import Parts

HEADING = "record_id,occurred_at,payer,merchant,amount"


@pytest.fixture(scope="module")
async def house(db: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    home = tmp_path_factory.mktemp("home")
    async with opened(load({"QIANBAO_HOME": str(home), "QIANBAO_DATABASE_URL": db.url})) as house:
        await open_house(house.ledger)
        yield house


@pytest.fixture(scope="module")
def parts(house: House) -> Parts:
    return Parts(db=house.db, kyc=house.kyc, room=house.payments)


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of records."""

    def write(*rows: str, name: str = "records.csv", heading: str = HEADING) -> Path:
        path = tmp_path / name
        path.write_text("\n".join((heading, *rows)) + "\n", encoding="utf-8")
        return path

    return write


def rows(count: int, *, name: str = "r", payers: int = 7, shops: int = 3, amount: str = "12.34") -> list[str]:
    """Some plain records."""
    return [
        f"{name}{n},2026-10-{n % 28 + 1:02d}T12:00:00+08:00,p{n % payers},m{n % shops},{amount}"
        for n in range(count)
    ]
