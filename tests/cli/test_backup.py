"""Backups at the command line: where, which, and what was there before."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.test_config import run


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    home = {"SYNC_DATA_DIR": str(tmp_path / "data")}
    (tmp_path / "large.bin").write_bytes(b"large" * 100_000)
    assert run("add", str(tmp_path / "large.bin"), "--to", "/documents", **home).returncode == 0
    return home


@pytest.mark.parametrize("place", ["ftp://host/backups", "http://host/x", "s3://"])
def test_an_address_is_no_folder(home: dict[str, str], tmp_path: Path, place: str) -> None:
    done = run("backup", "--output", place, **home)
    assert (done.returncode, "is no place for backups" in done.stderr) == (2, True)
    done = run("config", **home, SYNC_BACKUP_TO=place)
    assert (done.returncode, "SYNC_BACKUP_TO" in done.stderr) == (2, True)
    assert not (tmp_path / place.partition("/")[0]).exists()


def test_a_name_without_a_place_is_not_passed_over(home: dict[str, str]) -> None:
    done = run("verify", "--backup", "nonexistent", **home)
    assert (done.returncode, "SYNC_BACKUP_TO" in done.stderr) == (2, True)


def test_status_tells_of_a_backup_elsewhere(home: dict[str, str], tmp_path: Path) -> None:
    assert json.loads(run("status", "--json", **home).stdout)["backup"] is None
    assert run("backup", "--output", str(tmp_path / "place"), **home).returncode == 0
    assert json.loads(run("status", "--json", **home).stdout)["backup"]


def test_what_is_there_stays_when_the_source_is_damaged(home: dict[str, str], tmp_path: Path) -> None:
    target = tmp_path / "precious.bin"
    target.write_text("precious")
    sealed = next((tmp_path / "data" / "contents").rglob("*.sealed"))
    whole = sealed.read_bytes()
    sealed.write_bytes(whole[:300_000] + b"?" * 100 + whole[300_100:])
    done = run("get", "/documents/large.bin", "-o", str(target), **home)
    assert done.returncode == 1
    assert target.read_text() == "precious"
    sealed.write_bytes(whole)
    assert run("get", "/documents/large.bin", "-o", str(target), **home).returncode == 0
    assert target.read_bytes() == b"large" * 100_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "large.bin", "precious.bin"]


def test_a_restore_that_leaves_a_file_out_names_it_and_fails(home: dict[str, str], tmp_path: Path) -> None:
    place, target = (
        tmp_path / "place",
        {"SYNC_DATA_DIR": str(tmp_path / "restored"), "SYNC_BACKUP_PASSPHRASE": "six words"},
    )
    assert run("backup", "--output", str(place), **home, SYNC_BACKUP_PASSPHRASE="six words").returncode == 0
    stored = next((tmp_path / "data" / "contents").rglob("*.sealed")).read_bytes()
    broken = next(path for path in place.rglob("objects/*/*") if path.read_bytes() == stored)
    broken.write_bytes(stored[:-1])
    done = run("restore", str(place), **target)
    assert (done.returncode, "or leave it out with --keep-going" in done.stderr) == (1, True)
    done = run("restore", str(place), "--keep-going", **target)
    assert (done.returncode, "is damaged or missing: /documents/large.bin" in done.stderr) == (1, True)
    assert "without 1 content" in done.stdout
    done = run("verify", **target)
    assert (done.returncode, "/documents/large.bin" in done.stderr) == (1, True)
    told = json.loads(run("status", "--json", **target).stdout)
    assert told["verified"]["said"] == "1 thing is wrong"
    assert any(problem.startswith("1 thing is wrong, as was seen") for problem in told["problems"])
    assert run("add", str(tmp_path / "large.bin"), "--to", "/documents", **target).returncode == 0  # mends it
    assert run("verify", **target).returncode == 0
    told = json.loads(run("status", "--json", **target).stdout)
    assert told["verified"]["said"] == "all is well"


def test_a_place_without_backups_is_a_failure(home: dict[str, str], tmp_path: Path) -> None:
    done = run("backup", "list", str(tmp_path / "nowhere"), **home)
    assert (done.returncode, f"There are no backups in {tmp_path / 'nowhere'}." in done.stderr) == (1, True)


def test_a_lost_disk_can_be_replaced(home: dict[str, str], tmp_path: Path) -> None:
    place = tmp_path / "place"
    assert run("backup", "--output", str(place), **home).returncode == 0
    shutil.rmtree(place)
    done = run("backup", "--output", str(place), **home)
    assert (done.returncode, f"wristgate backup forget {place}" in done.stderr) == (1, True)
    assert run("backup", "forget", str(place), **home).stdout == f"Forgot 1 backup in {place}.\n"
    assert run("backup", "--output", str(place), **home).returncode == 0
    done = run("backup", "forget", str(tmp_path / "elsewhere"), **home)
    assert (done.returncode, "no backup in" in done.stderr) == (1, True)
