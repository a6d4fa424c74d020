"""The drop folder of a real gateway: what others put there comes in, whatever happens in between.

Root may read and write everything, so that as root these gateways run without that right.
"""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import content
from tests.e2e.client import pair
from tests.e2e.conftest import Make
from tests.e2e.database import assert_sound
from tests.e2e.program import Program, wait_until
from tests.http.store import zipped
from tests.samples import fit, gpx_route

ORDINARY = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
JPEG = b"\xff\xd8\xff\xe0" + bytes(500)
LONG = 200_000  # bytes of a file that lies beside the database


class Dropped:
    """A gateway with its drop folder."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.folder = Path(program.environment["SYNC_DROP_DIR"])

    def put(self, name: str, data: bytes) -> None:
        """As tools do that know how: under another name first."""
        temporary = self.folder / f".{name}.part"
        temporary.write_bytes(data)
        temporary.rename(self.folder / name)

    def has(self, *names: str) -> None:
        for name in names:
            wait_until((self.folder / name).exists, f"there is {name}: {self.program.words()}")

    def pass_time(self) -> None:
        """Wait until the gateway has looked twice: at a file that has come just now."""
        data = os.urandom(8).hex()
        self.put(f"{data}.txt", data.encode())
        self.has(f"done/{data}.txt")

    def tree(self) -> list[str]:
        lines = self.program.command("list").decode().splitlines()
        return [line.split("\t")[0] for line in lines if not line.startswith("/documents/")]

    def said(self, words: str) -> None:
        wait_until(lambda: words in self.program.words(), f"it says {words}")


@pytest.fixture(scope="module")
def dropped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dropped]:
    """A gateway for all tests that leave nothing waiting."""
    folder = tmp_path_factory.mktemp("drop")
    program = Program(folder, settings(folder), prefix=ORDINARY).start()
    dropped = Dropped(program)
    dropped.has("done", "failed")
    yield dropped
    program.stop()
    assert_sound(program.data)


def settings(folder: Path) -> dict[str, str]:
    return {"SYNC_DROP_DIR": str(folder / "drop"), "SYNC_LOG_LEVEL": "info"}


def test_all_sorts_of_files(dropped: Dropped) -> None:
    folder, before = dropped.folder, set(dropped.tree())
    (folder / "passwd").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    (folder / "garmin" / "2026").mkdir(parents=True)
    (folder / "garmin" / "2026" / "tour.gpx").write_bytes(gpx_route())
    (folder / "run.fit").write_bytes(fit())
    (folder / "photo.jpg").write_bytes(JPEG)
    (folder / "pack.zip").write_bytes(zipped({"x.fit": fit(), "y.gpx": gpx_route()}))
    (folder / "bad.fit").write_bytes(fit()[:-1] + b"\0")
    (folder / "film.mp4").write_bytes(b"\0\0\0\x18ftypisom" + os.urandom(LONG))
    dropped.has("done/garmin/2026/tour.gpx", "done/run.fit", "done/photo.jpg", "done/pack.zip", "done/film.mp4")
    dropped.has("failed/bad.fit", "failed/bad.fit.reason.txt")
    assert set(dropped.tree()) - before == {
        "/activities/run.fit", "/activities/x.fit", "/photos/film.mp4", "/photos/photo.jpg", "/routes/tour.gpx",
        "/routes/y.gpx",
    }  # fmt: skip
    assert "bad_crc" in (folder / "failed" / "bad.fit.reason.txt").read_text()
    assert b"bad.fit" in dropped.program.command("refused")
    assert (folder / "passwd").is_symlink()
    assert (folder / "pipe").is_fifo()
    dropped.said("run.fit: taken in as /activities/run.fit; now done/run.fit")
    dropped.said("bad.fit: refused, some bytes of the file have changed")


def test_what_is_not_whole_waits(dropped: Dropped) -> None:
    """Half of a file, one that is held open, one that is still called otherwise, one that nobody may read yet."""
    folder, slow = dropped.folder, fit(600)
    (folder / "slow.fit").write_bytes(slow[:5000])
    (folder / "~syncthing~moved.fit.tmp").write_bytes(fit())
    (folder / "secret.fit").touch(mode=0)
    with (folder / "held.jpg").open("wb") as file:
        file.write(JPEG)
        file.flush()
        dropped.pass_time()
        with (folder / "slow.fit").open("ab") as more:
            more.write(slow[5000:7000])
        dropped.pass_time()
        assert all((folder / name).exists() for name in ("slow.fit", "held.jpg", "secret.fit"))
        dropped.said("secret.fit cannot be read: Permission denied")
        file.write(JPEG)
    with (folder / "slow.fit").open("ab") as more:
        more.write(slow[7000:])
    (folder / "secret.fit").chmod(0o600)
    (folder / "secret.fit").write_bytes(fit())
    (folder / "~syncthing~moved.fit.tmp").rename(folder / "moved.fit")
    dropped.has("done/held.jpg", "done/slow.fit", "done/secret.fit", "done/moved.fit")
    assert dropped.program.command("get", "/activities/slow.fit") == slow
    assert dropped.program.command("get", "/photos/held.jpg") == JPEG + JPEG
    assert {"/activities/secret.fit", "/activities/moved.fit"} <= set(dropped.tree())


def test_many_at_once_while_others_write_too(dropped: Dropped) -> None:
    before = len(dropped.tree())
    for n in range(300):
        dropped.put(f"many{n}.fit", fit(90))  # other bytes than those of the watch
    with pair(dropped.program) as watch:
        sent = 0
        while not (dropped.folder / "done" / "many0.fit").exists() or sent < 20:
            sent += 1
            assert watch.upload(f"sent{sent}.fit", content.small(100_000 + sent)).status == 200
    wait_until(lambda: not list(dropped.folder.glob("many*")), "all have come in")
    assert len(dropped.tree()) == before + 300 + sent
    assert len(list((dropped.folder / "done").glob("many*"))) == 300


def test_killed_in_the_middle_it_loses_nothing_and_takes_nothing_twice(dropped: Dropped) -> None:
    before = Counter(dropped.tree())
    for n in range(60):
        dropped.put(f"kill{n}.fit", fit(90))
    for least in (5, 25):
        wait_until(lambda: len(list((dropped.folder / "done").glob("kill*"))) > least, "some are done")  # noqa: B023
        [agent] = dropped.program.agents()
        os.kill(agent, signal.SIGKILL)
        wait_until(lambda: dropped.program.agents() not in ([], [agent]), "there is another agent")  # noqa: B023
    wait_until(lambda: not list(dropped.folder.glob("kill*")), "all have come in")
    assert Counter(dropped.tree()) - before == Counter(f"/activities/kill{n}.fit" for n in range(60))
    assert len(list((dropped.folder / "done").glob("kill*"))) == 60


def test_a_folder_that_refuses_the_move(make: Make, tmp_path: Path) -> None:
    """And a restart meanwhile, with the folder full of files."""
    program = make(settings(tmp_path), prefix=ORDINARY).start()
    dropped = Dropped(program)
    dropped.has("done", "failed")
    (dropped.folder / "done").chmod(0o500)
    dropped.put("run.fit", fit())
    dropped.said("what was settled cannot be moved to done: Permission denied")
    assert dropped.tree() == ["/activities/run.fit"]
    program.stop()
    program.start()
    wait_until(lambda: program.words().count("cannot be moved") == 2, "the next one says so, too")
    assert dropped.tree() == ["/activities/run.fit"]
    program.stop()
    (dropped.folder / "done").chmod(0o700)
    dropped.put("more.fit", fit())
    assert program.run("agent", "--once").returncode == 0
    assert sorted(file.name for file in (dropped.folder / "done").iterdir()) == ["more.fit", "run.fit"]
    assert dropped.tree() == ["/activities/more.fit", "/activities/run.fit"]
