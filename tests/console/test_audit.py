"""The audit log: written before the deed, only added to, and nothing taken out of it without showing."""

from __future__ import annotations

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.clock import ManualClock
from qianbao.console.audit.log import Log
from qianbao.console.audit.models import CUT, SECRET, AuditUnwritten, Deed, Who, kept, without_secrets
from qianbao.db import Database
from tests.payments.conftest import NOON

WHO = Who(actor=None, role="machine", name="root")


@pytest.fixture(scope="module")
def log(db: Database) -> Log:
    """The log on the module's database."""
    return Log(db, ManualClock(NOON))


async def did(log: Log, action: str = "qianbao backup", *, reason: str | None = None) -> int:
    deed = Deed(who=WHO, action=action, target="/x", reason=reason, address="here", said={"a": 1})
    seq = await log.asked(deed)
    await log.done(seq, deed, status=0, became={"before": {"state": "active"}, "after": {"state": "frozen"}})
    return seq


async def test_a_line_tells_who_what_why_and_what_became_of_it(log: Log) -> None:
    seq = await did(log, "POST /wallets/{id}/freeze", reason="lost phone")
    (entry,) = await log.page(limit=1)
    assert entry.seq == seq
    assert entry.deed.reason == "lost phone"
    assert entry.deed.who == WHO
    assert entry.status == 0
    assert entry.became == {"before": {"state": "active"}, "after": {"state": "frozen"}}


async def test_a_deed_without_an_outcome_shows_as_such(log: Log) -> None:
    deed = Deed(who=WHO, action="qianbao restore", target="", address="here")
    await log.asked(deed)
    (entry,) = await log.page(limit=1)
    assert entry.status is None
    assert entry.done_at is None


async def test_lines_are_found_by_what_they_say(log: Log) -> None:
    await did(log, "POST /merchants/{id}/freeze")
    assert {entry.deed.action for entry in await log.page(action="MERCHANTS")} == {
        "POST /merchants/{id}/freeze"
    }
    assert await log.page(role="auditor") == []
    newest, *older = await log.page(limit=3)
    assert [entry.seq for entry in await log.page(before=newest.seq, limit=2)] == [
        entry.seq for entry in older
    ]


@pytest.mark.parametrize("change", ["UPDATE audit SET name = 'me'", "DELETE FROM audit", "TRUNCATE audit"])
async def test_nobody_changes_it(log: Log, db: Database, change: str) -> None:
    await did(log)
    with pytest.raises(asyncpg.PostgresError, match="only added to"):
        await db.write(change)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit SET reason = 'none' WHERE seq = $1",
        "UPDATE audit SET at = at + 1 WHERE seq = $1",
        "DELETE FROM audit WHERE seq = $1",
        "DELETE FROM audit WHERE seq > $1",
        "UPDATE audit_head SET seq = $1",
    ],
)
async def test_what_somebody_changed_behind_its_back_shows(log: Log, db: Database, tampering: str) -> None:
    seq = await did(log)
    await did(log)
    assert (await log.check()).broken is None
    connection = await db.connection()
    try:
        async with connection.transaction():
            await connection.execute("ALTER TABLE audit DISABLE TRIGGER audit_only_added_to")
            await connection.execute(tampering, seq)
            row = await connection.fetchrow("SELECT broken FROM audit_check()")
            assert row is not None
            assert row["broken"] is not None
            raise ConnectionAbortedError  # nothing of it stays
    except ConnectionAbortedError:
        await connection.close()
    assert (await log.check()).broken is None


async def test_what_cannot_be_written_is_not_done(log: Log, db: Database) -> None:
    await db.write("ALTER TABLE audit_head RENAME TO elsewhere")
    try:
        with pytest.raises(AuditUnwritten):
            await did(log)
    finally:
        await db.write("ALTER TABLE elsewhere RENAME TO audit_head")
    assert (await log.check()).broken is None


@given(
    st.recursive(
        st.dictionaries(st.sampled_from(["name", "new_pin", *SECRET]), st.text(min_size=5), max_size=4),
        lambda inner: st.dictionaries(
            st.sampled_from(["inside", "password"]), st.lists(inner, max_size=2), max_size=2
        ),
    )
)
def test_no_secret_is_kept_at_any_depth(said: dict[str, object]) -> None:
    def check(value: object) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                if name == "new_pin" or name in SECRET:
                    assert inner == CUT
                else:
                    check(inner)
        elif isinstance(value, list):
            for inner in value:
                check(inner)

    check(without_secrets(said))


def test_what_is_too_long_is_kept_by_its_members_names() -> None:
    assert kept({"text": "x" * 10_000}) == '{"members":["text"]}'
