"""The drop folder: what is left alone, when a file is whole, where it goes, and that nothing is lost on the way."""

import errno
import gzip
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Busy, OverQuota, TooLarge
from gateway.service import moving
from gateway.service.access import by_command
from gateway.service.dropfolder import DropFolder
from gateway.service.dropping import AGAIN, LATER, Dropping
from gateway.service.droprules import (
    PATIENCE,
    SETTLE,
    UNSURE,
    Seen,
    Sight,
    is_left_alone,
    names_for,
    noticed,
    quiet,
    waits_for,
)
from gateway.service.incoming import Incoming
from gateway.service.leases import is_open_for_writing
from gateway.service.merging import WHATEVER
from gateway.service.paths import NAME_BYTES
from gateway.service.taking import Ended, Taking
from gateway.store import INLINE
from tests.e2e.disk import Disk
from tests.http.store import zipped
from tests.samples import fit, gpx_route
from tests.service.harness import Services

RUN = fit()
JPEG = b"\xff\xd8\xff\xe0" + os.urandom(500)


def on(_seconds: float) -> bool:
    """There is time, and no need to wait."""
    return False


class Drop:
    """A drop folder with its own clock, beside the services."""

    def __init__(self, services: Services, folder: Path) -> None:
        self.services = services
        self.folder = folder
        self.now = services.folder.stat().st_mtime  # files bear the time of the disk
        self.said: list[tuple[int, str]] = []
        self.restart()

    def restart(self) -> None:
        """Forget what only the process knows."""
        services = self.services
        self.dropping = Dropping(
            DropFolder(self.folder), self.taking(services.incoming), lambda: services.owner,
            lambda level, text: self.said.append((level, text)), lambda: self.now,
        )  # fmt: skip

    def taking(self, begin: Callable[[], Incoming]) -> Taking:
        return Taking(self.services.store, self.services.intake, begin)

    def put(self, name: str, data: bytes) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        return file

    def look(self) -> None:
        for found in self.dropping.look():
            if not self.dropping.take(found, on):
                return

    def pass_time(self, seconds: float = SETTLE) -> None:
        self.now += seconds
        self.look()

    def settle(self) -> None:
        """Look twice, as far apart as a file needs."""
        self.look()
        self.pass_time()

    def files(self) -> list[str]:
        return sorted(str(file.relative_to(self.folder)) for file in self.folder.rglob("*") if not file.is_dir())

    def tree(self) -> list[str]:
        return [row.file.path for row in self.services.tree.below(self.services.owner, "/")]

    def reason(self, name: str) -> str:
        return (self.folder / "failed" / f"{name}.reason.txt").read_text()

    def words(self) -> list[str]:
        return [text for _, text in self.said]

    def refused(self) -> list[str]:
        return [row.rejection.name for row in self.services.refused.all(self.services.owner)]

    def lying(self) -> list[Path]:
        return [file for file in (self.services.folder / "contents").rglob("*") if file.is_file()]


@pytest.fixture
def drop(services: Services, tmp_path: Path) -> Drop:
    return Drop(services, tmp_path / "drop")


def test_what_is_whole_is_taken_in_and_moved(drop: Drop) -> None:
    drop.put("run.fit", RUN)
    drop.put("a/b/tour.gpx", gpx_route())
    drop.put("image.jpg", JPEG)
    os.utime(drop.put("note.txt", b"hello"), (1000, 1_700_000_000))
    drop.look()
    assert drop.tree() == []
    assert drop.dropping.pause() == SETTLE
    drop.pass_time()
    assert drop.tree() == ["/activities/run.fit", "/documents/note.txt", "/photos/image.jpg", "/routes/tour.gpx"]
    assert drop.files() == ["done/a/b/tour.gpx", "done/image.jpg", "done/note.txt", "done/run.fit"]
    assert drop.dropping.pause() is None
    assert (logging.INFO, "run.fit: taken in as /activities/run.fit; now done/run.fit") in drop.said
    assert [row.file.mtime for row in drop.services.tree.below(drop.services.owner, "/documents")] == [1_700_000_000]


def test_what_comes_again_is_the_same_and_lies_beside(drop: Drop) -> None:
    for _ in range(3):
        drop.put("run.fit", RUN)
        drop.settle()
    assert drop.tree() == ["/activities/run.fit"]
    assert drop.files() == ["done/run (2).fit", "done/run (3).fit", "done/run.fit"]
    assert drop.words()[-1] == "run.fit: was there already as /activities/run.fit; now done/run (3).fit"


def test_a_refused_file_has_its_reason_beside(drop: Drop) -> None:
    bad = RUN[:-1] + bytes([RUN[-1] ^ 1])
    for _ in range(2):
        drop.put("sub/bad.fit", bad)
        drop.settle()
    assert drop.tree() == []
    names = ["bad (2).fit", "bad (2).fit.reason.txt", "bad.fit", "bad.fit.reason.txt"]
    assert drop.files() == [f"failed/sub/{name}" for name in names]
    text = drop.reason("sub/bad.fit")
    assert f"some bytes of the file have changed (bad_crc at byte {len(bad) - 2})" in text
    assert "`wristgate refused`" in text
    assert drop.refused() == ["bad.fit"]  # once, however often it comes


def test_nothing_that_has_the_name_of_a_reason_is_overwritten(drop: Drop, tmp_path: Path) -> None:
    failed = drop.put("failed/zz.fit.reason.txt", b"mine").parent
    (failed / "zz (2).fit.reason.txt").symlink_to(tmp_path / "outside")
    (failed / "zz (3).fit.reason.txt").mkdir()
    drop.put("zz.fit", b"\x0e nothing")
    drop.now += PATIENCE
    drop.settle()
    assert (failed / "zz.fit.reason.txt").read_bytes() == b"mine"
    assert not (tmp_path / "outside").exists()
    assert "did not take this file in" in drop.reason("zz (4).fit")
    assert (failed / "zz (4).fit").exists()


@pytest.mark.parametrize("reader", [False, True])
def test_a_pipe_with_the_name_of_a_reason_holds_nothing_up(drop: Drop, tmp_path: Path, *, reader: bool) -> None:
    """In a child, which can be ended when it hangs."""
    pipe = drop.put("failed/broken.fit", b"other").with_name("broken.fit.reason.txt")
    pipe.with_name("broken.fit").unlink()
    os.mkfifo(pipe)
    drop.put("broken.fit", RUN[:-1] + bytes([RUN[-1] ^ 1]))
    handle = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK) if reader else None
    subprocess.run([sys.executable, "-c", IN_A_CHILD, str(tmp_path)], timeout=20, check=True)
    if handle is not None:
        assert os.read(handle, 1) == b""
        os.close(handle)
    names = ["broken (2).fit", "broken (2).fit.reason.txt", "broken.fit.reason.txt"]
    assert drop.files() == [f"failed/{name}" for name in names]


@pytest.mark.parametrize("theirs", [False, True])
def test_a_move_that_fails_takes_back_its_own_reason_only(
    drop: Drop, monkeypatch: pytest.MonkeyPatch, *, theirs: bool
) -> None:
    bad = drop.put("bad.fit", b"\x0e nothing")
    drop.now += PATIENCE
    with monkeypatch.context() as broken:
        broken.setattr(moving, "_rename", refuse(PermissionError(13, "Permission denied")))
        drop.settle()
        assert drop.files() == ["bad.fit"]
        if theirs:
            settled = drop.dropping._seen["bad.fit"].settled
            assert settled is not None
            drop.put("failed/bad.fit.reason.txt", (settled.reason or "").encode())
        drop.pass_time(AGAIN)
    assert drop.files() == ["bad.fit", "failed/bad.fit.reason.txt"][: 1 + theirs]
    drop.pass_time(AGAIN)
    assert not bad.exists()
    assert drop.files() == ["failed/bad.fit", "failed/bad.fit.reason.txt"]


def test_a_name_that_is_taken_meanwhile_leaves_no_reason_behind(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.put("bad.fit", b"\x0e nothing")
    drop.now += PATIENCE
    rename = moving._rename

    def late(name: str, new: str, source: int, target: int) -> None:
        if new == "bad.fit":
            drop.put("failed/bad.fit", b"other")
        rename(name, new, source, target)

    monkeypatch.setattr(moving, "_rename", late)
    drop.settle()
    assert drop.files() == [f"failed/{name}" for name in ("bad (2).fit", "bad (2).fit.reason.txt", "bad.fit")]


@pytest.mark.parametrize("passed", [0, 1])
def test_killed_between_the_reason_and_the_move_both_come_in_the_end(
    drop: Drop, monkeypatch: pytest.MonkeyPatch, passed: int
) -> None:
    """The reason that was left is used when it says the same, of the same second."""
    drop.put("bad.fit", b"\x0e nothing")
    drop.now += PATIENCE
    with monkeypatch.context() as broken:
        broken.setattr(moving, "_rename", refuse(SystemExit(9)))
        with pytest.raises(SystemExit):
            drop.settle()
    assert drop.files() == ["bad.fit", "failed/bad.fit.reason.txt"]
    drop.restart()
    drop.now += passed - SETTLE
    drop.settle()
    name = ("bad.fit", "bad (2).fit")[passed]
    assert {f"failed/{name}", f"failed/{name}.reason.txt"} <= set(drop.files())
    assert len(drop.files()) == 2 + passed


def test_a_file_that_grows_is_not_taken(drop: Drop) -> None:
    file = drop.put("run.fit", RUN[:500])
    for end in range(1000, len(RUN) + 500, 500):
        drop.settle()
        file.write_bytes(RUN[:end])
    assert drop.files() == ["run.fit"]
    drop.settle()
    assert drop.files() == ["done/run.fit"]
    assert drop.refused() == []
    assert drop.words()[0] == f"run.fit is cut short, and gets {PATIENCE - SETTLE:.0f} s for the rest to come"


def test_a_file_that_never_ends_is_refused_in_the_end(drop: Drop) -> None:
    drop.put("cut.fit", RUN[:500])
    drop.put("cut.zip", zipped({"a.fit": RUN})[:900])
    drop.put("cut.gpx.gz", gzip.compress(gpx_route())[:60])
    drop.settle()
    assert len(drop.files()) == 3
    pause = drop.dropping.pause()
    assert pause is not None
    drop.pass_time(pause - 1)
    assert len(drop.files()) == 3
    drop.pass_time(1)
    assert [name for name in drop.files() if not name.endswith(".txt")] == [
        "failed/cut.fit", "failed/cut.gpx.gz", "failed/cut.zip"
    ]  # fmt: skip
    assert "cut short (truncated at byte 900)" in drop.reason("cut.zip")
    assert drop.refused() == ["cut.fit"]
    assert sum("cut short, and gets" in text for text in drop.words()) == 3


def test_one_that_is_old_needs_no_patience(drop: Drop) -> None:
    drop.now = drop.put("cut.fit", RUN[:500]).stat().st_mtime + PATIENCE
    drop.settle()
    assert drop.files() == ["failed/cut.fit", "failed/cut.fit.reason.txt"]


def test_a_file_that_is_open_for_writing_waits(drop: Drop) -> None:
    with drop.put("image.jpg", JPEG).open("ab"):
        for _ in range(5):
            drop.settle()
        assert drop.files() == ["image.jpg"]
        assert drop.words() == []
        drop.pass_time(PATIENCE)
        drop.pass_time()
        assert drop.words() == ["image.jpg is still open for writing"]
    drop.pass_time()
    assert drop.files() == ["done/image.jpg"]


@pytest.mark.parametrize("number", [errno.EACCES, errno.EINVAL])
def test_where_nobody_knows_of_writers_it_takes_longer(
    drop: Drop, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr("fcntl.fcntl", refuse(OSError(number, "no lease")))
    drop.put("image.jpg", JPEG)
    drop.settle()
    drop.pass_time(UNSURE - SETTLE - 1)
    assert drop.files() == ["image.jpg"]
    drop.pass_time(SETTLE)
    assert drop.files() == ["done/image.jpg"]


def test_a_network_knows_nothing_of_writers(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    """NFS refuses a lease as if there were one."""
    file = drop.put("image.jpg", JPEG)
    device = file.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    mounts = (
        f"36 35 {number} / /mnt rw - {{}} host:/export rw\n99 35 0:5 / /other rw,noatime shared:3 - {{}} /dev/sda rw\n"
    )
    for kind, other, knows in (("nfs4", "ext4", None), ("cifs", "ext4", None), ("ext4", "nfs4", True)):
        text = mounts.format(kind, other)
        monkeypatch.setattr(Path, "read_text", lambda *_words, text=text, **_more: text)
        with file.open("ab"), file.open("rb") as source:
            assert is_open_for_writing(source.fileno()) is knows


def test_a_reader_holds_nothing_up(drop: Drop) -> None:
    with drop.put("image.jpg", JPEG).open("rb"):
        drop.settle()
    assert drop.files() == ["done/image.jpg"]


@pytest.mark.parametrize(
    "name",
    [
        ".syncthing.run.fit.tmp", "~syncthing~run.fit.tmp", "run.fit.part", "run.fit.partial", "run.fit.filepart",
        "run.fit.crdownload", "run.TMP", "run.fit.!sync", ".~lock.run.csv#", ".run.fit.Ab3xY9", "~$tour.docx",
        ".ocTransferId1234.part", "run.fit.ocTransferId77.part", ".pending-1790000000-run.fit", "run.fit~", ".hidden",
        "bad.fit.reason.txt", "Thumbs.db",
    ],
)  # fmt: skip
def test_names_of_the_unfinished_are_left_alone(drop: Drop, name: str) -> None:
    drop.put(name, RUN)
    drop.put("run.fit", RUN)
    drop.settle()
    assert drop.files() == sorted([name, "done/run.fit"])


def test_the_gateways_own_folders_are_known_in_any_case(drop: Drop) -> None:
    """A disk that folds case would give them back as other ones."""
    drop.put("Done/run.fit", RUN)
    drop.put("FAILED/run.fit", RUN)
    drop.put("sub/done/run.fit", RUN)
    drop.settle()
    assert drop.files() == ["Done/run.fit", "FAILED/run.fit", "done/sub/done/run.fit"]


def test_what_lies_on_another_disk_stays_there(drop: Drop, tmp_path: Path) -> None:
    drop.put("run.fit", RUN)
    with Disk(drop.folder / "usb", "1m") as disk:
        (disk.outside / "tour.gpx").write_bytes(gpx_route())
        looked = disk.run(sys.executable, "-c", IN_A_CHILD, str(tmp_path))
        assert looked.returncode == 0, looked.stderr
        assert (disk.outside / "tour.gpx").exists()
    assert drop.tree() == ["/activities/run.fit"]


def test_renamed_into_place_it_is_taken(drop: Drop) -> None:
    file = drop.put(".syncthing.run.fit.tmp", RUN)
    drop.settle()
    file.rename(drop.folder / "run.fit")
    drop.look()
    assert drop.files() == ["run.fit"]
    drop.pass_time()
    assert drop.files() == ["done/run.fit"]


def test_renamed_while_it_waits_it_is_taken_once(drop: Drop) -> None:
    file = drop.put("run.fit", RUN)
    drop.look()
    file.rename(drop.folder / "morning.fit")
    drop.settle()
    assert (drop.files(), drop.tree()) == (["done/morning.fit"], ["/activities/morning.fit"])


def test_links_pipes_and_hidden_folders_are_left_alone(drop: Drop, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    drop.put(".stversions/old.fit", RUN)
    (drop.folder / "passwd").symlink_to("/etc/passwd")
    (drop.folder / "elsewhere").symlink_to(outside)
    os.mkfifo(drop.folder / "pipe.fit")
    before = drop.files()
    drop.settle()
    drop.settle()
    assert drop.files() == before
    assert (drop.tree(), drop.words()) == ([], [])


def test_a_folder_that_becomes_a_link_shows_nothing(drop: Drop, tmp_path: Path) -> None:
    drop.put("sub/note.txt", b"mine")
    drop.look()
    drop.now += SETTLE
    looking = drop.dropping.look()
    found = next(looking)
    (drop.folder / "sub").rename(tmp_path / "aside")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "note.txt").write_bytes(b"secret")
    (drop.folder / "sub").symlink_to(tmp_path / "outside")
    assert drop.dropping.take(found, on)
    looking.close()
    assert drop.tree() == []
    assert drop.words() == ["sub/note.txt cannot be read: Not a directory"]


def test_a_zip_is_opened_and_says_what_failed(drop: Drop) -> None:
    bad = RUN[:-1] + bytes([RUN[-1] ^ 1])
    drop.put("good.zip", zipped({"a.fit": fit(), "b.gpx": gpx_route()}))
    drop.put("mixed.zip", zipped({"c.fit": fit(), "bad.fit": bad, "cut.fit": RUN[:500]}))
    drop.put("none.zip", zipped({"folder/": b""}))
    drop.put("tour.gpx.gz", gzip.compress(gpx_route()))
    drop.settle()
    assert drop.tree() == ["/activities/a.fit", "/activities/c.fit", "/routes/b.gpx", "/routes/tour.gpx"]
    assert [name for name in drop.files() if not name.endswith(".txt")] == [
        "done/good.zip", "done/tour.gpx.gz", "failed/mixed.zip", "failed/none.zip"
    ]  # fmt: skip
    lines = drop.reason("mixed.zip").splitlines()
    assert lines[0].endswith("1 file taken in from this archive, and not taken in:")
    assert [line.partition(":")[0] for line in lines[1:3]] == ["- bad.fit", "- cut.fit"]
    assert "the archive has no files" in drop.reason("none.zip")
    assert sorted(drop.refused()) == ["bad.fit", "cut.fit"]


def test_a_long_file_goes_to_the_disk_and_leaves_nothing_behind(drop: Drop) -> None:
    data = os.urandom(INLINE + 1)
    for name in ("film.bin", "again.bin"):
        drop.put(name, data)
        drop.settle()
    assert (drop.tree(), len(drop.lying())) == (["/documents/film.bin"], 1)


def test_a_file_over_the_limit_is_refused_unread(drop: Drop) -> None:
    drop.dropping._taking = drop.taking(lambda: Incoming(drop.services.contents, 1000))
    drop.put("film.bin", bytes(1001))
    drop.look()
    drop.now += SETTLE
    for found in drop.dropping.look():
        drop.dropping.take(found, lambda _seconds: True)  # which would end the reading
    assert "the file is over the limit of 1000 bytes" in drop.reason("film.bin")
    with pytest.raises(TooLarge):
        Incoming(drop.services.contents, 1000).expect(1001)


@pytest.mark.parametrize("size", [100, INLINE + 1])
def test_a_file_that_changes_while_it_is_read_is_not_taken(drop: Drop, size: int) -> None:
    file = drop.put("notes.txt", bytes(size))
    drop.look()
    drop.now += SETTLE

    def write(_seconds: float) -> bool:
        os.utime(file, ns=(1, file.stat().st_mtime_ns + 1))
        return False

    for found in drop.dropping.look():
        assert drop.dropping.take(found, write)
    assert (drop.tree(), drop.files(), drop.lying()) == ([], ["notes.txt"], [])
    drop.settle()
    assert drop.files() == ["done/notes.txt"]


def test_another_file_that_takes_its_place_before_the_move_is_not_moved(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop.put("run.fit", RUN)
    drop.look()
    drop.now += SETTLE
    move, other = DropFolder.move, fit()

    def late(folder: DropFolder, *words: object) -> str:
        (drop.folder / ".new").write_bytes(other)
        (drop.folder / ".new").rename(drop.folder / "run.fit")
        return move(folder, *words)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(DropFolder, "move", late)
        drop.look()
    assert (drop.files(), (drop.folder / "run.fit").read_bytes()) == (["run.fit"], other)
    drop.settle()
    assert drop.files() == ["done/run.fit"]
    assert len(drop.tree()) == 2


def test_what_cannot_be_moved_is_not_taken_twice(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.put("run.fit", RUN)
    with monkeypatch.context() as broken:
        broken.setattr(DropFolder, "move", refuse(PermissionError(13, "Permission denied")))
        drop.settle()
        taken = drop.tree()
        [entry] = [row.file for row in drop.services.tree.below(drop.services.owner, "/")]
        drop.services.write(drop.services.revising.delete(by_command(drop.services.owner), entry.id, WHATEVER))
        drop.pass_time(AGAIN)
        drop.pass_time(AGAIN)
    assert (taken, drop.tree(), drop.files()) == (["/activities/run.fit"], [], ["run.fit"])
    assert drop.words() == ["what was settled cannot be moved to done: Permission denied"]
    drop.pass_time(AGAIN)
    assert (drop.tree(), drop.files()) == ([], ["done/run.fit"])


def refuse(error: Exception) -> Callable[..., object]:
    def fail(*_words: object, **_more: object) -> object:
        raise error

    return fail


def test_a_full_disk_holds_everything_up_and_loses_nothing(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        drop.put(f"{name}.fit", fit())
    with monkeypatch.context() as broken:
        broken.setattr(drop.services.store, "write", refuse(Busy("the gateway's disk is full", wait=60)))
        drop.settle()
        drop.pass_time(60)
    assert drop.files() == ["a.fit", "b.fit", "c.fit"]
    assert drop.words() == ["the drop folder waits: the gateway's disk is full"]
    drop.pass_time(60)
    drop.pass_time(60)
    assert len(drop.tree()) == 3


def test_a_full_quota_is_said_once(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.put("pack.zip", zipped({"a.fit": fit(), "b.fit": fit()}))
    for name in "ab":
        drop.put(f"{name}.fit", fit())
    with monkeypatch.context() as broken:
        broken.setattr(drop.services.store, "write", refuse(OverQuota("your 1 MB are full")))
        drop.settle()
        drop.pass_time(LATER)
    assert drop.files() == ["a.fit", "b.fit", "pack.zip"]
    assert drop.words() == ["the drop folder waits: your 1 MB are full"]
    drop.pass_time(LATER)
    assert len(drop.tree()) == 4
    drop.look()
    drop.put("c.fit", fit())
    with monkeypatch.context() as broken:
        broken.setattr(drop.services.store, "write", refuse(OverQuota("your 1 MB are full")))
        drop.settle()
    assert drop.words().count("the drop folder waits: your 1 MB are full") == 2  # it was well in between


def test_it_ends_in_the_middle_of_a_file(drop: Drop) -> None:
    drop.put("film.bin", os.urandom(INLINE + 1))
    drop.look()
    drop.now += SETTLE
    for found in drop.dropping.look():
        with pytest.raises(Ended):
            drop.dropping.take(found, lambda _seconds: True)
    assert (drop.tree(), drop.files(), drop.lying()) == ([], ["film.bin"], [])


def test_killed_after_the_commit_it_is_the_same_afterwards(drop: Drop, tmp_path: Path) -> None:
    """A child takes the files in and dies before it moves them."""
    drop.put("run.fit", RUN)
    drop.put("pack.zip", zipped({"a.gpx": gpx_route(), "bad.fit": RUN[:-1] + b"x"}))
    killed = subprocess.run([sys.executable, "-c", IN_A_CHILD, str(tmp_path), "killed"], timeout=60, check=False)
    assert killed.returncode == 9
    assert drop.files() == ["pack.zip", "run.fit"]
    before = drop.tree()
    assert before
    for _ in range(2):
        drop.settle()
    assert drop.tree() == ["/activities/run.fit", "/routes/a.gpx"]
    assert drop.files() == ["done/run.fit", "failed/pack.zip", "failed/pack.zip.reason.txt"]
    assert drop.refused() == ["bad.fit"]


IN_A_CHILD = """
import os, sys
from pathlib import Path
from gateway.service.dropfolder import DropFolder
from gateway.service.dropping import Dropping
from gateway.service.taking import Taking
from tests.service.harness import Services

folder = Path(sys.argv[1])
services = Services(folder)
now = [0.0]
if "killed" in sys.argv:
    DropFolder.move = lambda *_words: os._exit(9)
dropping = Dropping(
    DropFolder(folder / "drop"), Taking(services.store, services.intake, services.incoming), lambda: services.owner,
    lambda level, text: None, lambda: now[0],
)
for _ in range(2):
    for found in dropping.look():
        dropping.take(found, lambda seconds: False)
    now[0] += 10
"""


def test_any_name_is_taken_in_under_a_legal_one(drop: Drop) -> None:
    names = [b"r\xe4d.fit", b"con.fit", b"a\nb.fit", "o\u0308.fit".encode(), b"\xe2\x80\xae.fit", b"x" * 250 + b".fit"]
    for name in names:
        (drop.folder / os.fsdecode(name)).parent.mkdir(exist_ok=True)
        (drop.folder / os.fsdecode(name)).write_bytes(fit())
    drop.settle()
    assert len(drop.tree()) == len(names)
    assert "/activities/r-d.fit" in drop.tree()
    assert sorted(os.fsencode(file.name) for file in (drop.folder / "done").iterdir()) == sorted(names)


def test_a_long_name_leaves_room_for_the_reason(drop: Drop) -> None:
    for _ in range(2):
        drop.put("ä" * 125 + ".fit", b"\x0e nothing")
        drop.now += PATIENCE
        drop.settle()
    names = [file.name for file in (drop.folder / "failed").iterdir() if not file.name.endswith(".reason.txt")]
    assert len(names) == 2
    assert all(name.endswith(".fit") for name in names)
    assert all(drop.reason(name) for name in names)


def test_a_file_where_done_needs_a_folder(drop: Drop) -> None:
    drop.put("sub", b"a file")
    drop.settle()
    (drop.folder / "sub").mkdir()
    drop.put("sub/run.fit", RUN)
    drop.settle()
    assert drop.files() == ["done/sub", "done/sub (2)/run.fit"]


def test_a_disk_that_cannot_rename_so_does_it_otherwise(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    class Library:
        pass

    monkeypatch.setattr(moving.ctypes, "CDLL", lambda *_words, **_more: Library())
    for _ in range(2):
        drop.put("run.fit", RUN)
        drop.settle()
    assert drop.files() == ["done/run (2).fit", "done/run.fit"]


def test_a_folder_that_cannot_be_used_raises_and_works_again(drop: Drop) -> None:
    drop.folder.write_text("a file")
    with pytest.raises(FileExistsError):
        drop.look()
    drop.folder.unlink()
    drop.put("run.fit", RUN)
    drop.settle()
    assert drop.tree() == ["/activities/run.fit"]


def test_many_are_waited_for_in_turns(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.service.dropping.MOST", 3)
    for n in range(5):
        drop.put(f"{n}.txt", b"%d" % n)
    drop.settle()
    assert len(drop.tree()) == 3
    assert drop.dropping.pause() == SETTLE
    drop.settle()
    assert len(drop.tree()) == 5


SIGHTS = st.builds(Sight, st.integers(1, 2), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2))


@given(st.lists(st.tuples(SIGHTS, st.floats(-5, 5)), min_size=1))
def test_whole_is_what_two_looks_apart_saw_alike(looks: list[tuple[Sight, float]]) -> None:
    now, seen, same_since = 1000.0, None, 1000.0
    last: Sight | None = None
    for sight, passed in looks:
        now += passed
        if sight != last or now < same_since:
            last, same_since = sight, now
        seen = noticed(sight, seen, now)
        assert (waits_for(seen, now) == 0) == (now - same_since >= SETTLE)
        assert quiet(seen, now) >= now - same_since


def test_a_clock_that_is_set_back_begins_anew() -> None:
    sight = Sight(1, 1, 1, 1)
    assert noticed(sight, Seen(sight, 500.0, again=900.0), 400.0) == Seen(sight, 400.0)


@given(
    st.binary(min_size=1, max_size=NAME_BYTES).filter(lambda name: not {0, 47} & set(name)), st.sampled_from([0, 11])
)
def test_names_fit_and_differ(raw: bytes, room: int) -> None:
    name = os.fsdecode(raw)
    names = list(islice(names_for(name, room), 12))
    assert len(set(names)) == len(names)
    for made in names:
        assert 0 < len(os.fsencode(made)) <= NAME_BYTES - room
        assert "/" not in made
    if len(raw) <= NAME_BYTES - room:
        assert names[0] == name
    assert is_left_alone(f".{name}")
