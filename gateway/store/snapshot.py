"""A copy of the database in a file of its own: to be backed up, looked through, and put back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import apsw

from gateway.sealing import Keyring
from gateway.secretfile import create
from gateway.store.database import connect, explain, migrate
from gateway.store.transaction import Transaction

PATHS: Final = 3


@dataclass(frozen=True, slots=True)
class LargeContent:
    """A content that lies in a file: its SHA-256, bytes, and place in the folder of contents."""

    sha256: bytes
    size: int
    location: str


class Snapshot:
    """A database file that nobody else uses; raises ``Busy`` where it cannot be read or written."""

    def __init__(self, connection: apsw.Connection, keyring: Keyring) -> None:
        self._connection = connection
        self._transaction = Transaction(connection, keyring)

    def version(self) -> int:
        """Give the number of the schema."""
        return int(self._connection.execute("pragma user_version").get)

    def large(self) -> Iterator[LargeContent]:
        """Give all contents that lie in files."""
        for row in self._connection.execute("select sha256, size, location from contents where location is not null"):
            yield LargeContent(*row)

    def names(self, content: LargeContent) -> bool:
        """Say whether a large content lies there still."""
        return self._transaction.contents.location(content.sha256) == content.location

    def paths(self, sha256: bytes) -> list[str]:
        """List files that have a content in any version, the first few."""
        return self._transaction.versions.paths(sha256, PATHS)

    def keys(self) -> set[bytes]:
        """Give the ids of the master keys that are needed."""
        return self._transaction.sealed.keys()

    def small(self) -> Iterator[bytes]:
        """Give the SHA-256 of all contents that lie in the database."""
        for row in self._connection.execute("select sha256 from contents where body is not null"):
            yield row[0]

    def body(self, sha256: bytes) -> bytes | None:
        """Read one of these; raises ``KeyMissing``, ``Damaged``."""
        return self._transaction.contents.body(sha256)

    def faults(self) -> list[str]:
        """Say what is wrong with the database, at most ten things."""
        found = [row[0] for row in self._connection.execute("pragma integrity_check(10)") if row[0] != "ok"]
        if not found and self._connection.execute("pragma foreign_key_check").fetchone():
            found.append("rows refer to others that are missing")
        return found

    def begin_anew(self, new_epoch: Callable[[], str]) -> None:
        """Bring the schema up to date, and give every project another epoch."""
        migrate(self._connection)
        self._connection.execute("begin immediate")
        self._transaction.projects.begin_anew(new_epoch)
        self._connection.execute("commit")

    def settle(self) -> None:
        """Have all of it in the one file, on the disk."""
        self._connection.execute("pragma wal_checkpoint(truncate)")


@contextmanager
def opened(path: Path, keyring: Keyring) -> Iterator[Snapshot]:
    """Open a database file; what its write-ahead log has is in the file afterwards, and the log is gone."""
    try:
        connection = connect(path)
        try:
            yield Snapshot(connection, keyring)
        finally:
            connection.close()
    except apsw.Error as error:
        raise explain(error) from error


def copy(connection: apsw.Connection, path: Path) -> None:
    """Copy a database in one step, as it is at this moment; writers go on meanwhile (sqlite.org/backup.html)."""
    create(path).close()
    target = apsw.Connection(str(path))
    try:
        target.execute("pragma synchronous = off")  # it is read back at once; what reaches the backup is synced there
        with target.backup("main", connection, "main") as backup:
            backup.step(-1)
        target.execute("pragma journal_mode = delete")
    finally:
        target.close()
