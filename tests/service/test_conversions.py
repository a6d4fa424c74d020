"""Conversions: what is kept, for how long, and what happens to one that fails, hangs or is interrupted."""

import itertools
import os
import select
import subprocess
import threading
from pathlib import Path

import pytest

from gateway.errors import Busy, FormatError, TooLarge
from gateway.model import Conversion, FileType
from gateway.service import conversions, converter, converting
from gateway.service.converter import Converter
from gateway.service.deliveries import Listing
from gateway.service.devices import Caller
from tests.http.test_native import gpx_track
from tests.samples import gpx_route
from tests.service.harness import CAP, Services

DAY = 86_400


def made(services: Services, caller: Caller, file: str, kind: FileType = FileType.GPX, points: int = 0) -> bytes:
    """What a device gets, as the responder has it made."""
    offer = services.deliveries.native(caller.device, file, kind, points)
    if not offer.ready:
        assert offer.conversion is not None
        services.write(services.conversions.make(offer.conversion))
        offer = services.deliveries.native(caller.device, file, kind, points)
    assert offer.ready
    data = services.deliveries.read(offer, 0, offer.file.size)
    assert len(data) == offer.file.size
    return data


def count(services: Services) -> int:
    with services.store.read() as transaction:
        number: int = transaction.conversions._value("select count(*) from conversions", {})
        return number


def stand_in(monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> None:
    """Let another program convert."""
    script = folder / "converter.py"
    script.write_text(program)
    monkeypatch.setattr(converter, "COMMAND", (converter.COMMAND[0], str(script)))


def test_a_result_stays_as_long_as_its_content_is_a_head(services: Services) -> None:
    caller = services.pair()
    key = services.add("tour.gpx", data=gpx_track(300)).file.id
    course = made(services, caller, key, FileType.FIT)
    fewer = made(services, caller, key, FileType.FIT, 50)
    for _ in range(3):
        services.now += 20 * DAY
        services.keep_house()
        assert services.deliveries.native(caller.device, key, FileType.FIT).news
    assert count(services) == 1  # the 50 points were not asked for
    services.add("tour.gpx", data=gpx_route())
    services.keep_house()
    assert count(services) == 0
    assert made(services, caller, key, FileType.FIT) not in {course, fewer}


def test_what_is_asked_for_stays(services: Services) -> None:
    caller = services.pair()
    key = services.add("tour.gpx", data=gpx_track(300)).file.id
    first = made(services, caller, key, FileType.FIT, 50)
    for _ in range(3):
        services.now += 20 * DAY
        offer = services.deliveries.native(caller.device, key, FileType.FIT, 50)
        assert offer.news
        services.write(services.conversions.touch(offer.conversion))
        assert not services.deliveries.native(caller.device, key, FileType.FIT, 50).news
        services.keep_house()
    assert made(services, caller, key, FileType.FIT, 50) == first
    assert count(services) == 1


def test_few_numbers_of_points_are_kept(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversions, "VARIANTS", 3)
    caller = services.pair()
    key = services.add("tour.gpx", data=gpx_track(30)).file.id
    made(services, caller, key, FileType.FIT)
    for points in range(5, 10):
        services.now += 1
        made(services, caller, key, FileType.FIT, points)
    assert count(services) == 4
    assert services.deliveries.native(caller.device, key, FileType.FIT, 9).ready
    assert not services.deliveries.native(caller.device, key, FileType.FIT, 5).ready


def test_a_long_file_waits_from_its_first_moment(services: Services) -> None:
    caller = services.pair()
    stored = services.add("long.gpx", data=gpx_track(5000))
    assert services.deliveries.status(caller.device).unprepared == ()
    assert services.deliveries.pending(caller.device) == 1
    (entry,) = services.deliveries.newest(caller.device, Listing(9)).files
    assert entry.size <= CAP < stored.file.size
    assert len(services.read(caller, stored.file.id)) == entry.size


def test_a_long_file_of_an_earlier_release_is_prepared(services: Services) -> None:
    caller = services.pair()
    stored = services.add("long.gpx", "/elsewhere", gpx_track(5000))
    with services.store.read() as transaction:
        assert not transaction.conversions.newest()
    services.write(
        lambda transaction: transaction.files._run(
            "update files set path = '/routes/long.gpx', fold = '/routes/long.gpx', top = '/routes'"
        )
    )
    services.add("other.json")
    (wanted,) = services.deliveries.status(caller.device).unprepared
    assert wanted == Conversion(stored.file.sha256, "gpx", 0, CAP)
    assert services.listed(caller) == ["other.json"]
    assert not services.deliveries.find(caller.device, "long.gpx").ready
    services.write(services.conversions.make(wanted))
    assert services.deliveries.status(caller.device).unprepared == ()
    assert sorted(services.listed(caller)) == ["long.gpx", "other.json"]


def test_a_failure_is_remembered_for_a_day(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = services.pair()
    with monkeypatch.context() as broken:
        stand_in(broken, tmp_path, "raise SystemExit(1)")
        key = services.add("long.gpx", data=gpx_track(5000)).file.id
    services.add("short.gpx", data=gpx_route())
    assert services.listed(caller) == ["short.gpx"]
    with pytest.raises(FormatError) as raised:
        services.deliveries.find(caller.device, key)
    assert raised.value.message == "the file cannot be converted"
    assert services.deliveries.status(caller.device).unprepared == ()
    services.now += DAY + 1
    services.add("another.gpx", data=gpx_route())
    assert not services.deliveries.find(caller.device, key).ready
    (again,) = services.deliveries.status(caller.device).unprepared
    services.write(services.conversions.make(again))
    assert len(services.read(caller, key)) <= CAP
    assert len(services.listed(caller)) == 3


@pytest.mark.parametrize(
    ("program", "word"),
    [
        ("import os; os.kill(os.getpid(), 24)", "too_slow"),  # SIGXCPU
        ("raise SystemExit(1)", "failed"),
        ('import sys; sys.stderr.write(\'["no_places", 3, "nowhere"]\'); sys.exit(3)', "no_places"),
    ],
)
def test_what_the_process_may_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, word: str) -> None:
    stand_in(monkeypatch, tmp_path, program)
    result = Converter().run(b"x" * 300_000, Conversion(b"", "gpx", 0, CAP))
    assert result[0] == word


@pytest.mark.parametrize(
    ("program", "seconds"),
    [("import time; time.sleep(60)", 0.5), ("import os; os.kill(os.getpid(), 9)", 60.0)],  # no time, no memory
)
def test_a_busy_machine_is_no_fault_of_the_file(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, seconds: float
) -> None:
    caller = services.pair()
    with monkeypatch.context() as broken:
        stand_in(broken, tmp_path, program)
        with pytest.raises(Busy) as raised:
            Converter(seconds).run(b"x" * 300_000, Conversion(b"", "gpx", 0, CAP))
        assert raised.value.wait >= 60
        broken.setattr(services.conversions, "_converter", Converter(seconds))
        key = services.add("long.gpx", data=gpx_track(5000)).file.id  # is stored all the same
        offer = services.deliveries.find(caller.device, key)
        with pytest.raises(Busy):
            services.conversions.make(offer.conversion)
    assert count(services) == 0
    assert len(made(services, caller, key)) <= CAP


def test_processor_time_is_the_fault_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = "from gateway.service import converting\nconverting.SECONDS = 1\nconverting.limit()\nwhile True: pass"
    stand_in(monkeypatch, tmp_path, program)
    monkeypatch.setenv("PYTHONPATH", str(Path(converting.__file__).parents[2]))
    assert Converter().run(b"", Conversion(b"", "gpx", 0, CAP))[0] == "too_slow"


def test_the_process_does_not_outlive_the_gateway(tmp_path: Path) -> None:
    """Its parent is killed while it waits for its input, which stays open: the end of its output tells of its own."""
    starter = tmp_path / "starter.py"
    starter.write_text(
        "import os, subprocess, sys\n"
        f"line = [*{converter.COMMAND!r}, 'gpx', '0', '1000', str(os.getpid())]\n"
        "subprocess.Popen(line)\n"
        "sys.stderr.write('started')\n"
        "sys.stderr.close()\n"
        "os.read(int(sys.argv[1]), 1)\n"
    )
    never, held = os.pipe()
    line = [converter.COMMAND[0], str(starter), str(never)]
    pipe = subprocess.PIPE
    with subprocess.Popen(line, stdin=pipe, stdout=pipe, stderr=pipe, pass_fds=[never]) as parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        assert parent.stderr.read(7) == b"started"
        parent.kill()
        assert select.select([parent.stdout], [], [], 30)[0]
        assert parent.stdout.read() == b""
    os.close(never)
    os.close(held)


def test_a_stop_of_the_gateway_is_no_fault_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = tmp_path / "started"
    stand_in(monkeypatch, tmp_path, f"import pathlib, time; pathlib.Path({str(started)!r}).touch(); time.sleep(60)")
    running = Converter()

    def stop() -> None:
        while not started.exists():
            threading.Event().wait(0.01)
        running.close()

    thread = threading.Thread(target=stop)
    thread.start()
    with pytest.raises(Busy):
        running.run(b"x", Conversion(b"", "gpx", 0, CAP))
    thread.join()
    with pytest.raises(Busy):
        running.run(b"x", Conversion(b"", "gpx", 0, CAP))


def test_the_process_holds_nothing_and_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(
        monkeypatch, tmp_path,
        """
import os, resource, sys
from gateway.service import converting
converting.limit()
bounds = [resource.getrlimit(name)[0] for name in (resource.RLIMIT_AS, resource.RLIMIT_CPU)]
loaded = [name for name in ("falcon", "apsw", "gunicorn", "gateway.store", "gateway.http") if name in sys.modules]
print(sorted(os.listdir("/proc/self/fd"))[:-1], bounds, os.nice(0), loaded)
""",
    )  # fmt: skip
    monkeypatch.setenv("PYTHONPATH", str(Path(converting.__file__).parents[2]))
    with (tmp_path / "held").open("w") as held:
        held.write("x")
        said = Converter().run(b"", Conversion(b"", "gpx", 0, CAP))
    assert isinstance(said, bytes)
    nice = min(os.nice(0) + converting.NICENESS, 19)
    assert said.decode().strip() == f"['0', '1', '2'] [{converting.MEMORY}, {converting.SECONDS}] {nice} []"


def test_a_file_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("w+b") as file:
        file.truncate(converting.MEMORY + 1)
        assert Converter().run(file, Conversion(b"", "gpx", 0, CAP))[0] == "too_much_memory"


@pytest.mark.parametrize(("target", "points"), [*itertools.product(converting.TARGETS, (0, 2, 10))])
def test_every_target_of_a_recorded_track(target: str, points: int) -> None:
    made = converting.convert(gpx_track(40, start=1), target, points, CAP)
    assert len(converting.formats.read_track(made)) == (points or 40)
    with pytest.raises(TooLarge):
        converting.convert(gpx_track(40, start=1), target, points, 50)
