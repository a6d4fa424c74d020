"""``wristgate disk-usage``: its sums are those of the folder, and of one another."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.cli.test_cleanup import on_terminal
from tests.cli.test_config import run
from tests.client import Api
from tests.keys import KEYRING


def on_disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with two versions, a deleted file, two of one content, and one that is no part of the database."""
    folder = tmp_path / "data"
    settings = {"SYNC_DATA_DIR": str(folder)}
    file = tmp_path / "a.txt"
    for content, where in (
        (b"1" * 1000, "/documents"), (b"2" * 300_000, "/photos"), (b"2" * 300_000, "/backups"), (b"3" * 70, "/routes"),
    ):  # fmt: skip
        file.write_bytes(content)
        done = run("add", str(file), "--to", where, **settings) if folder.exists() else None
        if done is None:
            run("signin-link", **settings)
            done = run("add", str(file), "--to", where, **settings)
        assert done.returncode == 0, done.stderr
    assert run("rm", "/routes/a.txt", **settings).returncode == 0
    return folder


def usage(folder: Path, *words: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run("disk-usage", "--json", *words, SYNC_DATA_DIR=str(folder)).stdout)
    return told


def test_sums_agree(data: Path) -> None:
    told = usage(data, "-n", "2")
    what = told["what"]
    assert told["bytes"] == sum(row["bytes"] for row in what.values()) == on_disk(data)
    assert {key: (what[key]["count"], what[key]["bytes"]) for key in ("newest", "earlier", "trash", "refused")} == {
        "newest": (2, 301_000), "earlier": (0, 0), "trash": (1, 70), "refused": (0, 0),
    }  # fmt: skip
    assert sum(row["bytes"] for row in told["folders"]) == 601_000
    assert [(row["folder"], row["files"]) for row in told["folders"][2:]] == [("/documents", 1)]
    assert told["users"] == [{"user": "owner", "files": 3, "bytes": 301_070}]
    assert {(row["path"], row["bytes"]) for row in told["largest"]} == {
        ("/backups/a.txt", 300_000), ("/photos/a.txt", 300_000),
    }  # fmt: skip
    (data / "contents" / "stray").write_bytes(bytes(500))
    assert usage(data)["what"]["unfinished"]["bytes"] == what["unfinished"]["bytes"] + 500


def test_pages_are_put_together(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.service import usage as service  # noqa: PLC0415
    from gateway.store import Store  # noqa: PLC0415

    store = Store(data, KEYRING, polite=True).look()
    whole = service.room(store, 2)
    monkeypatch.setattr(service, "CONTENTS_AT_ONCE", 1)
    monkeypatch.setattr(service, "FILES_AT_ONCE", 1)
    paged = service.room(store, 2)
    store.close()
    assert (paged.kinds, paged.largest, paged.inside, paged.away) == (
        whole.kinds, whole.largest, whole.inside, whole.away,
    )  # fmt: skip
    assert sorted(row.top for row in paged.folders) == sorted(row.top for row in whole.folders)


def test_beside_a_gateway(gateway: LocalGateway, device: Api) -> None:
    data = b'<gpx version="1.1"/>'
    first = device.upload("a.gpx", data)
    assert first.status == 200, first.body
    assert device.upload("broken.gpx", b"<gpx>").status == 422
    lines = [line.split("\t") for line in gateway.command("disk-usage").decode().splitlines()]
    assert ["what", "refused", "1", "5"] in lines
    assert "Refused uploads" in on_terminal(gateway, "disk-usage")
