"""When the drop folder is looked at: soon after something happens, now and then anyway, and no more when it ends."""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchfiles import _rust_notify

from gateway.app import Gateway
from gateway.config import Config
from gateway.dropwatch import LOOK, SOON, DropWatch, Events, say, watched
from gateway.errors import Busy
from gateway.model import Access
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
    events = Events(drop, ending)
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
    events = Events(drop, threading.Event())
    for _ in range(3):
        events.wait(0)
    assert caplog.text.count("no events from the drop folder") == 1


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
