"""Settings: the environment before the file before the default; a wrong one says which and what."""

from pathlib import Path

import pytest

from qianbao.config import SettingMalformed, load


def test_the_environment_comes_before_the_file_before_the_default(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        'QIANBAO_PORT = 9000\nQIANBAO_HOST = "::1"\n[brands.x]\nname = "X"\n'
    )
    settings = load({"QIANBAO_HOME": str(tmp_path), "QIANBAO_PORT": "9001"})
    assert (settings.port, settings.host, settings.workers) == (9001, "::1", 1)
    assert settings.tables["brands"]["x"]["name"] == "X"


def test_webhooks_may_reach_only_the_private_targets_that_are_named(tmp_path: Path) -> None:
    assert load({"QIANBAO_HOME": str(tmp_path)}).webhook_allow == ()
    named = load({"QIANBAO_HOME": str(tmp_path), "QIANBAO_WEBHOOK_ALLOW": "loopback, 10.0.0.0/8"})
    assert named.webhook_allow == ("loopback", "10.0.0.0/8")


@pytest.mark.parametrize("value", ["http", "-1", "65536", "8088.5"])
def test_a_port_that_is_none_says_which_setting_and_what_was_expected(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingMalformed) as refused:
        load({"QIANBAO_HOME": str(tmp_path), "QIANBAO_PORT": value})
    assert refused.value.field == "QIANBAO_PORT"
    assert "65535" in (refused.value.expected or "")


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("= what")
    with pytest.raises(SettingMalformed, match=r"config\.toml"):
        load({"QIANBAO_HOME": str(tmp_path)})
