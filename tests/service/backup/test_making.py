"""What is in a backup, and what is sent for it."""

import hashlib
from pathlib import Path

import pytest

from gateway.errors import Busy
from gateway.service.access import by_command
from gateway.service.backup import alone
from gateway.service.masterkeys import MasterKeys
from gateway.service.merging import WHATEVER
from gateway.service.resealing import Resealing
from tests.service.backup.folder import DAY, LARGE, SMALL, Folder, restored
from tests.service.test_cleanup import put


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
    assert folder.verify().faults == [f"the content {made.lost[0]} is damaged or missing: /documents/large.txt"]


def test_two_backups_at_once_are_one(folder: Folder) -> None:
    with alone(folder.folder), pytest.raises(Busy, match="another backup is being made now"):
        folder.back_up()
    folder.back_up()


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
    assert back.content("/documents/small.txt") == SMALL
    back.store.close()


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
