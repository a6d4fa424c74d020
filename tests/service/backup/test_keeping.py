"""Which backups a place keeps, whose they are, and what goes with the old ones."""

import errno
import os
from pathlib import Path

import pytest

from gateway.errors import Busy, Conflicting, Damaged, NotFound
from gateway.service.backuplist import find, forget, manifests
from tests.service.backup.folder import DAY, LARGE, Folder, restored
from tests.service.test_cleanup import put


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


def test_a_stick_that_knows_no_links(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    folder.back_up()
    assert folder.verify().faults == []
    with pytest.raises(Conflicting):
        folder.place.put("wristgate.json", b"{}", new=True)


def test_a_newest_backup_that_is_damaged_is_not_passed_over(folder: Folder) -> None:
    first = folder.back_up().manifest
    folder.now += DAY
    second = folder.back_up(full=True).manifest
    (Path(folder.place.name) / second.path).write_text("garbage")
    with pytest.raises(Damaged, match=f"{second.name} is damaged; the one before: --backup {first.name}"):
        find(folder.place)
    with pytest.raises(Damaged, match=f"the backup {second.name} is damaged"):
        find(folder.place, second.name)
    assert find(folder.place, first.name).name == first.name
