"""A replica of the database by litestream: what was acknowledged comes back when the gateway and its disk are gone."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from tests.client import Api
from tests.e2e.conftest import Make
from tests.e2e.program import ROOT, Program, wait_until
from tests.e2e.test_backup import command, key_of
from tests.http.store import PREFIX, ask, download, put, unique

LITESTREAM = Path(sys.executable).parent / "litestream"
CONFIG = ROOT / "deploy" / "litestream.yml"


def litestream(program: Program, replica: Path) -> dict[str, str]:
    return program.environment | {"LITESTREAM_URL": f"file://{replica}"}


def restored(program: Program, replica: Path, target: Path) -> bool:
    """Restore what the replica has; False: it has nothing yet."""
    target.unlink(missing_ok=True)
    done = subprocess.run(
        [LITESTREAM, "restore", "-config", CONFIG, "-o", target, program.data / "wristgate.db"],
        env=litestream(program, replica), capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def test_the_gateway_is_killed_and_its_disk_is_gone(make: Make, tmp_path: Path) -> None:
    program, replica, target = make().start(), tmp_path / "replica", tmp_path / "restored.db"
    api = key_of(program)
    with subprocess.Popen(
        [LITESTREAM, "replicate", "-config", CONFIG], env=litestream(program, replica), stdout=subprocess.DEVNULL
    ) as running:
        bodies = {f"/documents/{n}.txt": unique(20_000) for n in range(40)}
        for path, body in bodies.items():
            put(api, path, body)
        cursor = ask(api, "sync/pull", limit=1000).good["cursor"]
        os.kill(program.master, signal.SIGKILL)
        for worker in program.workers():
            os.kill(worker, signal.SIGKILL)

        def has_all() -> bool:
            if not restored(program, replica, target):
                return False
            shutil.rmtree(data, ignore_errors=True)
            data.mkdir()
            shutil.copy(program.data / "master.key", data)
            command(program, "restore", "--database", str(target), SYNC_DATA_DIR=str(data))
            return len(command(program, "list", "/documents", SYNC_DATA_DIR=str(data)).splitlines()) == len(bodies)

        data = tmp_path / "new"
        wait_until(has_all, "the replica has all that was acknowledged")
        running.terminate()
    shutil.rmtree(program.data)

    assert "has a database already" in command(
        program, "restore", "--database", str(target), fails=True, SYNC_DATA_DIR=str(data)
    )
    assert not command(program, "restore", "--database", str(target), "--if-needed", SYNC_DATA_DIR=str(data))
    back = make(data=data).start()
    again = Api(f"http://127.0.0.1:{back.port}", api.token, PREFIX)
    for path, body in bodies.items():
        assert download(again, path=path).body == body
    assert ask(again, "sync/pull", cursor=cursor).json["reset"] is True

    at_first_boot = tmp_path / "boot"
    at_first_boot.mkdir()
    shutil.copy(data / "master.key", at_first_boot)
    assert restored(program, replica, at_first_boot / "wristgate.db")
    booted = make(data=at_first_boot).start()
    assert (
        ask(Api(f"http://127.0.0.1:{booted.port}", api.token, PREFIX), "sync/pull", cursor=cursor).json["reset"] is True
    )


def test_a_database_without_its_key_is_refused(make: Make, tmp_path: Path) -> None:
    program = make().start()
    put(key_of(program), "/documents/x.txt", unique())
    program.stop()
    data = tmp_path / "new"
    said = command(
        program, "restore", "--database", str(program.data / "wristgate.db"), fails=True, SYNC_DATA_DIR=str(data)
    )
    assert "put master.key back" in said
    assert not (data / "wristgate.db").exists()
    nothing = tmp_path / "nothing.db"
    assert "there is no file" in command(
        program, "restore", "--database", str(nothing), fails=True, SYNC_DATA_DIR=str(data)
    )
    assert not command(program, "restore", "--database", str(nothing), "--if-needed", SYNC_DATA_DIR=str(data))
