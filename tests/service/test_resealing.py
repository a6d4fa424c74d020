"""Master keys come and go under contents that stay readable."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import BinaryIO

import pytest

from gateway.contents import FileContents
from gateway.errors import BadRequest, Busy, Damaged
from gateway.model import Content, Conversion, Converted, Upload
from gateway.sealing import Keyring, MasterKey
from gateway.service.access import by_command
from gateway.service.masterkeys import MasterKeys
from gateway.service.resealing import Resealed, Resealing
from gateway.store import Store
from tests.service.harness import NOW, Services
from tests.service.test_cleanup import put

SMALL, LARGE = b"a small secret " * 100, b"a large secret " * 20_000
CONVERSION = Conversion(b"c" * 32, "gpx", 0, 0)


class Folder(Services):
    """A data folder whose master keys lie in a file of it."""

    def __init__(self, folder: Path) -> None:
        self.keyring = Keyring.in_folder(folder)
        self.keyring.ensure((), create=True)
        super().__init__(folder, self.keyring)
        self.closed = False
        self.masterkeys = MasterKeys(self.store, self.keyring)

    def reseal(self, rest: Callable[[], bool] = lambda: False) -> Resealed:
        return Resealing(self.store, self.contents, rest).run()

    def named(self) -> set[bytes]:
        with self.store.read() as transaction:
            return transaction.sealed.keys()

    def close(self) -> None:
        if not self.closed:
            self.store.close()
        self.closed = True

    def on_disk(self) -> bytes:
        """All that lies in the folder, after everything that waits has reached it."""
        self.close()
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    services = Folder(tmp_path)
    put(services, "/documents/small.txt", SMALL)
    put(services, "/documents/large.txt", LARGE)
    converted = Converted(7, 0, NOW, NOW)
    services.write(lambda t: t.conversions.add(CONVERSION, converted, b"a small secret converted"))
    yield services
    services.close()


def assert_readable(folder: Folder) -> None:
    assert folder.content("/documents/small.txt") == SMALL
    assert folder.content("/documents/large.txt") == LARGE
    with folder.store.read() as transaction:
        assert transaction.conversions.part(CONVERSION, 8, 6) == b"secret"


def test_nothing_on_the_disk_shows_what_files_hold(folder: Folder) -> None:
    assert_readable(folder)
    assert not re.search(rb"(small|large) secret", folder.on_disk())


def test_what_an_earlier_release_left_is_sealed_and_leaves_no_trace(folder: Folder) -> None:
    plain = "2c/26/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
    place = folder.folder / "contents" / plain
    place.parent.mkdir(parents=True)
    place.write_bytes(LARGE)
    sql = (
        ("update contents set body = :body, key = null where size = :size", SMALL),
        ("update conversions set body = :body, key = null", b"a small secret converted"),
        (f"update contents set location = '{plain}', key = null where size = :size", LARGE),
    )
    for statement, body in sql:
        folder.write(lambda t, s=statement, b=body: t.contents._run(s, body=b, size=len(b)))
    assert_readable(folder)
    done = folder.reseal()
    assert (done.bodies, done.files, done.broken) == (2, 1, 0)
    assert_readable(folder)
    assert not re.search(rb"(small|large) secret", folder.on_disk())


def test_rotating_seals_all_with_the_new_key_and_forgets_the_old_one(folder: Folder) -> None:
    other = Folder(folder.folder)  # another process, which knows the old key only
    old, new = folder.keyring.current, folder.masterkeys.rotate()
    assert folder.masterkeys.prune() == []  # it is needed still
    put(other, "/documents/new.txt", b"of another process")
    done = folder.reseal()
    assert (done.bodies, done.files) == (2, 1)
    assert folder.named() == {new.id}
    assert folder.masterkeys.prune() == [old.id.hex()]
    for services in (folder, other):
        assert_readable(services)
        assert services.content("/documents/new.txt") == b"of another process"
    assert len(list((folder.folder / "contents").rglob("*.sealed"))) == 1
    assert folder.reseal() == Resealed()
    other.store.close()


def test_an_old_key_stays_while_a_backup_needs_it(folder: Folder) -> None:
    old = folder.keyring.current.id
    folder.write(lambda t: t.backups.add("/mnt/usb", "20261201T030000Z", NOW, [old.hex()]))
    folder.masterkeys.rotate()
    folder.reseal()
    assert folder.masterkeys.prune() == []
    newest, kept = folder.masterkeys.uses()[0]
    assert newest.current
    assert newest.contents == 2
    assert kept.backups == ("/mnt/usb/20261201T030000Z",)
    assert not kept.used
    folder.write(lambda t: t.backups.remove("/mnt/usb", "20261201T030000Z"))
    assert folder.masterkeys.prune() == [old.hex()]


def test_what_is_on_its_way_in_with_a_key_that_goes_is_refused_not_lost_unread(folder: Folder) -> None:
    receiving = folder.contents.begin()
    receiving.write(LARGE + b"of a slow phone")
    folder.masterkeys.rotate()
    folder.reseal()
    folder.masterkeys.prune()
    content = receiving.finish()
    with pytest.raises(Busy, match="master key has changed"):
        folder.write(lambda t: t.contents.add(content))


def test_unfinished_uploads_come_along(folder: Folder) -> None:
    token = folder.pair().token
    upload = Upload("n", "a.fit", 20, 0, NOW)
    folder.write(lambda t: t.uploads.append(token, upload, b"part of "))
    folder.masterkeys.rotate()
    folder.reseal()
    folder.masterkeys.prune()
    folder.write(lambda t: t.uploads.append(token, Upload("n", "a.fit", 20, 8, NOW), b"an upload"))
    with folder.store.read() as transaction:
        assert transaction.uploads.parts(token, "n") == b"part of an upload"


def test_it_goes_on_where_it_was_stopped(folder: Folder) -> None:
    folder.masterkeys.rotate()
    first = folder.reseal(lambda: True)
    assert (first.bodies, first.files) == (2, 0)
    assert_readable(folder)
    done = folder.reseal()
    assert done.bodies + done.files > 0
    assert len(folder.named()) == 1
    assert_readable(folder)


def test_what_cannot_be_read_is_counted_left_and_holds_up_nothing(folder: Folder) -> None:
    put(folder, "/documents/lost.txt", LARGE[1:])
    lost = next(path for path in (folder.folder / "contents").rglob("*.sealed") if not _is_of(folder, path))
    lost.write_bytes(lost.read_bytes()[:-1])
    folder.write(lambda t: t.contents._run("update contents set body = zeroblob(200) where size = :n", n=len(SMALL)))
    folder.masterkeys.rotate()
    done = folder.reseal()
    assert (done.bodies, done.files, done.broken) == (1, 1, 2)
    assert folder.content("/documents/large.txt") == LARGE
    for path in ("/documents/lost.txt", "/documents/small.txt"):
        with pytest.raises(Damaged):
            folder.content(path)
    assert folder.masterkeys.prune() == []


def _is_of(folder: Folder, path: Path) -> bool:
    with closing(folder.files.open(by_command(folder.owner), None, "/documents/large.txt")) as opened:
        return path.name.startswith(opened.version.facts.sha256.hex())


def test_keys_of_a_setting_are_not_changed(tmp_path: Path) -> None:
    keyring = Keyring(None, (MasterKey.new(),), source="SYNC_MASTER_KEY")
    store = Store(tmp_path, keyring).open()
    keys = MasterKeys(store, keyring)
    for change in (keys.rotate, keys.prune):
        with pytest.raises(BadRequest, match="put a new one before them, start the gateway anew"):
            change()
    assert [row.current for row in keys.uses()[0]] == [True]
    store.close()


def test_a_key_that_was_dropped_seals_no_file_anew(folder: Folder) -> None:
    """The agent is writing a file anew while somebody rotates and prunes: the file stays readable."""
    keys = folder.masterkeys
    keys.rotate()
    whole = folder.contents.put

    def put_slowly(source: BinaryIO) -> Content:
        content = whole(source)
        if content.key == folder.keyring.current.id:
            keys.rotate()
            Resealing(folder.store, FileContents(folder.folder / "contents", folder.keyring), lambda: False).run()
            keys.prune()
        return content

    folder.contents.put = put_slowly  # type: ignore[method-assign, assignment]
    with suppress(Busy):
        Resealing(folder.store, folder.contents, lambda: False).run()
    assert folder.content("/documents/large.txt") == LARGE
