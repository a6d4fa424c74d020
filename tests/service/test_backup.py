"""Backups: what is in them, what is sent for them, and what comes back."""

import errno
import hashlib
import itertools
import json
import os
import stat
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import BinaryIO

import pytest

from gateway.backups import FolderPlace, Manifest
from gateway.contents import FileContents
from gateway.errors import Busy, Conflicting, Damaged, Forbidden, KeyMissing, NotFound
from gateway.model import Content
from gateway.sealing import FILE as MASTER
from gateway.sealing import Keyring, MasterKey, seal, unsealed
from gateway.sealing.keyfile import written
from gateway.sealing.segments import CONTENT
from gateway.service.access import by_command
from gateway.service.backup import PIECES, Made, Source, alone, make
from gateway.service.backuplist import INDEX, Forgotten, find, forget, manifests
from gateway.service.masterkeys import MasterKeys
from gateway.service.merging import WHATEVER
from gateway.service.resealing import Resealing
from gateway.service.restoring import UNFINISHED, adopt_copy, restore
from gateway.service.verifying import Verified, verify, verify_data
from gateway.store import FILE
from tests.keys import KEYRING
from tests.service.harness import Services
from tests.service.test_cleanup import put

DAY = 24 * 3600
PASSPHRASE = "six words that nobody guesses"
SMALL, LARGE = b"a small secret " * 100, b"a large secret " * 20_000


class Folder(Services):
    """A data folder with its keys in a file, and a place for its backups."""

    def __init__(self, folder: Path, place: Path) -> None:
        keyring = Keyring.in_folder(folder)
        keyring.ensure((), create=True)
        super().__init__(folder, keyring)
        self.keyring = keyring
        self.place = FolderPlace(place)

    def back_up(self, *, full: bool = False, passphrase: str | None = PASSPHRASE, **more: object) -> Made:
        source = Source(self.store, self.contents, self.keyring, self.folder, self.secrets, passphrase)
        return make(source, self.place, full=full, clock=self.clock, **more)  # type: ignore[arg-type]

    def secrets(self) -> dict[str, bytes]:
        return {MASTER: written(self.keyring.all())}

    def verify(self, name: str | None = None, passphrase: str | None = PASSPHRASE) -> Verified:
        return verify(self.place, find(self.place, name), self.folder, passphrase=passphrase)

    def forget(self) -> Forgotten:
        """Forget what is old, where all objects were written long ago."""
        for path in Path(self.place.name).rglob("*"):
            os.utime(path, (self.now - 3 * DAY, self.now - 3 * DAY))
        return forget(self.store, self.place, 30, self.now)

    def read(self, path: str) -> bytes:
        with closing(self.files.open(by_command(self.owner), None, path)) as opened:
            return opened.source.read() if opened.source else opened.data or b""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    (tmp_path / "data").mkdir()
    services = Folder(tmp_path / "data", tmp_path / "place")
    put(services, "/documents/small.txt", SMALL)
    put(services, "/documents/large.txt", LARGE)
    yield services
    services.store.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "restored"


def restored(folder: Folder, target: Path, name: str | None = None) -> Folder:
    restore(folder.place, find(folder.place, name), target, passphrase=PASSPHRASE)
    return Folder(target, target.parent / "other")


def journal(services: Services) -> list[tuple[object, ...]]:
    with services.store.read() as transaction:
        return list(transaction.journal._run("select * from journal order by project, seq"))


def epoch(services: Services) -> str:
    with services.store.read() as transaction:
        return str(transaction.journal._value("select epoch from projects", {}))


def test_what_comes_back_is_the_same_under_another_epoch(folder: Folder, target: Path) -> None:
    token = folder.pair().token
    folder.back_up()
    put(folder, "/documents/later.txt", b"after the backup")
    back = restored(folder, target)
    assert back.read("/documents/small.txt") == SMALL
    assert back.read("/documents/large.txt") == LARGE
    with pytest.raises(NotFound):
        back.read("/documents/later.txt")
    assert journal(back) == journal(folder)[:-1]
    assert epoch(back) != epoch(folder)
    with back.store.read() as transaction:
        assert transaction.devices.by_token(token) is not None
    assert back.keyring.current == folder.keyring.current
    assert not (target / UNFINISHED).exists()
    back.store.close()


def test_nothing_in_a_backup_shows_what_files_hold_or_are_called(folder: Folder) -> None:
    put(folder, "/documents/diary-of-ana.txt", b"x")
    folder.back_up()
    stored = b"".join(path.read_bytes() for path in Path(folder.place.name).rglob("*") if path.is_file())
    for word in (b"secret", b"diary", hashlib.sha256(LARGE).hexdigest().encode(), folder.keyring.current.secret):
        assert word not in stored


def test_what_is_there_is_not_sent_again(folder: Folder) -> None:
    first = folder.back_up()
    assert first.sent == first.manifest.objects
    put(folder, "/documents/other.txt", LARGE[1:])
    folder.now += DAY
    second = folder.back_up()
    assert second.manifest.objects > first.manifest.objects
    assert len(LARGE) < second.sent_bytes < first.sent_bytes + len(LARGE)
    third = folder.back_up(full=True)
    assert third.sent == third.manifest.objects
    for made in (first, second, third):
        assert folder.verify(made.manifest.name).faults == []


def test_verifying_reads_every_byte(folder: Folder) -> None:
    made = folder.back_up()
    found = folder.verify()
    assert (found.objects, found.contents, found.opened, found.faults) == (made.manifest.objects, 2, True, [])
    assert found.size == made.manifest.size
    for path in sorted(Path(folder.place.name).rglob("objects/*/*")):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        fault = "the list of its objects is damaged" if path.name == made.manifest.list.id else path.name
        assert [fault in line for line in folder.verify(passphrase=None).faults] == [True]
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    path.unlink()
    assert "missing" in folder.verify().faults[0] or "list" in folder.verify().faults[0]


def test_without_its_keys_a_backup_is_read_but_not_opened(folder: Folder, target: Path) -> None:
    folder.back_up(passphrase=None)
    found = folder.verify(passphrase=None)
    assert not found.opened
    assert found.faults == []
    with pytest.raises(KeyMissing, match="the backup was made without its keys: put it into"):
        restore(folder.place, find(folder.place), target)
    (target / MASTER).write_bytes((folder.folder / MASTER).read_bytes())
    restore(folder.place, find(folder.place), target, known=Keyring.in_folder(target))
    back = Folder(target, target.parent / "other")
    assert back.read("/documents/large.txt") == LARGE
    back.store.close()


def test_another_passphrase_is_refused(folder: Folder, target: Path) -> None:
    folder.back_up()
    with pytest.raises(Forbidden, match="SYNC_BACKUP_PASSPHRASE does not open the keys"):
        restore(folder.place, find(folder.place), target, passphrase="another")
    with pytest.raises(KeyMissing, match="set SYNC_BACKUP_PASSPHRASE, or put it into"):
        restore(folder.place, find(folder.place), target)


def test_a_folder_that_is_not_empty_is_left_alone(folder: Folder, target: Path) -> None:
    folder.back_up()
    target.mkdir()
    (target / "notes.txt").write_text("mine")
    with pytest.raises(Conflicting, match=r"is not empty, it has notes\.txt"):
        restore(folder.place, find(folder.place), target, passphrase=PASSPHRASE)
    assert [path.name for path in target.iterdir()] == ["notes.txt"]


def test_a_damaged_object_ends_a_restore_that_can_be_begun_again(folder: Folder, target: Path) -> None:
    folder.back_up()
    index = next(path for path in Path(folder.place.name).rglob("objects/*/*") if path.stat().st_size > len(LARGE))
    whole = index.read_bytes()
    index.write_bytes(whole[:-1])
    with pytest.raises(Damaged):
        restore(folder.place, find(folder.place), target, passphrase=PASSPHRASE)
    assert (target / UNFINISHED).exists()
    assert not (target / FILE).exists()
    index.write_bytes(whole)
    back = restored(folder, target)
    assert back.read("/documents/large.txt") == LARGE
    back.store.close()


def test_contents_that_go_while_they_are_copied(folder: Folder) -> None:
    """A file is purged after the database was copied and before its content is: the database is copied anew."""
    folder.back_up()
    copied: list[str] = []
    whole = folder.store.snapshot

    def snapshot(path: Path) -> None:
        whole(path)
        if not copied:
            entry = put(folder, "/documents/new.txt", LARGE[2:])
            path.unlink()
            whole(path)
            folder.write(folder.revising.delete(by_command(folder.owner), entry.id, WHATEVER))
            folder.revising.forget(folder.write(folder.revising.purge(by_command(folder.owner), entry.id)))
        copied.append(path.name)

    folder.store.snapshot = snapshot  # type: ignore[method-assign]
    made = folder.back_up()
    assert len(copied) == 2
    assert made.lost == ()
    assert folder.verify().faults == []


def test_a_content_whose_file_was_lost_long_ago_is_told_and_holds_up_nothing(folder: Folder) -> None:
    lost = next((folder.folder / "contents").rglob("*.sealed"))
    lost.unlink()
    made = folder.back_up()
    assert [Path(place).name for place in made.lost] == [lost.name]
    assert folder.verify().faults == [f"the content {made.lost[0]} is damaged or missing"]


def test_old_backups_go_with_what_only_they_need(folder: Folder) -> None:
    names = []
    for n in range(5):
        put(folder, f"/documents/{n}.txt", LARGE[n + 1 :])
        names.append(folder.back_up().manifest.name)
        folder.now += 10 * DAY
    gone = forget(folder.store, folder.place, 30, folder.now)
    assert sorted(gone.names) == names[:2]
    assert gone.objects == 0  # they are too young: somebody may be about to name them
    gone = folder.forget()
    assert gone.objects > 0
    assert [manifest.name for manifest in manifests(folder.place)[0]] == names[:1:-1]
    for name in names[2:]:
        assert folder.verify(name).faults == []
    used = {line.split()[0] for name in names[2:] for line in _listed(folder, name)}
    assert {path.name for path in Path(folder.place.name).rglob("objects/*/*")} == used
    folder.now += 1000 * DAY
    assert len(folder.forget().names) == 2  # the newest stays


def _listed(folder: Folder, name: str) -> list[str]:
    manifest = find(folder.place, name)
    objects = Path(folder.place.name)
    return [*(objects / manifest.list.name).read_text().splitlines(), manifest.list.id]


def test_what_a_backup_that_was_broken_off_has_left_goes_too(folder: Folder) -> None:
    with pytest.raises(Busy, match="broken off"):
        folder.back_up(rest=lambda: True)
    assert manifests(folder.place) == ([], [])
    with pytest.raises(NotFound, match="there is no backup in"):
        find(folder.place)
    folder.back_up()
    before = len(list(Path(folder.place.name).rglob("objects/*/*")))
    put(folder, "/documents/more.txt", LARGE[5:])
    with pytest.raises(Busy):
        folder.back_up(rest=lambda: True)
    assert len(list(Path(folder.place.name).rglob("objects/*/*"))) == before + 1
    assert folder.forget().objects == 1
    assert folder.verify().faults == []


def test_nothing_is_removed_where_something_cannot_be_read(folder: Folder) -> None:
    made = folder.back_up()
    folder.now += 100 * DAY
    folder.back_up(full=True)
    newest = find(folder.place)
    listed = Path(folder.place.name) / newest.list.name
    whole = listed.read_bytes()
    listed.write_bytes(whole[:-2])
    with pytest.raises(Busy, match="is damaged, nothing is removed there"):
        folder.forget()
    assert len(manifests(folder.place)[0]) == 2
    listed.write_bytes(whole)
    (Path(folder.place.name) / made.manifest.path).write_text("{")
    with pytest.raises(Busy, match="nothing is removed there: take it away first"):
        forget(folder.store, folder.place, 30, folder.now)


def test_a_place_belongs_to_one_gateway(folder: Folder, target: Path) -> None:
    folder.back_up()
    back = restored(folder, target)
    back.place = folder.place
    back.now += DAY
    back.back_up()  # it is the same one
    target.with_name("stranger").mkdir()
    stranger = Folder(target.with_name("stranger"), Path(folder.place.name))
    with pytest.raises(Conflicting, match="has the backups of another gateway"):
        stranger.back_up()
    for services in (back, stranger):
        services.store.close()


def test_a_disk_that_is_not_mounted_is_no_new_place(folder: Folder) -> None:
    folder.back_up()
    Path(folder.place.name).rename(Path(folder.place.name).with_name("unmounted"))
    with pytest.raises(Busy, match="are gone: is its disk mounted"):
        folder.back_up()


def test_two_backups_at_once_are_one(folder: Folder) -> None:
    with alone(folder.folder), pytest.raises(Busy, match="another backup is being made now"):
        folder.back_up()
    folder.back_up()


def test_a_backup_is_read_with_the_keys_of_its_time(folder: Folder, target: Path) -> None:
    folder.back_up()
    keys = MasterKeys(folder.store, folder.keyring)
    keys.rotate()
    Resealing(folder.store, folder.contents, lambda: False).run()
    assert keys.prune() == []
    folder.now += DAY
    made = folder.back_up()
    assert made.manifest.keys == (folder.keyring.current.id.hex(),)
    for manifest in manifests(folder.place)[0]:
        assert folder.verify(manifest.name).faults == []
    folder.now += 100 * DAY
    forget(folder.store, folder.place, 30, folder.now)
    assert len(keys.prune()) == 1
    back = restored(folder, target)
    assert back.read("/documents/large.txt") == LARGE
    back.store.close()


def test_the_data_folder_is_read_back_too(folder: Folder) -> None:
    assert verify_data(folder.store, folder.contents, folder.keyring, _quiet) == (2, [])
    lost = next((folder.folder / "contents").rglob("*.sealed"))
    lost.write_bytes(lost.read_bytes()[:-1] + b"\0")
    folder.write(lambda t: t.contents._run("update contents set body = zeroblob(200) where size = :n", n=len(SMALL)))
    count, faults = verify_data(folder.store, folder.contents, folder.keyring, _quiet)
    assert (count, len(faults)) == (2, 2)


@pytest.mark.parametrize("change", [b"", b"{}", b"[]", b'{"format":1}', b'{"format":1,"digest":"x"}'])
def test_a_manifest_is_itself_or_damaged(folder: Folder, change: bytes) -> None:
    path = Path(folder.place.name) / folder.back_up().manifest.path
    data = path.read_bytes()
    manifest = Manifest.read(data, path.stem)
    assert manifest.written(folder.keyring.current) == data
    assert manifest.is_sealed_by(folder.keyring.all())
    for wrong in (change, data[:-9], data.replace(b'"objects": ', b'"objects": 1')):
        with pytest.raises(Damaged):
            Manifest.read(wrong, path.stem)
    path.write_bytes(change)
    assert manifests(folder.place) == ([], [path.stem])


def _quiet(_what: str, _done: int, _whole: int) -> None:
    pass


def test_keys_do_not_change_under_a_backup(folder: Folder, target: Path) -> None:
    """A rotation in the middle of it: the old key stays, since the backup that is being made will need it."""
    keys = MasterKeys(folder.store, folder.keyring)
    done: list[str] = []

    def progress(what: str, _done: int, _whole: int) -> None:
        if what == "database" and not done:
            done.append(keys.rotate().id.hex())
            Resealing(folder.store, folder.contents, lambda: False).run()
            assert keys.prune() == []

    made = folder.back_up(progress=progress)
    assert len(made.manifest.keys) == 1
    assert folder.verify().faults == []
    back = restored(folder, target)
    assert back.read("/documents/small.txt") == SMALL
    back.store.close()


def test_the_database_knows_the_backups_that_are_there(folder: Folder, target: Path) -> None:
    """Of one that was killed at its end, and after a restore, which brings back a list from before the backup."""
    name = folder.back_up().manifest.name
    back = restored(folder, target)
    back.place = folder.place
    for services in (folder, back):
        services.write(lambda t: t.backups.remove(folder.place.name, name))
        services.now += DAY
        services.back_up()
        with services.store.read() as transaction:
            assert name in transaction.backups.names(folder.place.name)
    back.store.close()


def test_what_was_broken_off_is_not_remembered_for_ever(folder: Folder) -> None:
    with pytest.raises(Busy):
        folder.back_up(rest=lambda: True)
    folder.back_up()
    with folder.store.read() as transaction:
        assert len(transaction.backups.names(folder.place.name)) == 1


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "../../victim"), ("time", "x"), ("time", 10**15), ("time", -1), ("list", {"id": 5, "size": 1}),
        ("index", {"id": "../" * 21 + "x", "size": 1}), ("index", None), ("keys", "x"), ("keys", [1]), ("size", 1.5),
        ("release", 1),
    ],
)  # fmt: skip
def test_a_manifest_of_a_stranger_is_damaged(folder: Folder, key: str, value: object) -> None:
    path = Path(folder.place.name) / folder.back_up().manifest.path
    told = json.loads(path.read_bytes())
    told[key] = value
    bare = {name: told[name] for name in told if name not in {"digest", "seal"}}
    told["digest"] = hashlib.sha256(json.dumps(bare, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    path.write_text(json.dumps(told))
    assert manifests(folder.place) == ([], [path.stem])


def test_a_manifest_that_somebody_else_has_made_up_is_not_restored(folder: Folder, target: Path) -> None:
    """With a digest that is right, and without the key."""
    path = Path(folder.place.name) / folder.back_up().manifest.path
    told = json.loads(path.read_bytes())
    told["time"] += 1
    bare = {name: told[name] for name in told if name not in {"digest", "seal"}}
    told["digest"] = hashlib.sha256(json.dumps(bare, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    path.write_text(json.dumps(told))
    assert folder.verify().faults == ["its manifest was not written by this gateway"]
    with pytest.raises(Damaged):
        restore(folder.place, find(folder.place), target, passphrase=PASSPHRASE)


def test_contents_pieces_and_indexes_do_not_open_as_one_another() -> None:
    for purpose, other in itertools.permutations((CONTENT, PIECES, INDEX), 2):
        with pytest.raises(Damaged):
            unsealed(KEYRING, seal(KEYRING.current, b"x", purpose), other)


def test_an_object_that_grew_is_not_read_to_its_end(folder: Folder) -> None:
    manifest = folder.back_up().manifest
    place = Path(folder.place.name) / manifest.index.name
    os.truncate(place, 1 << 32)
    assert manifest.index.id in folder.verify(passphrase=None).faults[0]
    with pytest.raises(Damaged):
        restore(folder.place, manifest, folder.folder.parent / "x", passphrase=PASSPHRASE)


def test_a_restore_that_was_killed_at_its_very_end_can_be_begun_again(folder: Folder, target: Path) -> None:
    folder.back_up()
    restore(folder.place, find(folder.place), target, passphrase=PASSPHRASE)
    (target / UNFINISHED).touch()
    (target / ".token.key-1234").touch()
    for name in (FILE, "restore.db"):  # logs of another database
        (target / f"{name}-wal").write_bytes(b"x" * 5000)
    back = restored(folder, target)
    assert back.read("/documents/large.txt") == LARGE
    back.store.close()


def test_nobody_else_can_read_what_is_restored(folder: Folder, target: Path) -> None:
    folder.back_up()
    before = os.umask(0o022)
    try:
        restore(folder.place, find(folder.place), target, passphrase=PASSPHRASE)
        folder.store.snapshot(target.with_name("copy.db"))
        other = target.with_name("by-copy")
        other.mkdir()
        adopt_copy(target.with_name("copy.db"), other, folder.keyring)
    finally:
        os.umask(before)
    for path in (*target.rglob("*"), *other.rglob("*")):
        assert path.is_dir() or stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_keys_that_are_elsewhere_stay_there(folder: Folder, target: Path) -> None:
    folder.back_up()
    elsewhere = target.with_name("stick.key")
    newer = MasterKey.new()
    elsewhere.write_bytes(written([newer, *folder.keyring.all()]))
    restore(folder.place, find(folder.place), target, passphrase=PASSPHRASE, known=Keyring(elsewhere))
    assert not (target / MASTER).exists()
    assert Keyring(elsewhere).current == newer


def test_a_key_that_the_machine_does_not_have_is_added_behind_its_own(folder: Folder, target: Path) -> None:
    folder.back_up()
    target.mkdir()
    own = Keyring.in_folder(target)
    own.ensure((), create=True)
    newest = own.current
    restore(folder.place, find(folder.place), target, passphrase=PASSPHRASE, known=Keyring.in_folder(target))
    assert Keyring.in_folder(target).all() == (newest, folder.keyring.current)


def test_a_key_that_was_dropped_seals_no_file_anew(folder: Folder) -> None:
    """The agent is writing a file anew while somebody rotates and prunes: the file stays readable."""
    keys = MasterKeys(folder.store, folder.keyring)
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
    assert folder.read("/documents/large.txt") == LARGE


def test_a_stick_that_knows_no_links(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    folder.back_up()
    assert folder.verify().faults == []
    with pytest.raises(Conflicting):
        folder.place.put("wristgate.json", b"{}", new=True)


def test_what_is_not_sealed_yet_is_not_sent_anywhere(folder: Folder) -> None:
    plain = "2c/26/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
    (folder.folder / "contents" / plain).parent.mkdir(parents=True, exist_ok=True)
    (folder.folder / "contents" / plain).write_bytes(LARGE)
    folder.write(lambda t: t.contents._run(f"update contents set location = '{plain}', key = null where body is null"))
    with pytest.raises(Busy, match="1 files are not sealed yet"):
        folder.back_up()
    Resealing(folder.store, folder.contents, lambda: False).run()
    folder.back_up()
    assert folder.verify().faults == []
