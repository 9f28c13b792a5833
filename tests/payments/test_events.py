"""What payments tell: every event fits its published schema."""

from __future__ import annotations

from collections import Counter

import jsonschema_rs
import msgspec

from qianbao.events import schemas
from tests.payments.conftest import Town
from tests.payments.test_books import live


async def test_every_event_of_a_trade_fits_its_schema(town: Town) -> None:
    await live(town)
    rows = await town.db.rows(
        "SELECT type, subject, data FROM command WHERE type LIKE 'trade.%' AND outcome = 0"
    )
    told: Counter[str] = Counter()
    for row in rows:
        schema = schemas()[row["type"]]["properties"]["data"]
        data = msgspec.json.decode(row["data"])
        jsonschema_rs.validate(schema, data)
        unknown = data.keys() - schema["properties"].keys()
        assert not unknown, f"{row['type']} tells what its schema does not name: {unknown}"
        assert data["trade"] == str(row["subject"])
        told[row["type"]] += 1
    assert set(told) == {kind for kind in schemas() if kind.startswith("trade.")} - {"trade.failed"}
