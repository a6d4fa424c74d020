"""The database as the services see it: short reads, and writes that wait for their commit."""

import os
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import apsw

from gateway.errors import Busy
from gateway.sealing import Keyring
from gateway.store.database import connect, create_private, explain, migrate, newest, version
from gateway.store.snapshot import copy
from gateway.store.transaction import Transaction
from gateway.store.turn import FileTurn
from gateway.store.upgrade import forget_copies, keep_copy
from gateway.store.writer import Write, Writer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes that the database and its log take, and that are free on their disk."""

    database: int
    log: int
    free: int


FILE: Final = "wristgate.db"
FREE_BYTES: Final = 1024 * 1024  # less than that on the disk and uploads will fail


class Store:
    """One process's access to the database in ``folder``.

    ``keyring`` has the keys with which bodies are sealed. ``polite`` is for commands and the like: they write at once
    in the caller's thread, one thread after the other, and a running gateway's writer lets them through. ``quota``:
    bytes that a user may keep, 0: any number. Nothing happens before ``open``, which belongs after a fork.
    """

    def __init__(self, folder: Path, keyring: Keyring, *, polite: bool = False, quota: int = 0) -> None:
        self._folder = folder
        self._keyring = keyring
        self._quota = quota
        self.path = folder / FILE
        self._polite = polite
        self._readers: queue.LifoQueue[tuple[apsw.Connection, Transaction]] = queue.LifoQueue()
        self._connections: list[apsw.Connection] = []
        self._turn: FileTurn | None = None
        self._writing = threading.Lock()
        self._writer: Writer | None = None
        self._watch: apsw.Connection | None = None
        self._looking = False
        self.on_news: Callable[[set[str]], None] = _nobody
        """Called in the writer's thread with the projects in which it has written; to be set before ``open``."""

    def exists(self) -> bool:
        """Say whether the folder has a database."""
        return self.path.exists()

    def open(self) -> "Store":
        """Open the database, creating or upgrading it (behind a copy) if needed; raises ``Busy`` where that fails."""
        try:
            self._turn = FileTurn(self._folder)
            create_private(self.path)
            self._connection = self._connect(writing=True)
            keep_copy(self._connection, self._folder)
            migrate(self._connection)
        except apsw.Error as error:
            raise explain(error) from error
        except OSError as error:
            raise Busy(f"{self._folder}: {error.strerror}") from error
        self._transaction = Transaction(self._connection, self._keyring, self._quota)
        if not self._polite:
            self._connection.execute("pragma temp_store = memory")  # no file for what undoes one statement
            self._writer = Writer(self._connection, self._transaction, self._turn, self.on_news)
        return self

    def look(self) -> "Store":
        """Open a database that is there as it is, for reading and ``trouble`` alone; raises ``Busy`` where that fails.

        Nothing is created or upgraded, so ``schema`` says whether the rest can be used. Only for a ``polite`` one.
        """
        assert self._polite
        self._looking = True
        with suppress(OSError):  # where nothing can be written, reading goes on
            self._turn = FileTurn(self._folder)
        try:
            self._connection = self._connect()
        except apsw.Error as error:
            raise explain(error) from error
        self._transaction = Transaction(self._connection, self._keyring, self._quota)
        return self

    def schema(self) -> tuple[int, int]:
        """Give the number of the data's schema, and that of this release."""
        return version(self._connection), newest()

    def _connect(self, *, writing: bool = False) -> apsw.Connection:
        connection = connect(self.path, writing=writing)
        self._connections.append(connection)
        return connection

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Give one consistent view of the database; raises ``Busy`` where the disk fails."""
        try:
            connection, transaction = self._reader()
            try:
                connection.execute("begin")
                yield transaction
            finally:
                if connection.in_transaction:
                    connection.execute("rollback")
                self._readers.put((connection, transaction))
        except apsw.Error as error:
            raise explain(error) from error

    def _reader(self) -> tuple[apsw.Connection, Transaction]:
        try:
            return self._readers.get_nowait()
        except queue.Empty:
            connection = self._connect()
            return connection, Transaction(connection, self._keyring, self._quota)

    def write(self, write: Write[T]) -> "Future[T]":
        """Run ``write`` in a transaction; the future ends when it is on the disk, or with the error that undid it."""
        if self._writer is not None:
            return self._writer.submit(write)
        future: Future[T] = Future()
        future.set_result(self._write_now(write))
        return future

    def _write_now(self, write: Write[T]) -> T:
        if self._turn is None:
            raise Busy("the gateway cannot write to its disk, nothing was stored", wait=60)
        with self._writing, self._turn.ask():  # the turn is the process's: a second thread would have it, too
            try:
                self._connection.execute("begin immediate")
                result = write(self._transaction)
                self._connection.execute("commit")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                if isinstance(error, apsw.Error):
                    raise explain(error) from error
                raise
        return result

    def state(self) -> int:
        """Give a number that changes with every commit, whichever process makes it; for one thread only."""
        if self._watch is None:
            self._watch = self._connect()
        return int(self._watch.execute("pragma data_version").get)

    def snapshot(self, path: Path) -> None:
        """Copy the database as it is now into a new file; raises ``Busy``, and leaves no file then."""
        try:
            connection = connect(self.path)
            try:
                copy(connection, path)
            finally:
                connection.close()
        except (apsw.Error, OSError) as error:
            path.unlink(missing_ok=True)
            raise explain(error) if isinstance(error, apsw.Error) else Busy(f"{path}: {error.strerror}") from error

    def forget_copies(self, now: float) -> None:
        """Remove the copies that were made before upgrades long ago."""
        forget_copies(self._folder, now)

    def trouble(self) -> str | None:
        """Say why the database cannot be written, None if it can; makes one small durable write."""
        try:
            disk = os.statvfs(self._folder)
        except OSError as error:
            return f"the data folder cannot be reached: {error.strerror}"
        if disk.f_bavail * disk.f_frsize < FREE_BYTES:
            return "the disk is full"
        failure = self.write(lambda transaction: transaction.health.touch()).exception()
        return str(failure) if failure else None

    def room(self) -> Room:
        """Look at the disk; raises ``Busy`` where that fails."""
        log = self.path.with_name(f"{FILE}-wal")
        try:
            disk = os.statvfs(self._folder)
            return Room(
                self.path.stat().st_size, log.stat().st_size if log.exists() else 0, disk.f_bavail * disk.f_frsize
            )
        except OSError as error:
            raise Busy(f"the data folder cannot be reached: {error.strerror}") from error

    def close(self) -> None:
        """Finish what waits, move the log into the database, let go of the files; also after ``open`` has failed."""
        if self._writer is not None:
            self._writer.close()
        for connection in self._connections[: 0 if self._looking else 1]:
            with suppress(apsw.Error):
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        for connection in self._connections:
            connection.close()
        if self._turn is not None:
            self._turn.close()


def _nobody(_projects: set[str]) -> None:
    """Hear of news and do nothing."""
