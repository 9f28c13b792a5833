"""The keyring: one for all processes, closed to others, rotated without refusing anybody, never shown."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qianbao.credentials.keyring import FILE, KeyringUnreadable, open_keyring, rotate


def test_processes_that_start_at_once_share_one_keyring(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(open_keyring, [tmp_path / "home"] * 32))
    assert len({ring.digest("code", b"data") for ring in rings}) == 1


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    open_keyring(tmp_path)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_purposes_do_not_share_digests(tmp_path: Path) -> None:
    ring = open_keyring(tmp_path)
    assert ring.digest("code", b"data") != ring.digest("api_key", b"data")


def test_a_rotation_is_seen_by_running_processes_and_old_digests_are_still_found(tmp_path: Path) -> None:
    running = open_keyring(tmp_path)
    before = running.digest("code", b"data")
    assert rotate(tmp_path) == 2
    assert running.version == 2
    assert running.digest("code", b"data") != before
    assert running.digests("code", b"data") == (running.digest("code", b"data"), before)
    rotate(tmp_path, keep=2)
    assert before not in running.digests("code", b"data"), "the oldest was dropped"


def test_its_secrets_are_in_no_representation(tmp_path: Path) -> None:
    ring = open_keyring(tmp_path, random=lambda size: b"\x41" * size)
    shown = repr(ring) + repr(vars(ring))
    assert "AAAA" not in shown
    assert "QUFB" not in shown, "nor in base 64"


@pytest.mark.parametrize(
    "text", ["", "{}", '{"versions": []}', '{"versions": [{"number": 1, "secret": "YQ=="}]}']
)
def test_a_damaged_file_is_said_to_be_so(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(KeyringUnreadable):
        open_keyring(tmp_path)
