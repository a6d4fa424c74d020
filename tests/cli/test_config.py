"""Settings from the environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.config import Config, ConfigError, settings, unknown


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SYNC_")}
    return subprocess.run(
        [sys.executable, "-m", "gateway", *words], env=kept | environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SYNC_LISTEN_ADDR", "8080"),
        ("SYNC_LISTEN_ADDR", "127.0.0.1:99999"),
        ("SYNC_LISTEN_ADDR", "example:80"),
        ("SYNC_BASE_URL", "sync.example.com"),
        ("SYNC_BASE_URL", "https://x.example/?a=1"),
        ("SYNC_LOG_FORMAT", "xml"),
        ("SYNC_ALLOW_SIGNUP", "maybe"),
        ("SYNC_SHUTDOWN_TIMEOUT", "-1"),
        ("SYNC_WORKERS", "2"),
        ("SYNC_THREADS", "0"),
        ("SYNC_THREADS", "\u0663"),
        ("SYNC_DEVICE_MAX_FILE", "1e5"),
        ("SYNC_TRUSTED_PROXIES", "10.0.0.0/8, nonsense"),
        ("SYNC_DATA_DIR", " "),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Config.from_env({name: value})
    assert name in str(caught.value)
    assert repr(value.strip()) in str(caught.value)
    assert "takes" in str(caught.value)


def test_good_values() -> None:
    config = Config.from_env(
        {"SYNC_LISTEN_ADDR": "[::1]:0", "SYNC_TRUSTED_PROXIES": "10.0.0.1, fd00::/8", "SYNC_ALLOW_SIGNUP": "Yes"}
    )
    assert (config.listen_addr.host, config.listen_addr.port) == ("::1", 0)
    assert config.public_url() == "http://[::1]:0"
    assert len(config.trusted_proxies) == 2
    assert config.allow_signup
    assert Config.from_env({"SYNC_BASE_URL": "https://a.example/"}).public_url() == "https://a.example"


def test_the_drop_folder_is_no_part_of_the_data(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "data")
    for folder in ("data", "data/drop", "link/drop", "data/../data", "."):
        done = run("list", SYNC_DATA_DIR=str(tmp_path / "data"), SYNC_DROP_DIR=str(tmp_path / folder))
        assert done.returncode == 2
        assert "it takes a folder of its own, neither inside of SYNC_DATA_DIR" in done.stderr
    config = Config.from_env({"SYNC_DATA_DIR": "data", "SYNC_DROP_DIR": "data-drop"})
    assert config.drop_dir == Path("data-drop")
    assert Config.from_env({}).drop_dir is None


def test_the_default_lets_no_other_machine_in() -> None:
    assert Config.from_env({}).listen_addr.host == "127.0.0.1"


def test_settings_say_where_a_value_comes_from() -> None:
    rows = {row.name: row for row in settings({"SYNC_THREADS": "2"})}
    assert (rows["SYNC_THREADS"].value, rows["SYNC_THREADS"].source) == ("2", "environment")
    assert rows["SYNC_WORKERS"].source == "default"
    assert all(row.text for row in rows.values())
    assert unknown({"SYNC_TREADS": "1", "PATH": ""}) == ["SYNC_TREADS"]


def test_every_setting_is_in_the_readme() -> None:
    text = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
    for row in settings({}):
        assert f"`{row.name}`" in text


def test_the_command_exits_2_and_says_why() -> None:
    for words in (("config",), ("serve",), ("list",)):
        done = run(*words, SYNC_THREADS="many")
        assert done.returncode == 2
        assert "SYNC_THREADS is 'many': it takes a whole number from 1 to 64" in done.stderr
    shown = run("config", SYNC_LOG_LEVEL="debug", SYNC_TYPO="1")
    assert shown.returncode == 0
    assert "environment" in shown.stdout
    assert "SYNC_TYPO" in shown.stderr


def test_every_command_has_help_and_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
    listed = run("--help").stdout.partition("Commands:")[2]
    for command in [
        line.split()[0] for line in listed.strip().splitlines() if line.startswith("  ") and line[2] != " "
    ]:
        assert run(command, "--help").returncode == 0
        assert f"wristgate {command}" in text
