"""Files up, listed, moved and gone, against a real gateway."""

import hashlib
import os
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from gateway.client import Client, Misused, Refused
from gateway.client.sources import digest, opened
from gateway.simwatch.localgateway import LocalGateway
from gateway.simwatch.sample import RUN_FILE
from tests.http.store import unique
from tests.samples import fit

MEGABYTE = 1024 * 1024


def test_who_am_i(client: Client, gateway: LocalGateway, key: str) -> None:
    me = client.me()
    assert (me.name, me.scopes, me.project, me.folder) == ("laptop", ("read", "write"), "home", None)
    assert repr(client) == f"Client('{gateway.url}')"
    assert key not in repr(client.__dict__)


def test_an_upload_goes_where_its_content_belongs(client: Client, tmp_path: Path) -> None:
    run = tmp_path / f"{tmp_path.name}.fit"
    run.write_bytes(fit())
    told: list[tuple[int, int]] = []
    first = client.upload(run, progress=lambda done, size: told.append((done, size)))
    assert (first.path, first.version, first.same) == (f"/activities/{run.name}", 1, False)
    assert first.file.sha256 == hashlib.sha256(run.read_bytes()).hexdigest()
    assert first.file.mtime == int(run.stat().st_mtime)
    assert told[-1] == (run.stat().st_size,) * 2
    again = client.upload(str(run))
    assert (again.same, again.file) == (True, first.file)
    assert client.info(first.file).raw["summary"]["sport"] == "running"


def test_a_pipe_that_takes_a_files_place_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(fit())
    seen = opened(path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(Misused, match="is no regular file"):
        digest(seen)


def test_a_path_and_a_base(client: Client, folder: str) -> None:
    path = f"{folder}/notes.txt"
    assert client.upload(b"one", to=path, base=0).version == 1
    assert client.upload(b"two", to=path, base=1).version == 2
    late = client.upload(b"three", to=path, base=1)
    assert late.conflict is not None
    assert late.conflict.copy_path is not None
    assert ".sync-conflict-" in late.conflict.copy_path
    assert {file.path for file in client.files(folder)} == {path, late.conflict.copy_path}
    with pytest.raises(Refused, match="version") as refused:
        client.upload(b"four", to=path, base=1, reject=True)
    assert (refused.value.status, refused.value.word) == (409, "conflict")
    with pytest.raises(Refused) as taken:
        client.upload(b"five", to=path, new=True)
    assert (taken.value.status, taken.value.word) == (412, "precondition")
    assert client.versions(late.file)[0].version == late.version
    assert client.restore(late.file, 1).sha256 == hashlib.sha256(b"one").hexdigest()


def test_a_damaged_file_is_refused_with_its_reason(client: Client, tmp_path: Path) -> None:
    cut = tmp_path / "cut.fit"
    cut.write_bytes(fit()[:-9])
    with pytest.raises(Refused, match="truncated at byte") as refused:
        client.upload(cut)
    assert (refused.value.status, refused.value.word, refused.value.wait) == (422, "invalid_file", 0)


def test_an_archive_tells_of_each_member(client: Client, tmp_path: Path) -> None:
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.fit", fit())
        archive.writestr("b.fit", fit()[:-9])
    result = client.upload(packed)
    good, bad = result.members
    assert (good.name, good.uploaded and good.uploaded.path) == ("a.fit", result.path)
    assert (bad.name, bad.refused and bad.refused.word) == ("b.fit", "invalid_file")


def test_lists_go_on_over_pages(client: Client, folder: str) -> None:
    names = [f"{folder}/{number:03}.txt" for number in range(103)]
    for name in names:
        client.upload(name.encode(), to=name)
    client.upload(b"deeper", to=f"{folder}/more/x.txt")
    assert [file.path for file in client.files(folder)] == names
    assert [file.name for file in client.files(folder, recursive=True)][-1] == "x.txt"
    assert list(client.folders(folder)) == [f"{folder}/more"]
    assert list(client.files("/documents/nowhere")) == []


def test_move_and_delete_by_file_and_by_path(client: Client, folder: str) -> None:
    first = client.upload(unique(), to=f"{folder}/a.txt").file
    moved = client.move(first, f"{folder}/b.txt")
    assert (moved.result, moved.path, moved.id) == ("ok", f"{folder}/b.txt", first.id)
    client.move(f"{folder}/b.txt", f"{folder}/c ü?.txt")
    assert client.delete(f"{folder}/c ü?.txt").result == "ok"
    assert list(client.files(folder)) == []
    with pytest.raises(Refused, match="there is no file"):
        client.delete(f"{folder}/c ü?.txt")


def test_what_changed_since_stays_when_it_is_deleted(client: Client, folder: str) -> None:
    known = client.upload(b"1", to=f"{folder}/a.txt").file
    client.upload(b"2", to=f"{folder}/a.txt")
    done = client.delete(known)
    assert (done.result, done.conflict and done.conflict.copy_path) == ("conflict", next(client.files(folder)).path)


def test_a_large_file_goes_up_and_down_in_little_memory(client: Client, folder: str, tmp_path: Path) -> None:
    large, copy = tmp_path / "large.bin", tmp_path / "copy.bin"
    with large.open("wb") as file:
        for _ in range(24):
            file.write(unique(MEGABYTE))
    client.me()
    tracemalloc.start()
    try:
        path = client.upload(large, to=f"{folder}/large.bin").path
        client.download(path, copy)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 600_000
    assert copy.read_bytes() == large.read_bytes()


def test_a_large_upload_that_is_refused_at_once_says_why(gateway: LocalGateway, tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(8 * MEGABYTE))
    with Client(gateway.url, "wg_nobody") as stranger, pytest.raises(Refused, match="this key is not known") as refused:
        stranger.upload(large, to="/documents/large.bin")
    assert (refused.value.status, refused.value.word) == (401, "unauthorized")


def test_what_cannot_be_sent(client: Client, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        client.upload(tmp_path / "nothing")
    with pytest.raises(IsADirectoryError):
        client.upload(tmp_path)
    with pytest.raises(Misused, match="need a path"):
        client.upload(RUN_FILE, base=3)


def test_anything_else_of_the_api(client: Client) -> None:
    assert client.ask("GET", "trash", {"limit": 1})["ok"] is True
    status = client.status()
    assert status.files is not None
    assert list(client.changes(status.cursor)) == []
