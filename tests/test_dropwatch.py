"""When the drop folder is looked at: soon after something happens, now and then anyway, and no more when it ends."""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchfiles import _rust_notify

from gateway.assembly import Gateway
from gateway.config import Config
from gateway.dropwatch import LOOK, MOST, SOON, DropWatch, Events, say, watched
from gateway.errors import Busy
from gateway.model import Access
from gateway.service.dropfolder import DropFolder
from gateway.service.dropping import Dropping
from gateway.service.droprules import SETTLE
from gateway.service.incoming import Received
from gateway.service.intake import Wish
from gateway.service.taking import BREATH, Wait
from tests.e2e.program import GUARD, wait_until
from tests.samples import fit


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    opened = Gateway(
        Config.from_env({"SYNC_DATA_DIR": str(tmp_path / "data"), "SYNC_DROP_DIR": str(tmp_path / "drop")}), polite=True
    )
    opened.open()
    yield opened
    opened.store.close()


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def dropping(gateway: Gateway) -> Dropping:
    made = gateway.dropping(say)
    assert made is not None
    return made


def waits(steps: int, each: Callable[[float], None] = lambda _seconds: None) -> tuple[list[float], Wait]:
    """Give a wait that says that it is time to end after some steps, and the seconds of each."""
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        if seconds and seconds != BREATH:
            waited.append(seconds)
            each(seconds)
        return len(waited) >= steps

    return waited, wait


def test_without_a_setting_there_is_no_thread() -> None:
    before = threading.active_count()
    with watched(None, lambda: None, lambda: None):
        assert threading.active_count() == before


def test_it_waits_for_events_when_nothing_else_is_to_wait_for(gateway: Gateway, drop: Path) -> None:
    (drop / "cut.fit").write_bytes(fit()[:500])
    clock = [drop.stat().st_mtime]
    made = dropping(gateway)
    made._clock = lambda: clock[0]

    def pass_time(seconds: float) -> None:
        clock[0] += seconds

    waited, wait = waits(5, pass_time)
    events: list[float] = []
    DropWatch(made, wait).work(lambda seconds: (events.append(seconds), pass_time(seconds)))
    assert waited[0] == SETTLE
    assert all(seconds <= SOON for seconds in waited)
    assert events[:4] == [LOOK] * 4  # of five minutes
    assert waited[1:3] == [SOON, SOON]


def test_a_file_that_breaks_a_reader_leaves_the_others(
    gateway: Gateway, drop: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a.fit", "bad.fit", "c.fit"):
        (drop / name).write_bytes(fit())
    made, take, clock = dropping(gateway), gateway.intake.take, [drop.stat().st_mtime]
    made._clock = lambda: clock[0]

    def broken(access: Access, received: Received, wish: Wish) -> object:
        if wish.name == "bad.fit":
            raise ZeroDivisionError
        return take(access, received, wish)

    monkeypatch.setattr(gateway.intake, "take", broken)
    watch = DropWatch(made, lambda _seconds: False)
    watch.look()
    clock[0] += SETTLE
    assert watch.look()[0] > LOOK
    assert watch.look() == (made.pause(), False)
    assert sorted(file.name for file in drop.iterdir()) == ["bad.fit", "done", "failed"]
    assert [record.levelname for record in caplog.records if record.exc_info] == ["ERROR"]
    assert "bad.fit: it could not be taken in" in caplog.text


def test_a_full_disk_is_tried_with_one_file_at_a_time(
    gateway: Gateway, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        (drop / f"{name}.fit").write_bytes(fit())
    made, clock, tried = dropping(gateway), [drop.stat().st_mtime], [0]
    made._clock = lambda: clock[0]

    def full(*_words: object) -> object:
        tried[0] += 1
        raise Busy("the gateway's disk is full", wait=60)

    monkeypatch.setattr(gateway.intake, "take", full)
    watch = DropWatch(made, lambda _seconds: False)
    watch.look()
    clock[0] += SETTLE
    assert watch.look() == (SOON, True)
    assert tried == [1]


def test_a_folder_that_cannot_be_used_is_said_once(
    gateway: Gateway, drop: Path, caplog: pytest.LogCaptureFixture
) -> None:
    drop.rmdir()
    drop.write_text("in the way")
    waited, wait = waits(3)
    caplog.set_level(logging.INFO)
    watch = DropWatch(dropping(gateway), wait)
    watch.work(lambda _seconds: pytest.fail("there is nothing to watch"))
    assert waited == [SOON] * 3
    drop.unlink()
    watch.look()
    assert [record.getMessage() for record in caplog.records] == [
        f"the drop folder {drop} cannot be used: File exists", "the drop folder can be used again"
    ]  # fmt: skip


def test_an_event_is_enough(drop: Path) -> None:
    """The folder is moved away and made anew, as by a mount, while somebody waits for events."""
    ending = threading.Event()
    events = Events(DropFolder(drop), ending)
    assert events.wait(GUARD)  # begins to watch
    (drop / "before").touch()  # and misses nothing between two calls
    assert events.wait(GUARD)
    drop.rename(drop.with_name("aside"))
    drop.mkdir()
    assert events.wait(GUARD)
    (drop / "sub").mkdir()
    assert events.wait(GUARD)
    ending.set()
    assert not events.wait(GUARD)
    events.close()


def test_without_events_the_clock_is_enough(
    drop: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def none(*_words: object) -> object:
        raise OSError(28, "OS file watch limit reached")

    monkeypatch.setattr(_rust_notify, "RustNotify", none)
    events = Events(DropFolder(drop), threading.Event())
    for _ in range(3):
        events.wait(0)
    assert caplog.text.count("no events from the drop folder") == 1


class Watchers:
    """Stands for the library: notes what is watched, and answers with what is given."""

    def __init__(self, *heard: object) -> None:
        self.heard = list(heard)
        self.watched: list[list[str]] = []
        self.closed = 0

    def __call__(self, folders: list[str], *words: object) -> "Watchers":
        assert words == (False, False, 0, False, True)  # each by itself
        self.watched.append(sorted(folders))
        return self

    def watch(self, *_words: object) -> object:
        heard = self.heard.pop(0) if self.heard else "timeout"
        if isinstance(heard, Exception):
            raise heard
        return heard

    def close(self) -> None:
        self.closed += 1


class Ending(threading.Event):
    """Notes what is waited for, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout)
        return False


UNDECODED = RuntimeError("Unable to decode path")


def test_watched_is_what_is_looked_through(drop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "outside" / "deep").mkdir(parents=True)
    for name in ("a/b", "done/a", "failed/a", ".hidden/a", os.fsdecode(b"r\xe4d")):
        (drop / name).mkdir(parents=True)
    (drop / "link").symlink_to(tmp_path / "outside")
    (drop / "a" / "root").symlink_to("/")
    watchers = Watchers()
    monkeypatch.setattr(_rust_notify, "RustNotify", watchers)
    events = Events(DropFolder(drop), Ending())
    assert [events.wait(LOOK) for _ in range(3)] == [True, False, False]
    (drop / "c").mkdir()
    assert [events.wait(LOOK) for _ in range(2)] == [True, False]
    (drop / "c").rename(tmp_path / "aside")  # another one with its name
    (drop / "c").mkdir()
    assert [events.wait(LOOK) for _ in range(2)] == [True, False]
    (drop / "c").rmdir()
    assert [events.wait(LOOK) for _ in range(2)] == [True, False]
    some = [str(drop / name) for name in ("", "a", "a/b")]
    assert watchers.watched == [some, [*some, str(drop / "c")], [*some, str(drop / "c")], some]
    assert watchers.closed == 3


def test_a_folder_that_was_made_anew_is_watched_anew(drop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Disks give an inode that is free to the next one."""
    (drop / "a").mkdir()
    watchers = Watchers({(1, str(drop / "file"))}, {(3, str(drop / "a")), (1, str(drop / "a"))})
    monkeypatch.setattr(_rust_notify, "RustNotify", watchers)
    events = Events(DropFolder(drop), Ending())
    assert [events.wait(LOOK) for _ in range(3)] == [True] * 3
    assert len(watchers.watched) == 1
    assert [events.wait(LOOK) for _ in range(2)] == [True, False]
    assert len(watchers.watched) == 2


def test_not_more_than_so_many_folders_are_watched(drop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(MOST + 5):
        (drop / f"{n}").mkdir()
    watchers = Watchers()
    monkeypatch.setattr(_rust_notify, "RustNotify", watchers)
    events = Events(DropFolder(drop), Ending())
    assert [events.wait(LOOK) for _ in range(3)] == [True, False, False]
    [watched] = watchers.watched
    assert (len(watched), watched[0]) == (MOST, str(drop))


def test_a_link_to_many_folders_takes_one_watch(drop: Path, tmp_path: Path) -> None:
    """As the kernel counts them (https://man7.org/linux/man-pages/man5/proc_pid_fdinfo.5.html)."""
    for n in range(20):
        (tmp_path / "outside" / f"{n}").mkdir(parents=True)
    (drop / "link").symlink_to(tmp_path / "outside")
    before = inotify_watches()
    events = Events(DropFolder(drop), threading.Event())
    assert events.wait(GUARD)
    assert inotify_watches() - before == 1
    events.close()


def inotify_watches() -> int:
    return sum(file.read_text().count("inotify wd:") for file in readable(Path("/proc/self/fdinfo")))


def readable(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.exists()]


def test_a_name_that_is_no_utf8_is_an_event(drop: Path, caplog: pytest.LogCaptureFixture) -> None:
    ending = threading.Event()
    events = Events(DropFolder(drop), ending)
    assert events.wait(GUARD)
    (drop / os.fsdecode(b"r\xe4d.fit")).touch()
    assert events.wait(GUARD)
    (drop / "run.fit").touch()
    assert events.wait(GUARD)
    ending.set()
    assert not events.wait(GUARD)
    events.close()
    assert caplog.text == ""


def test_a_watcher_that_fails_is_followed_by_another(
    drop: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """At once, and every few seconds when it fails again and again; that it works again is said."""
    caplog.set_level("INFO")
    watchers, ending = Watchers(UNDECODED, "timeout", UNDECODED, UNDECODED, UNDECODED), Ending()
    monkeypatch.setattr(_rust_notify, "RustNotify", watchers)
    events = Events(DropFolder(drop), ending)
    assert [events.wait(LOOK) for _ in range(7)] == [True, True, False, True, True, True, False]
    assert (len(watchers.watched), watchers.closed) == (5, 4)
    assert ending.waited == [SOON] * 2
    assert caplog.text.count("no events from the drop folder, it is looked at every 5 s") == 1
    assert caplog.text.count("events from the drop folder come again") == 1
    watchers.heard += [UNDECODED, UNDECODED, "timeout", "timeout"]
    assert [events.wait(LOOK) for _ in range(5)] == [True, True, False, False, False]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"] * 2


def test_a_folder_that_goes_before_it_is_watched(drop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watchers, ending, gone = Watchers(), Ending(), [FileNotFoundError(2, "No path was found")]

    def watcher(*words: object) -> object:
        if gone:
            raise gone.pop()
        return watchers(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(_rust_notify, "RustNotify", watcher)
    events = Events(DropFolder(drop), ending)
    assert [events.wait(LOOK) for _ in range(3)] == [True, True, False]
    assert ending.waited == []


def test_files_come_in_while_the_thread_runs_and_it_ends_at_once(
    gateway: Gateway, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.service.droprules.SETTLE", 0.1)
    hurried: list[bool] = []
    with watched(dropping(gateway), lambda: hurried.append(True), lambda: None):
        wait_until((drop / "done").exists, "it looks")
        (drop / "run.fit").write_bytes(fit())
        wait_until((drop / "done" / "run.fit").exists, "it is taken in")
    assert hurried == [True]
    assert "drops" not in {thread.name for thread in threading.enumerate()}


def test_two_threads_write_to_one_polite_store(gateway: Gateway) -> None:
    """As the agent's chores and the drop folder do."""
    inside, together = [0], [0]

    def write(_transaction: object) -> None:
        inside[0] += 1
        together[0] = max(together[0], inside[0])
        os.sched_yield()
        inside[0] -= 1

    threads = [
        threading.Thread(target=lambda: [gateway.store.write(write).result() for _ in range(50)]) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [1]
