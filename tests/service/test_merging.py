"""Changes with a base: who wins, what stays beside it, and how that is settled."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from gateway.errors import BadRequest, Conflicting, NotFound, OverQuota
from gateway.model import Access, FileEntry, Stored
from gateway.service.access import by_command
from gateway.service.intake import Wish
from gateway.service.merging import WHATEVER, Base, Merged
from tests.service.harness import Services


@pytest.fixture
def owner(services: Services) -> Access:
    return by_command(services.owner)


def refuses(call: Callable[[], Any], error: type[Exception]) -> str:
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


def upload(services: Services, owner: Access, path: str, data: bytes, base: Base = WHATEVER) -> Stored:
    incoming = services.incoming()
    incoming.write(data)
    stored = services.write(services.intake.take(owner, incoming.finish(), Wish(path=path, base=base)))
    assert isinstance(stored, Stored)
    return stored


def bytes_of(services: Services, owner: Access, path: str) -> bytes:
    data = services.files.open(owner, None, path).data
    assert data is not None
    return data


def delete(services: Services, owner: Access, file: FileEntry, base: Base = WHATEVER) -> Merged:
    merged: Merged = services.write(services.revising.delete(owner, file.id, base))
    return merged


def move(services: Services, owner: Access, file: FileEntry, path: str) -> FileEntry:
    moved: FileEntry = services.write(services.revising.move(owner, file.id, path))
    return moved


@pytest.mark.parametrize(
    ("version", "there", "stale"),
    [
        (None, 0, False), (None, 3, False), (0, 0, False), (0, 1, True), (2, 2, False), (2, 3, True), (3, 2, True),
        (2, 0, True),
    ],
)  # fmt: skip
def test_a_base_is_stale_when_something_else_is_there(version: int | None, there: int, stale: bool) -> None:
    entry = FileEntry("f", "p", "/a", there, b"", 0, None, None, 0) if there else None
    assert Base(version).is_stale(entry) == stale


def test_without_a_base_whatever_is_there_is_meant(services: Services, owner: Access) -> None:
    upload(services, owner, "/a", b"1")
    stored = upload(services, owner, "/a", b"2")
    assert (stored.file.version, stored.conflict) == (2, None)


def test_the_same_bytes_are_no_conflict_whatever_their_base(services: Services, owner: Access) -> None:
    first = upload(services, owner, "/a", b"1")
    for version in (0, 1, 7, None):
        again = upload(services, owner, "/a", b"1", Base(version, reject=True))
        assert (again.file, again.duplicate, again.conflict) == (first.file, True, None)


def test_who_would_rather_not_win_is_told(services: Services, owner: Access) -> None:
    first = upload(services, owner, "/a", b"1")
    upload(services, owner, "/a", b"2")
    assert "version 2" in refuses(lambda: upload(services, owner, "/a", b"3", Base(1, reject=True)), Conflicting)
    assert refuses(lambda: delete(services, owner, first.file, Base(1, reject=True)), Conflicting)
    delete(services, owner, first.file)
    assert "deleted" in refuses(lambda: upload(services, owner, "/a", b"3", Base(2, reject=True)), Conflicting)
    assert upload(services, owner, "/a", b"3", Base(2)).file.version == 1


def test_a_move_to_a_taken_name_is_refused(services: Services, owner: Access) -> None:
    one, other = (upload(services, owner, path, path.encode()).file for path in ("/a", "/b"))
    refuses(lambda: services.write(services.revising.move(owner, one.id, "/b")), Conflicting)
    for path in ("/B", "/b/x", "/a/x", "/Activities/x", "/activities"):
        refuses(partial(move, services, owner, one, path), BadRequest)
    assert services.write(services.revising.move(owner, one.id, "/A")).path == "/A"
    assert services.write(services.revising.move(owner, one.id, "/A")).path == "/A"
    assert bytes_of(services, owner, "/b") == b"/b"
    assert services.files.find(owner, other.id, None) == other


def test_quota_leaves_everything_as_it_was(services: Services, owner: Access) -> None:
    upload(services, owner, "/a", b"1")
    upload(services, owner, "/a", b"2")
    services.store._transaction.holdings.quota = 2
    head = services.sync.head(owner.project)
    refuses(lambda: upload(services, owner, "/a", b"3", Base(1)), OverQuota)
    assert upload(services, owner, "/c", b"1").file.size == 1
    assert services.sync.head(owner.project) == head + 1


def conflict(services: Services, owner: Access) -> tuple[FileEntry, str, str]:
    """Make one: "mine" has the name, "theirs" lies beside; gives the file, the path of the copy and the conflict."""
    upload(services, owner, "/a.txt", b"first")
    upload(services, owner, "/a.txt", b"theirs", Base(1))
    stored = upload(services, owner, "/a.txt", b"mine", Base(1))
    assert stored.conflict is not None
    (told,) = services.conflicts.all(owner, 10)
    return stored.file, told.copy.path, stored.conflict.id


@pytest.mark.parametrize(
    ("keep", "name", "beside"), [("current", b"mine", None), ("copy", b"theirs", None), ("both", b"mine", b"theirs")]
)
def test_settling(services: Services, owner: Access, keep: str, name: bytes, beside: bytes | None) -> None:
    file, copy, key = conflict(services, owner)
    settle = services.conflicts.settle(owner, key, keep)
    services.write(settle)
    assert bytes_of(services, owner, "/a.txt") == name
    if beside is None:
        refuses(lambda: bytes_of(services, owner, copy), NotFound)
        assert [item.file.path for item in services.revising.trash(owner, 10)] == [copy]
    else:
        assert bytes_of(services, owner, copy) == beside
    assert services.conflicts.all(owner, 10) == []
    head = services.sync.head(owner.project)
    services.write(settle)
    assert services.sync.head(owner.project) == head
    other = "both" if keep != "both" else "copy"
    refuses(lambda: services.write(services.conflicts.settle(owner, key, other)), BadRequest)
    assert services.files.versions(owner, file.id)[-1].facts.size == len(b"first")


def test_keeping_the_copy_of_a_file_that_was_deleted(services: Services, owner: Access) -> None:
    file, copy, key = conflict(services, owner)
    delete(services, owner, file)
    upload(services, owner, "/a.txt", b"another")
    services.write(services.conflicts.settle(owner, key, "copy"))
    assert bytes_of(services, owner, "/a.txt") == b"another"
    assert bytes_of(services, owner, "/a (2).txt") == b"theirs"
    refuses(lambda: bytes_of(services, owner, copy), NotFound)


def test_deleting_the_copy_settles(services: Services, owner: Access) -> None:
    _, copy, key = conflict(services, owner)
    delete(services, owner, services.files.find(owner, None, copy))
    assert services.conflicts.all(owner, 10) == []
    services.write(services.conflicts.settle(owner, key, "current"))


def test_conflicts_of_one_second_have_names_of_their_own(services: Services, owner: Access) -> None:
    for n in range(4):
        upload(services, owner, "/a.txt", b"%d" % n, Base(0))
    copies = {told.copy.path for told in services.conflicts.all(owner, 10)}
    assert len(copies) == 3
    assert {bytes_of(services, owner, copy) for copy in copies} == {b"0", b"1", b"2"}


def test_what_was_deleted_comes_back_beside_what_has_its_name(services: Services, owner: Access) -> None:
    old = upload(services, owner, "/a.txt", b"old").file
    delete(services, owner, old)
    upload(services, owner, "/a.txt", b"new")
    back = services.write(services.revising.revive(owner, old.id))
    assert (back.id, back.path) == (old.id, "/a (2).txt")
    assert bytes_of(services, owner, "/a (2).txt") == b"old"
