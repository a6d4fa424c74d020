"""Looking into files of every length: the same facts, whoever reads, and what happens when nobody can."""

import io
import threading
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import formats
from gateway.contents import FileContents
from gateway.errors import Busy, FormatError, UnknownFormat
from gateway.model import Checked, Content, Device, FileType, Kind, Session, Summary
from gateway.service import checking, converter
from gateway.service.checking import Checker
from gateway.service.converter import Converter
from gateway.service.firstbytes import claims, default_name, ending_of, folder_for_content, shows
from gateway.service.incoming import Incoming, Received, receive_all
from gateway.service.summaries import retold, told
from tests.formats.corpus import CORPUS, FACTS
from tests.formats.golden import INVALID, VALID
from tests.http.test_native import gpx_track
from tests.keys import KEYRING
from tests.samples import fit

LONG = 30_000  # points of a track of over a megabyte


def received(folder: Path, data: bytes) -> Received:
    return receive_all(io.BytesIO(data), Incoming(FileContents(folder, KEYRING), 1 << 30))


def stand_in(monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> None:
    """Let another program read."""
    script = folder / "reader.py"
    script.write_text(program)
    monkeypatch.setattr(converter, "COMMAND", (converter.COMMAND[0], str(script)))


def everything() -> list[Path]:
    return [*VALID, *(CORPUS / name for name in FACTS)]


def test_a_summary_comes_back_as_it_was() -> None:
    read = 0
    for path in everything():
        try:
            summary = formats.read(path.read_bytes())
        except FormatError:
            continue
        read += 1
        assert retold(told(summary)) == summary
        assert repr(retold(told(summary))) == repr(summary)  # 3.0 and 3 are equal
    assert read >= len(VALID)


WORDS = st.none() | st.text()
NUMBERS = st.none() | st.floats(allow_nan=False)
COUNTS = st.none() | st.integers()
GUESSES: dict[str, st.SearchStrategy[Any]] = {"str | None": WORDS, "float | None": NUMBERS, "int | None": COUNTS}
SESSIONS = st.builds(Session, **{field.name: GUESSES[str(field.type)] for field in fields(Session)})
SUMMARIES = st.builds(
    Summary,
    **{field.name: GUESSES[str(field.type)] for field in fields(Summary) if str(field.type) in GUESSES},
    type=st.sampled_from(FileType),
    kind=st.sampled_from(Kind),
    sessions=st.lists(SESSIONS, max_size=2).map(tuple),
    laps=st.lists(SESSIONS, max_size=2).map(tuple),
    device=st.none() | st.builds(Device, WORDS, WORDS, COUNTS, WORDS),
    bbox=st.none() | st.tuples(*[st.floats(allow_nan=False)] * 4),
    warnings=st.lists(st.text()).map(tuple),
)


@given(SUMMARIES)
def test_any_summary_comes_back_as_it_was(summary: Summary) -> None:
    assert repr(retold(told(summary))) == repr(summary)


def test_every_length_is_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In memory, from the disk, and by the process."""
    checker = Checker(Converter())
    for data in (fit(), gpx_track(5000), gpx_track(LONG)):
        checked = checker.check(received(tmp_path, data), "a.fit")
        assert checked.summary == formats.read(data)
        assert checked.summary == checker.check_any(received(tmp_path, data), "a.fit").summary
    with monkeypatch.context() as none:
        stand_in(none, tmp_path, "raise SystemExit(1)")
        assert checker.check(received(tmp_path, gpx_track(5000)), "").summary  # needs no process
        assert checker.check(received(tmp_path, gpx_track(LONG)), "").summary is None


def elsewhere(folder: Path, data: bytes) -> Received:
    """A body that only the process may read."""
    contents = FileContents(folder, KEYRING)
    return Received(contents.put(io.BytesIO(data)), contents)


def test_the_process_refuses_as_the_reader_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "AT_ONCE", 0)
    checker = Checker(Converter())
    for data in [path.read_bytes() for path in INVALID[::8]] + [b"%PDF-1.7 and so on"]:
        with pytest.raises(FormatError) as known:
            formats.read(data)
        with pytest.raises(type(known.value)) as raised:
            checker.check(elsewhere(tmp_path, data), "a.gpx")
        assert raised.value.message == known.value.message
        assert checker.check_any(elsewhere(tmp_path, data), "a.gpx").damaged == raised.value.message


def test_json_in_place_of_a_track(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for most in (checking.AT_ONCE, 0):
        monkeypatch.setattr(checking, "AT_ONCE", most)
        with pytest.raises(FormatError, match="not_gpx"):
            Checker(Converter()).check(elsewhere(tmp_path, b'{"error":"sign in"}'), "run.gpx")


def test_no_process_looks_at_a_film_and_nobody_at_what_is_very_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, tmp_path, "raise SystemExit(9)")
    film, checker = (
        received(tmp_path, bytes.fromhex("0000001c66747970") + b"mp42" + bytes(2 << 20)),
        Checker(Converter()),
    )
    with pytest.raises(UnknownFormat):
        checker.check(film, "film.mp4")
    assert checker.check_any(film, "film.mp4") == Checked(film.content, None)
    monkeypatch.setattr(checking, "READABLE", 3 << 20)
    long = received(tmp_path, gpx_track(2 * LONG))
    assert checker.check(long, "long.gpx") == Checked(long.content, None)


@pytest.mark.parametrize(
    ("program", "seconds"), [("import time; time.sleep(60)", 0.3), ("import os; os.kill(os.getpid(), 9)", 60.0)]
)
def test_no_time_and_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, seconds: float) -> None:
    stand_in(monkeypatch, tmp_path, program)
    checker, long = Checker(Converter(seconds)), received(tmp_path, gpx_track(LONG))
    with pytest.raises(Busy):
        checker.check(long, "long.gpx")
    assert checker.check_any(long, "long.gpx") == Checked(long.content, None)


def test_one_process_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One reads until the gateway stops; a second gives up its turn, and one that comes later gets none."""
    started = tmp_path / "started"
    stand_in(monkeypatch, tmp_path, f"import pathlib, time; pathlib.Path({str(started)!r}).touch(); time.sleep(60)")
    first, long = Converter(), received(tmp_path, gpx_track(LONG))
    said: list[str] = []

    def read() -> None:
        try:
            Checker(first).check(long, "long.gpx")
        except Busy as error:
            said.append(error.message)

    thread = threading.Thread(target=read)
    thread.start()
    while not started.exists():
        threading.Event().wait(0.01)
    first._seconds = 0.05
    with pytest.raises(Busy, match="too busy"):
        Checker(first).check(long, "long.gpx")
    first.close()
    thread.join()
    with pytest.raises(Busy, match="stopping"):
        Checker(first).check(long, "long.gpx")
    assert said == ["the gateway is stopping, try again soon"]


@pytest.mark.parametrize(
    ("name", "head", "claimed"),
    [
        ("run.FIT", b"", True), ("a.gpx", b"x", True), ("settings.Json", b"", True), ("a.tcx", b"<html>", True),
        ("run.fit.txt", b"x", False), ("", fit()[:100], True), ("photo", fit()[:20], True), ("notes", b"", False),
        ("page.html", b"<html>", False), ("", b"\xff\xd8\xff", False), ("", b'{"a":', False), ("", fit()[:5], False),
        ("", b'<?xml version="1.0"?><gpx>', True), ("page.html", b"<gpx>", False), ("", b"<html>", False),
    ],
)  # fmt: skip
def test_what_a_file_claims(name: str, head: bytes, claimed: bool) -> None:
    assert claims(name, head) == claimed


@pytest.mark.parametrize(
    ("name", "head", "shown"),
    [
        ("run.FIT", b"hello", True), ("a.json", b"[ ] buy milk", True), ("a.tcx", b"", True), ("README", b"", False),
        ("README", b"[ ] buy milk", False), ("todo.txt", b'{"unfinished": ', False), ("h.txt", b"<html>", False),
        ("h", b"<html>", False), ("notes.md", b"\n", False), ("run.fit.txt", fit(), False), ("run", fit(), True),
        ("run", b'<?xml version="1.0"?><gpx>', True), ("run", b"<TrainingCenterDatabase", False), (".gpx", b"", True),
        ("run", b"<TrainingCenterDatabase><", True), ("run", b"<gpx ", False), ("a.gpx/notes", b"", False),
    ],
)  # fmt: skip
def test_what_a_file_at_a_path_shows(name: str, head: bytes, shown: bool) -> None:
    assert shows(name, head) == shown


@pytest.mark.parametrize(
    ("path", "data", "damaged"),
    [
        ("/documents/tt.txt", b"[ ] buy milk", False), ("/documents/README", b"[ ] buy milk", False),
        ("/documents/h.txt", b"<html>", False), ("/documents/todo.txt", b'{"unfinished": ', False),
        ("/documents/notes.md", b"\n", False), ("/documents/run.txt", fit()[:-9], False),
        ("/my.fit/notes", b"hello", False),
        ("/activities/notes.fit", b"hello", True), ("/activities/x.gpx", b'{"error":"sign in"}', True),
        ("/config/a.json", b'{"unfinished": ', True), ("/activities/run", fit()[:-9], True),
        ("/activities/empty.fit", b"", True),
    ],
)  # fmt: skip
def test_only_what_shows_what_it_is_to_be_is_damaged(tmp_path: Path, path: str, data: bytes, damaged: bool) -> None:
    for checked in (
        Checker(Converter()).check_any(received(tmp_path, data), path),
        Checker(Converter()).check_any(elsewhere(tmp_path, data), path),
        checking.check_any(data, path),
    ):
        assert (checked.damaged is not None, checked.summary) == (damaged, None)


@pytest.mark.parametrize(
    ("head", "ending", "folder"),
    [
        (b"\xff\xd8\xff\xe0", "jpg", "/photos"), (b"\x89PNG\r\n\x1a\n", "png", "/photos"),
        (b"GIF89a", "gif", "/photos"),
        (b"RIFF1234WEBP", "webp", "/photos"), (b"RIFF1234WAVE", None, "/documents"), (b"II*\0", "tif", "/photos"),
        (b"\0\0\0\x18ftypheic", "heic", "/photos"), (b"\0\0\0\x1cftypavif", "avif", "/photos"),
        (b"\0\0\0\x1cftypmp42", "mp4", "/photos"), (b"\0\0\0\x14ftypqt  ", "mov", "/photos"),
        (b"\0\0\0\x08wide", "mov", "/photos"), (b"\0\0\0\x1cftypM4A ", None, "/documents"),
        (b"%PDF-1.7", "pdf", "/documents"), (b"hello", None, "/documents"), (b"", None, "/documents"),
    ],
)  # fmt: skip
def test_what_the_first_bytes_show(head: bytes, ending: str | None, folder: str) -> None:
    assert (ending_of(head), folder_for_content(head)) == (ending, folder)


def test_a_name_for_what_has_none() -> None:
    def name(summary: Summary | None, head: bytes = b"") -> str:
        return default_name(Checked(Content(b"", 0, 0), summary), head, 1_777_619_700)

    assert name(Summary(FileType.FIT, Kind.ACTIVITY, start=1_789_878_600)) == "activity-2026-09-20-043000.fit"
    assert name(Summary(FileType.GPX, Kind.COURSE)) == "course-2026-05-01-071500.gpx"
    assert name(Summary(FileType.JSON, Kind.OTHER)) == "file-2026-05-01-071500.json"
    assert name(None, b"\xff\xd8\xff") == "file-2026-05-01-071500.jpg"
    assert name(None) == "file-2026-05-01-071500.bin"
