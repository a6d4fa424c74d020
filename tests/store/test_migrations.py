"""A data folder of an earlier release is brought to the newest schema with all that lies in it."""

import errno
import json
import shutil
import time
from importlib import resources
from pathlib import Path

import apsw
import pytest

from gateway.errors import Busy
from gateway.model import Recording
from gateway.store import Store
from tests.keys import KEYRING

MIGRATIONS = resources.files("gateway.store") / "migrations" / "sqlite"
SUMMARY = json.dumps(
    {"type": "fit", "kind": "activity", "start": 1000, "elapsed": 70.5, "timer": 60, "sport": "running"}
)


def release(folder: Path, number: int) -> apsw.Connection:
    """A database as the release with ``number`` migrations made it."""
    connection = apsw.Connection(str(folder / "wristgate.db"))
    for item in sorted(MIGRATIONS.iterdir(), key=lambda item: item.name)[:number]:
        connection.execute(item.read_text())
    connection.execute(f"pragma user_version = {number}")
    return connection


def fill(connection: apsw.Connection) -> None:
    """What the first release may have written: two users, an activity in two versions, one without a timer, a route."""
    connection.execute(
        """insert into users (id, email, owner, created) values ('ana', null, 1, 5), ('bob', 'b@example.com', 0, 6);
           insert into projects (id, name, owner, epoch, seq)
           values ('pa', 'home', 'ana', 'e', 3), ('pb', 'home', 'bob', 'e', 0);
           insert into contents (sha256, size, body) values (x'01', 1, x'61'), (x'02', 1, x'62'), (x'03', 1, x'63');
           insert into journal (project, seq, action, entity_type, entity_id, payload, server_time)
           values ('pa', 1, 'put', 'file', 'run', '{}', 700), ('pa', 2, 'put', 'file', 'run', '{}', 900),
                  ('pa', 3, 'put', 'file', 'walk', '{}', 800)"""
    )
    for file, head, digest in (("run", 2, b"\2"), ("walk", 1, b"\1"), ("loop", 1, b"\3")):
        connection.execute(
            """insert into files (id, project, path, fold, name, top, head, sha256, size, type, time)
               values (:id, 'pa', '/x/' || :id, '/x/' || :id, :id, '/x', :head, :sha256, 1, 'fit', 900)""",
            {"id": file, "head": head, "sha256": digest},
        )
    versions = [("run", 1, b"\1", "{}"), ("run", 2, b"\2", SUMMARY), ("walk", 1, b"\1", "{}"), ("loop", 1, b"\3", "{}")]
    for file, number, digest, summary in versions:
        connection.execute(
            "insert into versions (file, n, sha256, size, crc32, summary, time) values (?, ?, ?, 1, 0, ?, 900)",
            (file, number, digest, summary),
        )
    connection.execute(
        """insert into devices (id, user, project, type, ident, name, folders, created)
           values ('watch', 'ana', 'pa', 'garmin', 'w', 'w', '[]', 1);
           insert into tokens (hash, device, created) values (x'74', 'watch', 1);
           insert into answers values (x'74', 'n', x'72', '{"a":1}', 1)"""
    )
    connection.execute(
        """insert into activities (file, project, stem, device, start, sport, elapsed, distance)
           values ('run', 'pa', '/x/run', null, 1000, 'running', 70.5, 180.25),
                  ('walk', 'pa', '/x/walk', 'watch', null, null, null, 9)"""
    )


def schema(path: Path) -> list[tuple[str, str]]:
    connection = apsw.Connection(str(path / "wristgate.db"), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return connection.execute("select name, sql from sqlite_schema where sql is not null order by 1").fetchall()
    finally:
        connection.close()


def test_the_first_release_with_data(tmp_path: Path) -> None:
    connection = release(tmp_path, 1)
    fill(connection)
    connection.close()
    store = Store(tmp_path, KEYRING).open()
    with store.read() as transaction:
        recordings, journal = transaction.recordings, transaction.journal
        assert recordings.find("run") == (None, Recording(1000, 70.5, 60.0, 180.25, "running", "fit", None))
        assert recordings.find("walk") == (None, Recording(None, None, None, 9.0, None, "fit", "watch"))
        assert {source for source, _, _ in recordings.uncompared(9)} == {"run", "walk"}
        assert (journal.newest("pa"), journal.newest("pb"), journal.head("pa")) == (900, 0, 3)
        assert transaction.contents.body(b"\2") == b"b"
        assert transaction.holdings.counts("pa") == (3, 3)
        assert all(transaction.holdings.has("pa", digest) for digest in (b"\1", b"\2", b"\3"))
        assert transaction.answers.find(b"t", "n") == (b"r", {"a": 1})
    store.close()
    with_data = schema(tmp_path)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    Store(fresh, KEYRING).open().close()
    assert schema(fresh) == with_data


def test_what_was_there_is_copied_first(tmp_path: Path) -> None:
    connection = release(tmp_path, 1)
    fill(connection)
    connection.close()
    before = schema(tmp_path)
    Store(tmp_path, KEYRING).open().close()
    (copy,) = tmp_path.glob("before-schema-*.db")
    assert copy.stat().st_mode & 0o777 == 0o600
    back = tmp_path / "back"
    back.mkdir()
    shutil.copy(copy, back / "wristgate.db")
    assert schema(back) == before
    kept = copy.read_bytes()
    store = Store(tmp_path, KEYRING).open()  # nothing to upgrade: nothing is copied again
    assert copy.read_bytes() == kept
    for now, there in ((time.time() + 29 * 24 * 3600, True), (time.time() + 31 * 24 * 3600, False)):
        store.forget_copies(now)
        assert copy.exists() == there
    store.close()


def test_new_data_leave_no_copy(tmp_path: Path) -> None:
    Store(tmp_path, KEYRING).open().close()
    assert not list(tmp_path.glob("*before*"))


def test_without_room_for_the_copy_nothing_is_upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = release(tmp_path, 1)
    fill(connection)
    connection.close()
    before = schema(tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("gateway.store.upgrade.copy", full)
    with pytest.raises(Busy, match="has no room for a copy of its database"):
        Store(tmp_path, KEYRING).open()
    assert schema(tmp_path) == before
    assert not list(tmp_path.glob("*before*"))


def test_two_processes_at_once_and_again(tmp_path: Path) -> None:
    fill(release(tmp_path, 1))
    for _ in range(2):
        stores = [Store(tmp_path, KEYRING).open(), Store(tmp_path, KEYRING).open()]
        for store in stores:
            with store.read() as transaction:
                assert transaction.recordings.find("run") is not None
            store.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    connection = release(tmp_path, 1)
    fill(connection)
    connection.execute("create table recordings (in_the_way integer)")
    connection.close()
    before = schema(tmp_path)
    with pytest.raises(Busy):
        Store(tmp_path, KEYRING).open()
    assert schema(tmp_path) == before


def test_a_newer_release_is_not_touched(tmp_path: Path) -> None:
    newest = max(int(item.name[:4]) for item in MIGRATIONS.iterdir())
    connection = release(tmp_path, newest)
    connection.execute(f"pragma user_version = {newest + 1}")
    connection.close()
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path, copy, ignore=shutil.ignore_patterns("copy"))
    with pytest.raises(Busy, match="newer release"):
        Store(tmp_path, KEYRING).open()
    assert schema(copy) == schema(tmp_path)
