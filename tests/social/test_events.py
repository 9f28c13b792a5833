"""What the social room tells: every event fits its published schema, and names whom it concerns."""

from __future__ import annotations

from collections import Counter

import jsonschema_rs
import msgspec

from qianbao.events import schemas
from qianbao.events.models import PARTY_KEYS
from qianbao.ids import parse
from qianbao.social.collection import service as collections
from qianbao.social.packet import ending, service
from qianbao.social.payment import service as personal
from tests.social.conftest import PIN, Square

ROOMS = ("personal_payment", "red_packet", "collection")


async def live(square: Square) -> None:
    """Everything that can happen, once."""
    (anna, annas), (ben, bens), (_, caras) = [await square.someone() for _ in range(3)]
    room = square.room
    for end in (personal.decline, personal.give_back):
        key = square.key()
        await personal.send(
            anna, room, command=key, wallet=annas, payee=bens, amount=1_00, note="hi", pin=PIN
        )
        await personal.ask_back(anna, room, command=square.key(), payment=key, reason="wrong")
        await end(ben, room, command=square.key(), payment=key)
    packet, _, _ = await square.packet(10_00, 3)
    await service.grab(anna, room, command=square.key(), packet=packet, wallet=annas)
    equal = await collections.create(
        anna, room, command=square.key(), wallet=annas, title="tea", each=1_00, people=2
    )
    await collections.pay(
        ben, room, command=square.key(), collection=parse(equal.result["id"]), wallet=bens, pin=PIN
    )
    named = await collections.create(
        anna, room, command=square.key(), wallet=annas, title="trip", members=[(bens, 5), (caras, 6)]
    )
    collection = parse(named.result["id"])
    await collections.remind(anna, room, command=square.key(), collection=collection)
    await collections.close(anna, room, command=square.key(), collection=collection)
    square.clock.advance(86_400)
    await ending.expire(room)


async def test_every_social_event_fits_its_schema(square: Square) -> None:
    await live(square)
    rows = await square.db.rows(
        "SELECT type, subject, data FROM command WHERE split_part(type, '.', 1) = ANY ($1) AND outcome = 0",
        list(ROOMS),
    )
    told: Counter[str] = Counter()
    for row in rows:
        schema = schemas()[row["type"]]["properties"]["data"]
        data = msgspec.json.decode(row["data"])
        jsonschema_rs.validate(schema, data)
        unknown = data.keys() - schema["properties"].keys()
        assert not unknown, f"{row['type']} tells what its schema does not name: {unknown}"
        assert any(name in data for name in PARTY_KEYS), f"{row['type']} concerns nobody"
        told[row["type"]] += 1
    assert set(told) == {kind for kind in schemas() if kind.partition(".")[0] in ROOMS}
