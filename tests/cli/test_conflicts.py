"""``wristgate conflicts`` on a real gateway in which two devices changed the same names."""

import json
import subprocess
from pathlib import Path

import pytest

from gateway.simwatch.localgateway import LocalGateway
from gateway.simwatch.sample import RUN_FILE
from tests.cli.test_config import run
from tests.client import Api
from tests.http.store import client, created, download, put, send, unique


def conflicts(gateway: LocalGateway, *words: str) -> subprocess.CompletedProcess[str]:
    return run("conflicts", *words, SYNC_DATA_DIR=gateway.environment["SYNC_DATA_DIR"], TZ="UTC")


@pytest.fixture(scope="module")
def api(gateway: LocalGateway) -> Api:
    return client(gateway)


def part(api: Api, path: str) -> tuple[str, bytes, bytes]:
    """Make a conflict; gives its id, what has the name and what lies beside it."""
    current, copy = unique(), unique()
    put(api, path, copy)
    return created(send(api, current, {"If-Match": '"7"'}, path=path))["conflict"]["id"], current, copy


def test_list(gateway: LocalGateway, api: Api) -> None:
    key, _, _ = part(api, "/documents/list.bin")
    put(api, "/documents/deleted.bin", unique())
    file = put(api, "/documents/deleted.bin", unique())["id"]
    api.call("DELETE", f"/api/v1/files/{file}", headers={"If-Match": '"1"'}).good  # noqa: B018
    rows = {row["path"]: row for row in json.loads(conflicts(gateway, "--json").stdout)}
    row = rows["/documents/list.bin"]
    assert (row["id"], row["version"], row["deleted"]) == (key, 2, False)
    assert row["copy"].startswith("/documents/list.sync-conflict-")
    assert row["by"] == row["lost_by"] != ""
    assert rows["/documents/deleted.bin"]["deleted"] is True
    [line] = [line for line in conflicts(gateway).stdout.splitlines() if key in line]
    assert line.split("\t")[:4] == [key, "/documents/list.bin", row["by"], row["copy"]]


@pytest.mark.parametrize("keep", ["current", "copy", "both"])
def test_settle(gateway: LocalGateway, api: Api, keep: str) -> None:
    path = f"/documents/{keep}.bin"
    key, current, copy = part(api, path)
    [beside] = [row["other"]["path"] for row in api.get("conflicts").good["conflicts"] if row["id"] == key]
    done = conflicts(gateway, "settle", key, "--keep", keep)
    assert (done.returncode, done.stdout.startswith(f"Settled {key}: ")) == (0, True)
    assert key not in [row["id"] for row in api.get("conflicts").good["conflicts"]]
    assert download(api, path=path).body == (copy if keep == "copy" else current)
    assert (download(api, path=beside).status == 200) is (keep == "both")


def test_several_and_again(gateway: LocalGateway, api: Api) -> None:
    keys = [part(api, f"/documents/several {number}.bin")[0] for number in range(2)]
    assert conflicts(gateway, "settle", *keys, "--keep", "both").stdout.count("Settled ") == 2
    again = conflicts(gateway, "settle", keys[0], "--keep", "copy")
    assert (again.returncode, again.stderr) == (1, "wristgate: this conflict was settled already: both\n")


def test_mistakes(gateway: LocalGateway) -> None:
    done = conflicts(gateway, "settle", "aaaaaaaaaaaa", "--keep", "copy")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "wristgate: no such conflict\n")
    for words in (("settle", "x", "--keep", "mine"), ("--json", "settle", "x", "--keep", "copy")):
        assert conflicts(gateway, *words).returncode == 2


def test_there_are_none(tmp_path: Path) -> None:
    empty = {"SYNC_DATA_DIR": str(tmp_path / "data")}
    run("add", str(RUN_FILE), **empty)
    done = run("conflicts", **empty)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "There are no conflicts.\n")
