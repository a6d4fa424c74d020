"""Backups of a gateway that runs: by commands and by its agent, killed at any moment, and put back."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.client import Api
from tests.e2e.conftest import Make
from tests.e2e.database import assert_sound
from tests.e2e.program import ROOT, WRISTGATE, Program, wait_until
from tests.http.store import PREFIX, ask, created, download, put, send, unique
from tests.s3 import Storage, moto, rclone

LARGE = 400_000
PASSPHRASE = {"SYNC_BACKUP_PASSPHRASE": "six words that nobody guesses"}


def command(program: Program, *arguments: str, fails: bool = False, **more: str) -> str:
    """Run a command on a gateway's data, or on those that ``more`` names; gives what it prints."""
    done = subprocess.run(
        [*WRISTGATE, *arguments], env=program.environment | PASSPHRASE | more, cwd=ROOT, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert bool(done.returncode) == fails, done.stderr
    return done.stdout + done.stderr


def key_of(program: Program, data: Path | None = None) -> Api:
    more = {"SYNC_DATA_DIR": str(data)} if data else {}
    secret = command(program, "apikey", "create", "test", **more).split()[0]
    return Api(f"http://127.0.0.1:{program.port}", secret, PREFIX)


@pytest.fixture(params=["folder", "moto", "rclone"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """A place, with the variables that it takes."""
    if request.param == "folder":
        yield str(tmp_path / "place"), {}
        return
    with moto() if request.param == "moto" else rclone(tmp_path / "rclone") as found:
        assert isinstance(found, Storage)
        yield found.where, found.environment


def test_a_backup_of_a_running_gateway_is_put_back(
    make: Make, tmp_path: Path, storage: tuple[str, Mapping[str, str]]
) -> None:
    """Files, keys and users come back, and who follows the journal starts over instead of missing something."""
    where, variables = storage
    program = make().start()
    api = key_of(program)
    bodies = {f"/documents/{n}.bin": unique(LARGE if n % 3 else 500) for n in range(9)}
    for path, body in bodies.items():
        put(api, path, body)
    made = json.loads(command(program, "backup", "--output", where, "--json", **variables))
    assert (made["with_keys"], made["lost"]) == (True, [])
    put(api, "/documents/late.bin", unique(LARGE))
    cursor = _pulled(api)
    assert "all is well" in command(program, "verify", where, **variables)
    program.stop()

    data = tmp_path / "restored"
    restored = {"SYNC_DATA_DIR": str(data), **variables}
    assert "Restored" in command(program, "restore", where, **restored)
    assert "is not empty" in command(program, "restore", where, fails=True, **restored)
    back = make(data=data).start()
    again = Api(f"http://127.0.0.1:{back.port}", api.token, PREFIX)  # the key is good there too
    for path, body in bodies.items():
        assert download(again, path=path).body == body
    assert download(again, path="/documents/late.bin").status == 404
    answer = ask(again, "sync/pull", cursor=cursor)
    assert (answer.status, answer.json["reset"]) == (410, True)
    back.stop()
    assert_sound(data)


def _pulled(api: Api) -> str:
    value = ask(api, "sync/pull", limit=1000).good
    return str(value["cursor"])


@pytest.mark.parametrize("after", [1, 3, 8, 13])
def test_a_backup_that_is_killed_is_none(make: Make, tmp_path: Path, after: int) -> None:
    """Whenever it is killed, what can be listed can be verified, and the next one goes on with what is there."""
    program = make().start()
    api = key_of(program)
    for n in range(6):
        put(api, f"/documents/{n}.bin", unique(LARGE))
    place = tmp_path / "place"
    child = subprocess.Popen(
        [*WRISTGATE, "backup", "--output", str(place)], env=program.environment | PASSPHRASE, cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until(lambda: child.poll() is not None or _files(place) >= after, f"{after} files are there")
    child.send_signal(signal.SIGKILL)
    child.wait()
    found = json.loads(command(program, "backup", "list", str(place), "--json"))
    assert found["damaged"] == []
    for row in found["backups"]:
        assert "all is well" in command(program, "verify", str(place), "--backup", row["name"])
    command(program, "backup", "--output", str(place))
    assert "all is well" in command(program, "verify", str(place))
    assert not list(program.data.glob("backup.db*"))


def _files(place: Path) -> int:
    return sum(len(files) for _, _, files in os.walk(place))


@pytest.mark.parametrize("after", [1, 4, 6])
def test_a_restore_that_is_killed_starts_no_gateway_and_can_be_begun_again(
    make: Make, tmp_path: Path, after: int
) -> None:
    program = make().start()
    api = key_of(program)
    bodies = {f"/documents/{n}.bin": unique(LARGE) for n in range(5)}
    for path, body in bodies.items():
        put(api, path, body)
    place, data = tmp_path / "place", tmp_path / "restored"
    command(program, "backup", "--output", str(place))
    program.stop()
    child = subprocess.Popen(
        [*WRISTGATE, "restore", str(place)], env=program.environment | PASSPHRASE | {"SYNC_DATA_DIR": str(data)},
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until(lambda: child.poll() is not None or _files(data) >= after, f"{after} files are there")
    child.send_signal(signal.SIGKILL)
    child.wait()
    if not (data / "wristgate.db").exists():
        assert "broken off: run wristgate restore again" in command(
            program, "serve", fails=True, SYNC_DATA_DIR=str(data)
        )
        command(program, "restore", str(place), SYNC_DATA_DIR=str(data))
    back = make(data=data).start()
    again = Api(f"http://127.0.0.1:{back.port}", api.token, PREFIX)
    for path, body in bodies.items():
        assert download(again, path=path).body == body


def test_a_database_that_was_put_into_a_folder_by_itself_begins_a_new_epoch(make: Make, tmp_path: Path) -> None:
    """As litestream does at a first boot; so does one in whose folder another file or an older one was put."""
    program = make().start()
    api = key_of(program)
    put(api, "/documents/x.txt", unique())
    cursor = _pulled(api)
    program.stop()
    program.start()
    assert ask(_at(program, api), "sync/pull", cursor=cursor).status == 200
    program.stop()
    older = (program.data / "wristgate.db").read_bytes()
    program.start()
    program.stop()
    (program.data / "wristgate.db").write_bytes(older)
    program.start()
    assert ask(_at(program, api), "sync/pull", cursor=cursor).json["reset"] is True
    cursor = _pulled(_at(program, api))
    program.stop()
    alone = tmp_path / "alone"
    alone.mkdir()
    for name in ("wristgate.db", "master.key"):
        shutil.copy(program.data / name, alone)
    brought = make(data=alone).start()
    answer = ask(_at(brought, api), "sync/pull", cursor=cursor)
    assert (answer.status, answer.json["reset"]) == (410, True)
    assert "was restored or replaced" in brought.words()
    cursor = _pulled(_at(brought, api))
    brought.stop()
    brought.start()
    assert ask(_at(brought, api), "sync/pull", cursor=cursor).status == 200


def _at(program: Program, api: Api) -> Api:
    return Api(f"http://127.0.0.1:{program.port}", api.token, PREFIX)


def test_the_agent_backs_up_daily(make: Make, tmp_path: Path) -> None:
    place = tmp_path / "place"
    program = make({"SYNC_BACKUP_TO": str(place), "SYNC_LOG_LEVEL": "info", **PASSPHRASE}).start()
    wait_until(lambda: "backed up to" in program.words(), "the agent has made a backup")
    assert "all is well" in command(program, "verify", str(place))
    assert len(json.loads(command(program, "backup", "list", "--json"))["backups"]) == 1
    program.stop()
    program.start()
    put(key_of(program), "/documents/x.txt", unique())
    program.stop()
    assert program.words().count("backed up to") == 1  # not due again


def test_keys_change_under_uploads(make: Make) -> None:
    """A rotation beside a gateway that takes files: all of them are readable, and none needs the old key."""
    program = make().start()
    api = key_of(program)
    bodies = {}
    for n in range(30):
        bodies[f"/documents/{n}.bin"] = unique(LARGE if n % 5 == 0 else 2000)
        put(api, f"/documents/{n}.bin", bodies[f"/documents/{n}.bin"])
    old = (program.data / "master.key").read_text()
    child = subprocess.Popen(
        [*WRISTGATE, "masterkey", "rotate"], env=program.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    n = 30
    while child.poll() is None:
        bodies[f"/documents/{n}.bin"] = unique(3000)
        created(send(api, bodies[f"/documents/{n}.bin"], path=f"/documents/{n}.bin"))
        n += 1
    assert child.stdout is not None
    said = child.stdout.read()
    child.stdout.close()
    assert child.returncode == 0
    assert "Forgot the key" in said or "contents need" in said
    command(program, "masterkey", "reseal")
    command(program, "masterkey", "prune")
    rows = json.loads(command(program, "masterkey", "--json"))["keys"]
    assert len(rows) == 1
    assert old.split()[-1] not in (program.data / "master.key").read_text()
    for path, body in bodies.items():
        assert download(api, path=path).body == body


def test_a_missing_and_a_wrong_key_are_one_sentence_at_the_start(make: Make) -> None:
    program = make().start()
    put(key_of(program), "/documents/x.txt", unique())
    program.stop()
    key = program.data / "master.key"
    kept = key.read_text()
    key.unlink()
    said = command(program, "serve", fails=True)
    assert said.startswith("wristgate: the master key ")
    assert said.count("\n") == 1
    assert "put master.key back" in said
    assert not key.exists()
    key.write_text("ab" * 32)
    said = command(program, "list", fails=True)
    assert "which master.key does not have: put it there" in said
    assert said.count("\n") == 1
    key.write_text(kept)
    assert "/documents/x.txt" in command(program, "list")
