"""A backup taken while the network runs comes up elsewhere with the same books."""

from __future__ import annotations

import json
from pathlib import Path

from tests.api.test_paying import pay, trade
from tests.live import Live, started


def test_a_backup_taken_while_it_runs_comes_up_elsewhere_with_the_same_books(tmp_path: Path) -> None:
    file = tmp_path / "kept.tar"
    with started() as live:
        kept = json.loads(live.command("backup", str(file), "--json").stdout)
        assert file.stat().st_mode & 0o777 == 0o600
    elsewhere = Live(tmp_path / "elsewhere")
    restored = json.loads(elsewhere.command("restore", str(file), "--json").stdout)
    assert restored["restored_books"] == kept["books"]
    elsewhere.start()
    elsewhere.stop()
    refused = elsewhere.command("restore", str(file), check=False)
    assert refused.returncode == 1
    assert "home_not_empty" in refused.stderr


async def test_the_records_in_the_lake_come_up_elsewhere_too(tmp_path: Path) -> None:
    file = tmp_path / "kept.tar"
    with started() as live:
        async with live.signed_in("person") as person:
            assert (await pay(live, person, await trade(live), "once")).status_code == 201
        built = json.loads(live.command("insight", "build", "--json").stdout)
        assert (built["facts"], built["rows"]) == (1, 1)
        live.command("backup", str(file))
    elsewhere = Live(tmp_path / "elsewhere")
    elsewhere.command("restore", str(file))
    batch = json.loads(elsewhere.command("insight", "score", "--json").stdout)
    assert (batch["people"], batch["records"]) == (1, 1)


def test_a_file_that_is_no_backup_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    file = tmp_path / "no.tar"
    file.write_text("no")
    refused = Live(tmp_path / "home").command("restore", str(file), check=False)
    assert "backup_unreadable" in refused.stderr
    assert not (tmp_path / "home" / "postgres").exists()
