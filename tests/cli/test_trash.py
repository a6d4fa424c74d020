"""``wristgate mv``, ``rm`` and ``trash`` beside a real gateway."""

import json
import subprocess
from pathlib import Path

import pytest

from gateway.simwatch.localgateway import LocalGateway
from gateway.simwatch.sample import RUN_FILE
from tests.cli.test_config import run
from tests.client import Api
from tests.http.store import client, download, paths, put, unique


def wristgate(gateway: LocalGateway, *words: str) -> subprocess.CompletedProcess[str]:
    return run(*words, SYNC_DATA_DIR=gateway.environment["SYNC_DATA_DIR"], TZ="UTC")


@pytest.fixture(scope="module")
def api(gateway: LocalGateway) -> Api:
    return client(gateway)


def test_move(gateway: LocalGateway, api: Api) -> None:
    data = unique()
    put(api, "/documents/from.bin", data)
    done = wristgate(gateway, "mv", "/documents/from.bin", "/photos/to.bin")
    assert (done.returncode, done.stdout, done.stderr) == (0, "/photos/to.bin\n", "")
    assert download(api, path="/photos/to.bin").body == data
    put(api, "/documents/taken.bin", unique())
    for words, said in (
        (("/photos/to.bin", "/documents/taken.bin"), "there is a file at /documents/taken.bin already"),
        (("/photos/to.bin", "/photos/"), "path: must end with the name of a file"),
        (("/photos/nothing.bin", "/documents/x.bin"), "there is no file /photos/nothing.bin"),
    ):
        done = wristgate(gateway, "mv", *words)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"wristgate: {said}\n")


def test_remove_list_and_restore(gateway: LocalGateway, api: Api) -> None:
    data = [unique(), unique()]
    files = [put(api, f"/documents/{number}.bin", content)["id"] for number, content in enumerate(data)]
    done = wristgate(gateway, "rm", "/documents/0.bin", "/documents/1.bin")
    assert done.stdout.splitlines() == [f"/documents/{n}.bin: in the trash as {file}" for n, file in enumerate(files)]
    assert not {"/documents/0.bin", "/documents/1.bin"} & set(paths(api))
    listed = {row["id"]: row for row in json.loads(wristgate(gateway, "trash", "--json").stdout)}
    assert [(listed[file]["path"], listed[file]["size"]) for file in files] == [
        (f"/documents/{n}.bin", len(content)) for n, content in enumerate(data)
    ]  # fmt: skip
    [line] = [line for line in wristgate(gateway, "trash").stdout.splitlines() if files[0] in line]
    assert line.split("\t")[1] == "/documents/0.bin"
    put(api, "/documents/1.bin", unique())
    assert wristgate(gateway, "trash", "restore", files[0]).stdout == "/documents/0.bin\n"
    assert wristgate(gateway, "trash", "restore", files[1]).stdout == "/documents/1 (2).bin\n"
    assert download(api, id=files[1]).body == data[1]
    again = wristgate(gateway, "trash", "restore", files[0])
    assert (again.returncode, again.stderr) == (1, "wristgate: no such file in the trash\n")


def test_one_that_is_not_there_leaves_the_others(gateway: LocalGateway, api: Api) -> None:
    put(api, "/documents/goes.bin", unique())
    done = wristgate(gateway, "rm", "/documents/nothing.bin", "/documents/goes.bin")
    assert (done.returncode, done.stderr) == (1, "wristgate: there is no file /documents/nothing.bin\n")
    assert "/documents/goes.bin" not in paths(api)


def test_mistakes_and_an_empty_trash(gateway: LocalGateway, tmp_path: Path) -> None:
    for words in (("rm",), ("trash", "--json", "restore", "x")):
        assert wristgate(gateway, *words).returncode == 2
    empty = {"SYNC_DATA_DIR": str(tmp_path / "data")}
    run("add", str(RUN_FILE), **empty)
    done = run("trash", **empty)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "The trash is empty.\n")
