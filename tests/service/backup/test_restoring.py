"""What comes back from a backup, and what does not."""

import hashlib
import json
import os
import stat
from pathlib import Path

import pytest

from gateway.errors import Conflicting, Damaged, Forbidden, KeyMissing, NotFound
from gateway.sealing import FILE as MASTER
from gateway.sealing import Keyring, MasterKey
from gateway.sealing.keyfile import written
from gateway.service.backuplist import find, forget, manifests
from gateway.service.masterkeys import MasterKeys
from gateway.service.resealing import Resealing
from gateway.service.restoring import UNFINISHED, adopt_copy, restore
from gateway.store import FILE
from tests.service.backup.folder import DAY, LARGE, PASSPHRASE, SMALL, Folder, restored
from tests.service.harness import Services
from tests.service.test_cleanup import put


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
    assert back.content("/documents/small.txt") == SMALL
    assert back.content("/documents/large.txt") == LARGE
    with pytest.raises(NotFound):
        back.content("/documents/later.txt")
    assert journal(back) == journal(folder)[:-1]
    assert epoch(back) != epoch(folder)
    with back.store.read() as transaction:
        assert transaction.devices.by_token(token) is not None
    assert back.keyring.current == folder.keyring.current
    assert not (target / UNFINISHED).exists()
    back.store.close()


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
    assert back.content("/documents/large.txt") == LARGE
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
    assert back.content("/documents/large.txt") == LARGE
    back.store.close()


def object_of_the_large_file(folder: Folder) -> Path:
    stored = next((folder.folder / "contents").rglob("*.sealed")).read_bytes()
    return next(path for path in Path(folder.place.name).rglob("objects/*/*") if path.read_bytes() == stored)


def test_what_is_damaged_is_left_out_where_that_is_asked_for(folder: Folder, target: Path) -> None:
    folder.back_up()
    large = object_of_the_large_file(folder)
    large.write_bytes(large.read_bytes()[:-1])
    with pytest.raises(Damaged, match="or leave it out with --keep-going"):
        restore(folder.place, find(folder.place), target, passphrase=PASSPHRASE)
    left_out = restore(folder.place, find(folder.place), target, passphrase=PASSPHRASE, keep_going=True)
    assert [said.partition(": ")[2] for said in left_out] == ["/documents/large.txt"]
    back = Folder(target, target.parent / "other")
    assert not list((target / "contents").rglob("*.sealed"))
    assert back.content("/documents/small.txt") == SMALL
    back.store.close()


def test_an_object_that_is_missing_or_on_a_bad_sector_is_left_out_too(folder: Folder, target: Path) -> None:
    folder.back_up()
    large = object_of_the_large_file(folder)
    large.unlink()
    large.symlink_to("/proc/self/mem")  # reading its first byte is an input/output error
    assert len(restore(folder.place, find(folder.place), target, passphrase=PASSPHRASE, keep_going=True)) == 1
    large.unlink()
    other = target.parent / "second"
    assert len(restore(folder.place, find(folder.place), other, passphrase=PASSPHRASE, keep_going=True)) == 1


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
    assert back.content("/documents/large.txt") == LARGE
    back.store.close()


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


def test_a_restore_that_was_killed_at_its_very_end_can_be_begun_again(folder: Folder, target: Path) -> None:
    folder.back_up()
    restore(folder.place, find(folder.place), target, passphrase=PASSPHRASE)
    (target / UNFINISHED).touch()
    (target / ".token.key-1234").touch()
    for name in (FILE, "restore.db"):  # logs of another database
        (target / f"{name}-wal").write_bytes(b"x" * 5000)
    back = restored(folder, target)
    assert back.content("/documents/large.txt") == LARGE
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
