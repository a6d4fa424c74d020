"""Clean-up on real folders: what goes, what stays, what it frees, and that the accounts are right afterwards."""

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import FormatError, NotFound
from gateway.model import Actor, Facts, FileEntry
from gateway.service.changes import remove, revive, write
from gateway.service.cleanup import Cleanup, purge
from gateway.service.freeing import Cleaned, Item
from gateway.service.incoming import Received, content_of
from gateway.service.overdue import AT_ONCE, PAGE
from gateway.service.retention import DAY, policy
from gateway.store import Transaction
from tests.service.harness import NOW, Services

LARGE = 200_000  # bytes; it lies in a file


@contextmanager
def folder() -> Iterator[Services]:
    with TemporaryDirectory() as path:
        services = Services(Path(path))
        yield services
        services.store.close()


def put(services: Services, path: str, data: bytes, entry: FileEntry | None = None) -> FileEntry:
    """Write a new file, or the next version of ``entry``."""
    content = content_of(data)
    if len(data) > 128 * 1024:
        content = services.contents.put(io.BytesIO(data))
    facts = Facts(content.sha256, content.size, content.crc32)
    actor = Actor(services.owner.id, services.owner.project)
    written = services.write(lambda t: write(t, actor, path, entry, facts, services.now, content=content))
    Received(content, services.contents).settle(services.store)
    return written


def versions(services: Services, count: int, path: str = "/documents/a.txt", size: int = 100) -> FileEntry:
    """Write a file that many times, a day apart."""
    entry = None
    for number in range(count):
        entry = put(services, path, f"{path} {number} ".encode().ljust(size), entry)
        services.now += DAY
    assert entry is not None
    return entry


def delete(services: Services, entry: FileEntry) -> None:
    actor = Actor(services.owner.id, services.owner.project)
    services.write(lambda t: remove(t, actor, entry, services.now))


def numbers(services: Services, entry: FileEntry) -> list[int]:
    with services.store.read() as transaction:
        return [version.number for version in transaction.versions.newest(entry.id, 10_000)][::-1]


def clean(services: Services, **options: Any) -> tuple[Cleaned, list[Item]]:
    items: list[Item] = []
    return services.cleanup.run(each=items.append, **options), items


def value(services: Services, sql: str) -> Any:
    with services.store.read() as transaction:
        return transaction.contents._value(sql, {})


def on_disk(services: Services) -> int:
    return sum(1 for path in (services.folder / "contents").rglob("*") if path.is_file())


def test_versions_beyond_the_last_ten_go_when_they_are_30_days_old(services: Services) -> None:
    entry = versions(services, 45)  # the newest is a day old
    journal = value(services, "select count(*) from journal")
    would, listed = clean(services, dry=True)
    assert numbers(services, entry) == list(range(1, 46))
    done, items = clean(services)
    assert (done, items) == (would, listed)
    assert numbers(services, entry) == list(range(16, 46))  # number 16 is exactly 30 days old
    assert [(item.kind, item.path, item.version, item.size) for item in items] == [
        ("version", "/documents/a.txt", number, 100) for number in range(1, 16)
    ]
    assert items[0].time == NOW
    assert done.freed == 1500
    assert done.sentence == "15 earlier versions: 1.5 KB"
    assert value(services, "select count(*) from journal") == journal
    assert value(services, "select count(*) from contents") == 30
    assert clean(services) == (Cleaned(), [])


def test_the_last_ten_stay_however_old(services: Services) -> None:
    entry = versions(services, 12)
    services.now += 1000 * DAY
    clean(services)
    assert numbers(services, entry) == list(range(3, 13))
    clean(services, age=0)
    assert numbers(services, entry) == list(range(3, 13))


def test_a_folder_has_rules_of_its_own() -> None:
    with folder() as services:
        photo, other = versions(services, 10, "/photos/a.jpg"), versions(services, 10, "/documents/a.jpg")
        rules = policy(9, 5, [("/photos", 2, 13)], 30)
        Cleanup(services.store, services.contents, rules, services.clock).run()
        assert numbers(services, photo) == [8, 9, 10]  # the other took ten days
        assert numbers(services, other) == [2, 3, 4, 5, 6, 7, 8, 9, 10]


def test_an_age_takes_the_place_of_all(services: Services) -> None:
    entry, gone = versions(services, 14), put(services, "/documents/gone.txt", b"gone")
    delete(services, gone)
    services.now += 3600
    assert clean(services, age=2 * 3600, dry=True)[0].counts == {"version": 4}
    assert clean(services, age=1800, dry=True)[0].counts == {"version": 4, "trash": 1}
    assert clean(services)[0] == Cleaned()
    assert len(numbers(services, entry)) == 14


def test_the_trash_is_emptied_after_30_days(services: Services) -> None:
    entry = versions(services, 3)
    stays = put(services, "/documents/b.txt", b"b")
    delete(services, entry)
    deleted = services.now
    services.now += 30 * DAY
    assert clean(services) == (Cleaned(), [])
    services.now += 1
    done, items = clean(services)
    assert items == [Item("trash", entry.path, 3, 300, deleted, entry.project)]
    assert (done.counts, done.freed) == ({"trash": 1}, 300)
    with services.store.read() as transaction:
        assert transaction.files.trashed(entry.project, entry.id) is None
        assert transaction.files.by_id(entry.project, stays.id) == stays
    last = value(services, "select action || ' ' || entity_id from journal order by seq desc limit 1")
    assert last == f"purge {entry.id}"


def test_the_trash_keeps_all_versions(services: Services) -> None:
    entry = versions(services, 45)
    delete(services, entry)
    clean(services)
    assert len(numbers(services, entry)) == 45


def test_purging_takes_only_from_the_trash(services: Services) -> None:
    entry = put(services, "/documents/a.txt", b"a")
    actor = Actor(services.owner.id, services.owner.project)
    for file in (entry.id, "aaaaaaaaaaaa"):
        with pytest.raises(NotFound):
            services.write(lambda t, file=file: purge(t, actor, file, services.now))
    delete(services, entry)
    with pytest.raises(NotFound):  # somebody else's
        services.write(lambda t: purge(t, Actor(None, "bbbbbbbbbbbb"), entry.id, services.now))
    assert services.write(lambda t: purge(t, actor, entry.id, services.now)) == []
    assert value(services, "select count(*) from contents") == 0


def test_a_file_that_was_restored_meanwhile_stays(services: Services) -> None:
    """Between looking and removing, somebody takes it back."""
    entry = put(services, "/documents/a.txt", b"a")
    delete(services, entry)
    services.now += 31 * DAY
    actor = Actor(services.owner.id, services.owner.project)
    before(services, lambda t: revive(t, actor, entry, entry.path, services.now))
    assert clean(services) == (Cleaned(), [])
    assert numbers(services, entry) == [1]


def test_a_file_that_was_moved_under_another_rule_meanwhile_stays(services: Services) -> None:
    entry = versions(services, 15)
    services.now += 100 * DAY
    rules = policy(10, 30, [("/config", 50, 365)], 30)
    services.cleanup = Cleanup(services.store, services.contents, rules, services.clock)
    before(services, lambda t: t.files.move(entry.id, "/config/a.txt", "/config/a.txt"))
    assert clean(services) == (Cleaned(), [])
    assert len(numbers(services, entry)) == 15


def before(services: Services, change: Any) -> None:
    """Have something change in the moment before the first write of the clean-up."""
    really, store = services.store.write, services.store

    def interfere(later: Any) -> Any:
        store.write = really  # type: ignore[method-assign]
        really(change).result()
        return really(later)

    store.write = interfere  # type: ignore[method-assign]


def test_what_something_else_still_has_frees_nothing(services: Services) -> None:
    same = b"same bytes".ljust(50)
    entry = put(services, "/documents/a.txt", same)
    delete(services, entry)
    other = put(services, "/documents/b.txt", same)
    caller = services.pair()
    bad = b"<gpx><trk>"
    assert isinstance(services.write(services.uploads.whole(caller, "bad.gpx", bad)), FormatError)
    services.now += 29 * DAY
    damaged = put(services, "/documents/bad.gpx", bad)
    services.now += 2 * DAY
    would, _ = clean(services, dry=True)
    done, items = clean(services)
    assert would == done
    assert ({item.kind for item in items}, done.freed) == ({"trash", "refused"}, 0)
    with services.store.read() as transaction:
        assert transaction.contents.body(other.sha256) == same
        assert transaction.contents.body(damaged.sha256) == bad


def test_what_goes_twice_frees_once(services: Services) -> None:
    for name in "ab":
        delete(services, put(services, f"/documents/{name}.txt", b"twins".ljust(70)))
    services.now += 31 * DAY
    assert clean(services, dry=True)[0].freed == 70
    assert clean(services)[0].freed == 70


def test_large_contents_leave_the_disk(services: Services) -> None:
    first = put(services, "/documents/a.bin", b"1" * LARGE)
    put(services, "/documents/a.bin", b"2" * LARGE, first)
    delete(services, first)
    assert on_disk(services) == 2
    services.now += 31 * DAY
    assert clean(services, dry=True)[0].freed == 2 * LARGE
    assert on_disk(services) == 2
    assert clean(services)[0].freed == 2 * LARGE
    assert on_disk(services) == 0


def test_strays_are_removed_after_a_day(services: Services) -> None:
    kept = put(services, "/documents/a.bin", b"1" * LARGE)
    contents = services.contents
    stray = contents.put(io.BytesIO(b"2" * LARGE))
    half = services.folder / "contents" / "incoming" / ("ab" * 12)
    half.write_bytes(b"half")
    assert stray.location is not None
    place = services.folder / "contents" / stray.location
    for file in (place, half, services.folder / "contents" / location(services, kept)):
        os.utime(file, (NOW, NOW))
    services.now = NOW + DAY
    assert clean(services) == (Cleaned(), [])
    services.now += 1
    would, listed = clean(services, dry=True)
    place_size = place.stat().st_size
    done, items = clean(services)
    assert (would, sorted(map(repr, listed))) == (done, sorted(map(repr, items)))
    assert {(item.kind, item.path, item.size) for item in items} == {
        ("orphan", stray.location, place_size),
        ("orphan", f"incoming/{half.name}", 4),
    }
    assert done.freed == place_size + 4
    assert on_disk(services) == 1


def location(services: Services, entry: FileEntry) -> str:
    with services.store.read() as transaction:
        found = transaction.contents.location(entry.sha256)
    assert found is not None
    return found


def test_sign_ins_end_after_90_days_unused(services: Services) -> None:
    caller = services.pair("phone")
    digests = {name: hashlib.sha256(name.encode()).digest() for name in ("old", "exchanged", "fresh")}

    def begin(transaction: Transaction) -> None:
        transaction.families.add("aaaaaaaaaaaa", caller.device.id, NOW, 10)
        transaction.families.add_token(digests["old"], "aaaaaaaaaaaa", NOW)
        transaction.families.add("bbbbbbbbbbbb", caller.device.id, NOW, 10)
        transaction.families.add_token(digests["exchanged"], "bbbbbbbbbbbb", NOW)
        transaction.families.exchange(digests["exchanged"], NOW + 50 * DAY)
        transaction.families.add_token(digests["fresh"], "bbbbbbbbbbbb", NOW + 50 * DAY)

    services.write(begin)
    services.now = NOW + 90 * DAY
    assert clean(services) == (Cleaned(), [])
    services.now += 1
    assert clean(services, dry=True)[0].counts == {"sign-in": 1}
    assert clean(services)[1] == [Item("sign-in", "phone", None, 0, NOW)]
    with services.store.read() as transaction:
        assert [name for name, digest in digests.items() if transaction.families.token(digest)] == ["fresh"]


def test_no_transaction_is_long(services: Services) -> None:
    """Many files, many versions of one, and one in the trash: never more than a hundred things at once."""
    entry = versions(services, 3 * AT_ONCE + 20)
    many = versions(services, 2 * AT_ONCE + 5, "/documents/deleted.txt")
    delete(services, many)
    for number in range(PAGE + 10):
        delete(services, put(services, f"/documents/{number}.txt", b"%d" % number))
    services.now += 100 * DAY
    sizes, really = [], services.store.write

    def watched(change: Any) -> Any:
        def write(transaction: Transaction) -> Any:
            before = rows(transaction)
            result = change(transaction)
            sizes.append(before - rows(transaction))
            return result

        return really(write)

    services.store.write = watched  # type: ignore[method-assign]
    done, _ = clean(services)
    assert done.counts == {"version": 3 * AT_ONCE + 10, "trash": PAGE + 11}
    assert max(sizes) <= AT_ONCE + 1
    assert numbers(services, entry) == list(range(3 * AT_ONCE + 11, 3 * AT_ONCE + 21))
    assert value(services, "select count(*) from files") == 1


def rows(transaction: Transaction) -> int:
    count: int = transaction.contents._value("select count(*) from versions", {})
    return count


def test_it_stops_where_it_is_told_to(services: Services) -> None:
    for number in range(3 * AT_ONCE):
        delete(services, put(services, f"/documents/{number}.txt", b"%d" % number))
    services.now += 31 * DAY
    turns = iter([False, True])
    done, _ = clean(services, rest=lambda: next(turns))
    assert 0 < done.counts["trash"] <= 2 * AT_ONCE
    assert clean(services)[0].counts["trash"] == 3 * AT_ONCE - done.counts["trash"]


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "delete", "revive", "refuse", "wait", "clean", "purge"]),
        st.integers(0, 3),
        st.integers(0, 4),
    ),
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(ACTIONS)
def test_the_accounts_are_right_whatever_was_done(actions: list[tuple[str, int, int]]) -> None:
    with folder() as services:
        services.cleanup = Cleanup(
            services.store, services.contents, policy(2, 3, [("/documents/1", 1, 0)], 3),
            services.clock,
        )  # fmt: skip
        caller = services.pair()
        for action, which, what in actions:
            act(services, caller, action, which, what)
            assert_accounts(services)
        would, listed = clean(services, dry=True, age=0)
        done, items = clean(services, age=0)
        assert (would, set(listed)) == (done, set(items))
        assert clean(services, age=0) == (Cleaned(), [])
        assert_accounts(services)


def act(services: Services, caller: Any, action: str, which: int, what: int) -> None:
    path, project = f"/documents/{which}/a.txt", services.owner.project
    actor = Actor(services.owner.id, project)
    with services.store.read() as transaction:
        live = transaction.files.at(project, path)
        trashed = transaction.files.trash(project, "/", 10)
    if action == "put":
        put(services, path, f"{what}".encode() * (1 + what * 40_000), live)  # 4: in a file
    elif action == "delete" and live:
        delete(services, live)
    elif action == "revive" and trashed and not live:
        entry = trashed[-1].file
        services.write(lambda t: revive(t, actor, entry, path, services.now))
    elif action == "refuse":
        services.write(services.uploads.whole(caller, f"{which}.gpx", f"{what}".encode() * (1 + what)))
    elif action == "wait":
        services.now += (1 + what) * DAY
    elif action == "purge" and trashed:
        places = services.write(lambda t: purge(t, actor, trashed[0].file.id, services.now))
        for place in places:
            services.contents.remove(place)
    elif action == "clean":
        clean(services)


def assert_accounts(services: Services) -> None:
    held = """select sha256, max(size) size, count(*) refs from
              (select sha256, size from versions union all select sha256, size from rejected) group by sha256"""
    assert value(services, "select sum(bytes) from projects") == value(
        services, f"select coalesce(sum(size), 0) from ({held})"
    )
    for one, other in (
        (held, "select sha256, size, refs from holdings"),
        ("select sha256 from contents", f"select sha256 from ({held})"),
    ):
        assert value(services, f"select count(*) from ({one} except {other})") == 0
        assert value(services, f"select count(*) from ({other} except {one})") == 0
    files = "select count(*) from files where deleted is null"
    assert value(services, "select sum(files) from projects") == value(services, files)
    assert on_disk(services) == value(services, "select count(*) from contents where location is not null")
    assert value(services, "select count(*) from pragma_foreign_key_check") == 0
