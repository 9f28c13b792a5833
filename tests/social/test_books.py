"""What is off in packets, payments and collections is found, and named."""

from __future__ import annotations

import pytest

from qianbao.ids import Id, parse
from qianbao.social import books
from qianbao.social.collection import service as collections
from qianbao.social.packet import service as packets
from qianbao.social.payment import service as personal
from tests.social.conftest import PIN, Square

DAMAGE = (
    ("red_packet", "UPDATE red_packet SET given = given + $2, taken = taken WHERE id = $1"),
    ("red_packet", "UPDATE red_packet SET returned = returned + $2 WHERE id = $1"),
    ("red_packet", "UPDATE red_packet SET taken = taken + $2 WHERE id = $1"),
    ("red_packet", "UPDATE red_packet_grab SET amount = amount + $2 WHERE packet = $1"),
    ("red_packet_shares", "UPDATE red_packet_share SET amounts[1] = amounts[1] + $2 WHERE packet = $1"),
    ("personal_payment", "UPDATE personal_payment SET amount = amount + $2 WHERE id = $1"),
    ("collection", "UPDATE collection SET received = received + $2 WHERE id = $1"),
    ("collection", "UPDATE collection_part SET amount = amount + $2 WHERE collection = $1"),
)


@pytest.fixture(scope="module")
async def subjects(square: Square) -> dict[str, Id]:
    """One of each, half way through."""
    (anna, annas), (ben, bens) = await square.someone(), await square.someone()
    packet, _, _ = await square.packet(10_00, 3)
    await packets.grab(anna, square.room, command=square.key(), packet=packet, wallet=annas)
    payment = square.key()
    await personal.send(anna, square.room, command=payment, wallet=annas, payee=bens, amount=5_00, pin=PIN)
    made = await collections.create(
        anna, square.room, command=square.key(), wallet=annas, title="tea", each=1_00, people=3
    )
    collection = parse(made.result["id"])
    await collections.pay(ben, square.room, command=square.key(), collection=collection, wallet=bens, pin=PIN)
    assert await books.check(square.db) == []
    return {
        "red_packet": packet,
        "red_packet_shares": packet,
        "personal_payment": payment,
        "collection": collection,
    }


@pytest.mark.parametrize(("kind", "damage"), DAMAGE)
async def test_a_row_that_was_changed_is_named(
    square: Square, subjects: dict[str, Id], kind: str, damage: str
) -> None:
    await square.db.write(damage, subjects[kind], 1)
    found = await books.check(square.db)
    assert [(one.kind, one.subject) for one in found] == [(kind, subjects[kind])]
    assert found[0].detail
    await square.db.write(damage, subjects[kind], -1)
    assert await books.check(square.db) == []


async def test_a_payment_without_a_row_is_named(square: Square, subjects: dict[str, Id]) -> None:
    async with square.db.transaction() as connection:
        await connection.execute("CREATE TABLE kept AS SELECT * FROM personal_payment")
        await connection.execute("DELETE FROM personal_payment")
    found = await books.check(square.db)
    assert [(one.kind, one.subject) for one in found] == [("personal_payment", subjects["personal_payment"])]
    await square.db.write("INSERT INTO personal_payment SELECT * FROM kept")
    assert await books.check(square.db) == []
