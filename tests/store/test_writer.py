"""Group commit, and what happens when SQLite fails under it."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import apsw
import pytest

from gateway.errors import Busy, NotFound
from gateway.model import User
from gateway.store import Store, Transaction
from gateway.store.database import connect
from tests.keys import KEYRING


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path, KEYRING).open()
    yield opened
    opened.close()


def add_user(name: str):  # noqa: ANN201
    def write(transaction: Transaction) -> str:
        transaction.users.add(User(name, f"{name}@example.com", False, f"p{name}", 1), None, "e")
        return name

    return write


def there(store: Store, name: str) -> bool:
    with store.read() as transaction:
        return transaction.users.by_id(name) is not None


def hold(store: Store) -> tuple[threading.Event, "Future[None]"]:
    """Keep the writer busy until the event, so that what comes next is one batch."""
    begun, go = threading.Event(), threading.Event()

    def write(_transaction: Transaction) -> None:
        begun.set()
        go.wait(30)

    held = store.write(write)
    begun.wait(30)
    return go, held


def test_a_result_comes_after_the_commit(store: Store) -> None:
    assert store.write(add_user("a")).result() == "a"
    assert there(store, "a")


def test_a_write_that_fails_takes_only_itself_down(store: Store) -> None:
    go, held = hold(store)

    def fails(transaction: Transaction) -> None:
        add_user("lost")(transaction)
        raise NotFound("no")

    futures = [store.write(add_user("b")), store.write(fails), store.write(add_user("b")), store.write(add_user("c"))]
    go.set()
    held.result()
    assert futures[0].result() == "b"
    with pytest.raises(NotFound):
        futures[1].result()
    with pytest.raises(apsw.ConstraintError):
        futures[2].result()
    assert futures[3].result() == "c"
    assert [there(store, name) for name in ("b", "lost", "c")] == [True, False, True]


def test_waiting_writes_are_one_commit(store: Store) -> None:
    commits: list[int] = []
    store._connection.set_commit_hook(lambda: bool(commits.append(1)))
    go, held = hold(store)
    futures = [store.write(add_user(f"u{n}")) for n in range(50)]
    go.set()
    held.result()
    for future in futures:
        future.result()
    assert len(commits) == 2  # the one that held the writer, and the batch


def test_a_dropped_transaction_is_tried_again_write_by_write(store: Store) -> None:
    go, held = hold(store)
    drops: list[int] = []

    def drops_all(_transaction: Transaction) -> None:
        drops.append(1)
        store._connection.execute("rollback")  # as a full disk or an interrupt does
        raise apsw.FullError("disk is full")

    before, bad, after = store.write(add_user("x")), store.write(drops_all), store.write(add_user("y"))
    go.set()
    held.result()
    assert (before.result(), after.result()) == ("x", "y")
    with pytest.raises(Busy, match="disk is full"):
        bad.result()
    assert len(drops) == 2
    assert there(store, "x")
    assert there(store, "y")


def test_an_error_of_ours_on_a_dropped_transaction_cannot_commit_alone(store: Store) -> None:
    go, held = hold(store)

    def drops_and_hides(_transaction: Transaction) -> None:
        store._connection.execute("rollback")
        raise NotFound("hidden")

    before, bad, after = store.write(add_user("m")), store.write(drops_and_hides), store.write(add_user("n"))
    go.set()
    held.result()
    assert (before.result(), after.result()) == ("m", "n")
    assert bad.exception() is not None
    assert there(store, "m")
    assert there(store, "n")


def test_what_comes_behind_a_dropped_transaction_is_not_written_alone(store: Store) -> None:
    go, held = hold(store)
    dropped: list[int] = []

    def drops_once(_transaction: Transaction) -> str:
        if not dropped:
            dropped.append(1)
            store._connection.execute("rollback")
        return "hidden"

    before, bad, after = store.write(add_user("p")), store.write(drops_once), store.write(add_user("q"))
    go.set()
    held.result()
    assert [write.result() for write in (before, bad, after)] == ["p", "hidden", "q"]
    assert there(store, "q")


def test_a_commit_that_fails_answers_busy_and_stores_nothing(store: Store) -> None:
    store._connection.set_commit_hook(lambda: True)  # refuses
    with pytest.raises(Busy):
        store.write(add_user("z")).result()
    store._connection.set_commit_hook(None)
    assert not there(store, "z")
    assert store.write(add_user("z")).result() == "z"


def test_a_full_queue_answers_busy_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.store.writer.WAITING", 3)
    go, held = hold(store)
    futures = [store.write(add_user(f"q{n}")) for n in range(10)]
    with pytest.raises(Busy):
        futures[-1].result()
    go.set()
    held.result()
    assert futures[0].result() == "q0"


def test_a_command_gets_its_turn_beside_a_busy_writer(tmp_path: Path, store: Store) -> None:
    stop = threading.Event()

    def load() -> None:
        while not stop.is_set():
            for future in [store.write(lambda transaction: transaction.health.touch()) for _ in range(20)]:
                future.result()

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    polite = Store(tmp_path, KEYRING, polite=True).open()
    try:
        for n in range(20):
            assert polite.write(add_user(f"polite{n}")).result()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        polite.close()
    assert there(store, "polite19")


def test_an_older_schema_gets_the_missing_steps_and_a_newer_one_is_refused(tmp_path: Path) -> None:
    Store(tmp_path, KEYRING).open().close()
    connection = connect(tmp_path / "wristgate.db")
    connection.execute("pragma user_version = 999")
    connection.close()
    with pytest.raises(Busy, match="newer release"):
        Store(tmp_path, KEYRING).open()


def test_a_read_sees_one_moment(store: Store) -> None:
    with store.read() as transaction:
        assert transaction.users.by_id("r") is None
        store.write(add_user("r")).result()
        assert transaction.users.by_id("r") is None
    assert there(store, "r")


def test_no_connection_drops_the_locks_of_another(tmp_path: Path, store: Store) -> None:
    """POSIX drops all locks of a process on a file when it closes any descriptor of it."""
    inode = str((tmp_path / "wristgate.db").stat().st_ino)

    def locked() -> bool:
        lines = Path("/proc/locks").read_text().splitlines()
        return any(line.split()[4] == str(os.getpid()) and line.split()[5].endswith(f":{inode}") for line in lines)

    assert locked()
    with store.read(), store.read(), store.read():
        store.write(add_user("k")).result()
        assert locked()
    assert locked()


def test_the_writer_outlives_a_failing_lock_file(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(store._turn, "give_way", fails)
    with pytest.raises(OSError, match="No locks"):
        store.write(add_user("f")).result(30)
    monkeypatch.undo()
    assert store.write(add_user("f")).result(30) == "f"


def test_an_exit_in_a_write_ends_only_that_write(store: Store) -> None:
    def exits(_transaction: Transaction) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        store.write(exits).result(30)
    assert store.write(add_user("g")).result(30) == "g"


def test_a_refusal_that_rests_on_an_undone_write_is_thought_over(store: Store) -> None:
    go, held = hold(store)
    first = [True]

    def takes_the_name(transaction: Transaction) -> str:
        if not first:
            raise NotFound("the one whose name it was has given up")
        first.clear()
        return add_user("name")(transaction)

    def wants_the_name(transaction: Transaction) -> str:
        if transaction.users.by_id("name"):
            raise NotFound("taken")
        return add_user("name")(transaction)

    dropped = [True]

    def drops_all(_transaction: Transaction) -> None:
        if dropped:
            dropped.clear()
            store._connection.execute("rollback")
            raise apsw.FullError("disk is full")

    futures = [store.write(takes_the_name), store.write(wants_the_name), store.write(drops_all)]
    go.set()
    held.result()
    assert futures[1].result() == "name"


def test_commits_are_synced(store: Store) -> None:
    assert store._connection.execute("pragma synchronous").get == 2
    assert store._connection.execute("pragma journal_mode").get == "wal"
    assert store._connection.execute("pragma foreign_keys").get == 1
