"""What one caller may cost: pages in bytes, looks at other people's rows, folders in one another."""

import hashlib
from dataclasses import replace
from functools import partial

import pytest

from gateway.errors import BadRequest, FormatError
from gateway.model import Access, Actor, Content, Facts, Stored
from gateway.service.access import by_command
from gateway.service.incoming import content_of
from gateway.service.intake import Wish
from gateway.service.merging import Base, put
from gateway.service.pages import PAGE_BYTES
from gateway.service.paths import DEPTH, clean_path
from gateway.service.push import Wish as Change
from gateway.service.refusing import keep_refused
from gateway.store import INLINE, Transaction
from tests.service.harness import Services
from tests.service.test_rules import other_user


@pytest.fixture
def owner(services: Services) -> Access:
    return by_command(services.owner)


def upload(services: Services, access: Access, data: bytes, path: str) -> Stored:
    incoming = services.incoming()
    incoming.write(data)
    received = incoming.finish()
    stored = services.write(services.intake.take(access, received, Wish(path=path)))
    services.intake.settle(received)
    assert isinstance(stored, Stored)
    return stored


def naming(path: str, data: bytes) -> Change:
    return Change(path, "put", path, 0, sha256=hashlib.sha256(data).digest(), size=len(data))


def push(services: Services, access: Access, change: Change) -> str:
    (write,) = services.pushes.push(access, {0: change})
    return services.write(write)[0].result  # type: ignore[no-any-return]


def test_a_page_holds_no_more_bytes_of_paths_than_a_client_can(services: Services, owner: Access) -> None:
    folder = "/" + "/".join(["ж" * 127] * 15)
    paths = [f"{folder}/{n:03}" for n in range(100)]
    for path in paths:
        services.write(partial(put_as, services, owner, path, b"x"))
    assert len(folder.encode()) * 100 > PAGE_BYTES
    for page_of in (partial(services.files.page, owner, folder), partial(services.files.page, owner, "/")):
        start, found = None, []
        while True:
            page = page_of(start, 1000, recursive=True)
            assert sum(len(entry.path.encode()) for entry in page.files) <= PAGE_BYTES
            found += [entry.path for entry in page.files]
            if page.start is None:
                break
            start = page.start
        assert found == paths
    pulled, cursor = [], None
    while True:
        part = services.sync.pull(owner, cursor, 1000)
        pulled += part.changes
        cursor = part.cursor.encode()
        if not part.more:
            break
        assert len(part.changes) < 100
    assert len(pulled) == 100


def put_as(services: Services, access: Access, path: str, data: bytes, transaction: Transaction) -> None:
    content = content_of(data)
    facts = Facts(content.sha256, content.size, content.crc32)
    put(transaction, access.actor, path, facts, services.now, content=content)


def test_a_path_has_so_many_folders_at_most() -> None:
    assert clean_path("/a" * DEPTH)
    with pytest.raises(BadRequest, match="folders in one another"):
        clean_path("/a" * (DEPTH + 1))


def test_bytes_that_the_disk_has_lost_are_needed_and_then_there(services: Services, owner: Access) -> None:
    data = bytes(INLINE + 1)
    first = upload(services, owner, data, "/documents/first.bin")
    with services.store.read() as transaction:
        place = transaction.contents.location(first.file.sha256)
    assert place is not None
    services.contents.remove(place)  # as a database that was put back names it
    assert push(services, owner, naming("/documents/second.bin", data)) == "need"
    upload(services, owner, data, "/documents/second.bin")
    for path in ("/documents/first.bin", "/documents/second.bin"):
        opened = services.files.open(owner, None, path)
        assert opened.source is not None
        assert opened.source.read() == data
        opened.close()
    assert push(services, owner, naming("/documents/third.bin", data)) == "ok"


def test_what_others_have_a_thousand_times_is_found_where_it_is_ones_own(services: Services) -> None:
    theirs, data = other_user(services), b"the same everywhere"
    many, one = by_command(services.owner), by_command(theirs)
    for n in range(1100):
        services.write(partial(put_as, services, many, f"/documents/{n}", data))
    assert push(services, one, naming("/a", data)) == "need"
    upload(services, one, data, "/own")
    assert push(services, one, naming("/b", data)) == "ok"


def test_the_same_refused_bytes_in_two_projects_are_two_refusals(services: Services) -> None:
    theirs = other_user(services)
    caller, content = services.pair("watch"), content_of(b"bad")
    for actor in (caller.actor, replace(caller.actor, project=theirs.project)):
        services.write(partial(refuse, services, actor, content))
    with services.store.read() as transaction:
        assert [len(transaction.rejected.all(user.project)) for user in (services.owner, theirs)] == [1, 1]


def refuse(services: Services, actor: Actor, content: Content, transaction: Transaction) -> None:
    keep_refused(transaction, actor, "a.fit", content, FormatError("truncated", 0), services.now)


def test_a_conflict_outlives_the_file_that_won(services: Services, owner: Access) -> None:
    path = "/documents/a.txt"
    file = upload(services, owner, b"one", path).file
    upload(services, owner, b"two", path)
    deleted = services.write(services.revising.delete(owner, file.id, Base(1)))
    services.revising.forget(services.write(services.revising.purge(owner, file.id)))
    (found,) = services.conflicts.all(owner, 10)
    assert (found.conflict.id, found.path, found.file) == (deleted.conflict.id, path, None)
    services.write(services.conflicts.settle(owner, found.conflict.id, "copy"))
    assert services.files.open(owner, None, path).data == b"two"
    assert services.conflicts.all(owner, 10) == []


def test_an_age_of_nothing_takes_what_was_deleted_this_second(services: Services, owner: Access) -> None:
    file = upload(services, owner, b"one", "/documents/a.txt").file
    services.write(services.revising.delete(owner, file.id, Base()))
    services.cleanup.run(age=0)
    assert services.revising.trash(owner, 10) == []
