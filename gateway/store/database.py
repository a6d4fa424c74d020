"""Opening the embedded database: SQLite with a write-ahead log, brought to the newest schema."""

from contextlib import suppress
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import apsw

from gateway.errors import Busy
from gateway.secretfile import create

BUSY_MS: Final = 5000
PAGE_BYTES: Final = 8192  # a 100 KB content costs a fifth less than with pages of 4096
CACHE_KB: Final = 1024
WRITING_CACHE_KB: Final = 4096  # what does not fit is written into the log, read back and written again
CHECKPOINT_PAGES: Final = 2000  # 16 MB of log between checkpoints: each one costs two more fsyncs

_MIGRATIONS: Final = resources.files("gateway.store") / "migrations" / "sqlite"


def create_private(path: Path) -> None:
    """Create an empty database that only its user can read, if there is none; SQLite would let everybody read it.

    A database that exists is not touched: closing any descriptor of it would drop all locks that this process holds on
    it (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    with suppress(FileExistsError):
        create(path).close()


def connect(path: Path, *, writing: bool = False) -> apsw.Connection:
    """Open ``path``, creating it where it is missing; a commit is on the disk when it returns.

    ``writing``: with a cache that holds what a batch of writes changes.
    """
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(BUSY_MS)
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)  # else many a statement is compiled anew for each value
    connection.execute(f"pragma page_size = {PAGE_BYTES}")
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("pragma foreign_keys = on")
    connection.execute(f"pragma cache_size = -{WRITING_CACHE_KB if writing else CACHE_KB}")
    connection.execute(f"pragma wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute("pragma journal_size_limit = 33554432")
    return connection


def migrate(connection: apsw.Connection) -> None:
    """Apply every migration that is missing, each in one transaction with its number; safe when two processes do it."""
    if version(connection) > newest():
        raise Busy(f"these data are of a newer release (schema {version(connection)}): install that one")
    for number, item in _steps():
        if version(connection) >= number:
            continue
        connection.execute("begin immediate")
        try:
            if version(connection) < number:
                connection.execute(item.read_text("utf-8"))
                connection.execute(f"pragma user_version = {number}")
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise


def version(connection: apsw.Connection) -> int:
    """Give the number of the last migration that was applied."""
    return int(connection.execute("pragma user_version").get)


def newest() -> int:
    """Give the number of the last migration that there is."""
    return _steps()[-1][0]


def _steps() -> list[tuple[int, Traversable]]:
    return sorted((int(item.name[:4]), item) for item in _MIGRATIONS.iterdir() if item.name.endswith(".sql"))


def explain(error: apsw.Error) -> Busy:
    """Turn a failure of SQLite into what a client may hear: nothing was stored, try again later."""
    if isinstance(error, apsw.FullError) or getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_SHMSIZE:
        return Busy("the gateway's disk is full, nothing was stored", wait=60)
    if isinstance(error, apsw.ReadOnlyError | apsw.CantOpenError | apsw.PermissionsError):
        return Busy("the gateway cannot write to its disk, nothing was stored", wait=60)
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return Busy("the gateway is busy, nothing was stored", wait=5)
    return Busy("the gateway's storage failed, nothing was stored", wait=60)
