"""What holds in a project at any moment, and of any answer to a push, as a look into the database says."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from gateway.service.paths import fold
from gateway.service.push import Result, Wish


@dataclass(frozen=True, slots=True)
class Known:
    """A file as a reader of the journal knows it."""

    path: str
    version: int
    digest: bytes


@contextmanager
def opened(data: Path) -> Iterator[apsw.Connection]:
    """Give a connection that only reads."""
    connection = apsw.Connection(str(data / "wristgate.db"), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        yield connection
    finally:
        connection.close()


def tree(data: Path, project: str) -> dict[str, Known]:
    """Give the live files by id."""
    sql = "select id, path, head, sha256 from files where project = ? and deleted is null"
    with opened(data) as connection:
        return {file: Known(*row) for file, *row in connection.execute(sql, (project,))}


def hold(data: Path, project: str, kept: AbstractSet[bytes]) -> None:
    """Hold a project against what is promised; ``kept`` are contents that somebody counts on."""
    with opened(data) as connection:
        _every_content_is_somewhere(connection, project, kept)
        _conflicts_have_their_copies(connection)
        _accounts_are_right(connection, project)
    _any_disk_could_have_it({known.path for known in tree(data, project).values()})


def _every_content_is_somewhere(connection: apsw.Connection, project: str, kept: AbstractSet[bytes]) -> None:
    sql = "select v.sha256 from versions v join files f on f.id = v.file where f.project = ?"
    there = {row[0] for row in connection.execute(sql, (project,))}
    assert kept <= there, "an acknowledged content is nowhere any more"


def _conflicts_have_their_copies(connection: apsw.Connection) -> None:
    sql = """select count(*) from conflicts c left join files f on f.id = c.copy and f.deleted is null
             where c.settled is null and f.id is null"""
    assert connection.execute(sql).get == 0


def _accounts_are_right(connection: apsw.Connection, project: str) -> None:
    files = "select count(*) from files where project = ? and deleted is null"
    held = """select sum(size) from (select v.sha256, v.size from versions v join files f on f.id = v.file
              where f.project = ?1 union select sha256, size from rejected where project = ?1)"""
    counted = connection.execute(files, (project,)).get, connection.execute(held, (project,)).get or 0
    assert counted == connection.execute("select files, bytes from projects where id = ?", (project,)).fetchone()


def _any_disk_could_have_it(paths: AbstractSet[str]) -> None:
    """No two names differ only in case, nor do two folders, and no file lies where a folder is."""
    folded = {fold(path) for path in paths}
    assert len(folded) == len(paths)
    spelled: dict[str, str] = {}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder:
            assert fold(folder) not in folded
            assert spelled.setdefault(fold(folder), folder) == folder
            folder = folder.rpartition("/")[0]


def hold_answer(data: Path, wish: Wish, result: Result, before: Known | None) -> None:
    """Hold the answer to a change against its base, and ``before``, which was at its path when the batch began."""
    if result.result in {"need", "refused"}:
        assert result.error if result.result == "refused" else result.error is None
        return
    if result.settled == "copy":
        _the_copy_has_what_lost(data, result)
    if wish.id is not None:  # of what was there no id is known here
        return
    if wish.op == "delete":
        if ".sync-conflict-" in wish.path:  # the same batch may have put a new copy under the name of an old one
            return
        stale = before is not None and before.version != wish.base
        assert result.result == ("same" if before is None else "conflict" if stale else "ok")
        assert result.settled == ("copy" if stale else None)
        return
    assert result.version is not None
    if result.result == "ok":
        assert result.version == wish.base + (wish.op == "put")
    if result.settled == "merged":
        assert wish.op == "move"
        assert result.version != wish.base
    if result.settled == "deleted":
        assert (wish.op, result.version) == ("put", 1)


def _the_copy_has_what_lost(data: Path, result: Result) -> None:
    """It may be settled by now: the same batch may have deleted the copy, by a name that was another one's before."""
    sql = """select 1 from conflicts c join files f on f.id = c.copy
             join versions lost on lost.file in (c.file, c.copy) and lost.n = c.lost
             join versions kept on kept.file = c.copy and kept.sha256 = lost.sha256
             where c.id = ? and (f.deleted is null or c.settled is not null)"""
    with opened(data) as connection:
        assert connection.execute(sql, (result.conflict,)).fetchone()
    assert ".sync-conflict-" in str(result.copy)
