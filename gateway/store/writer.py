"""One writer with group commit: all that wait are one transaction and one fsync.

After any error the writer looks whether SQLite still has the transaction: a full disk or an interrupt rolls all of it
back, and a later savepoint would commit by itself. Nothing is answered before COMMIT has returned.
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeVar

import apsw

from gateway.errors import Busy
from gateway.store.database import explain
from gateway.store.transaction import Transaction

T = TypeVar("T")
Write = Callable[[Transaction], T]

BATCH: Final = 64
WAITING: Final = 1000  # requests; more than that are answered busy at once

_log = logging.getLogger("gateway.store")


class Turn(Protocol):
    """How writers of several processes take turns."""

    def give_way(self) -> None:
        """Return once no other process asks to write, or after some seconds."""


class Job:
    """A write that waits for its commit."""

    __slots__ = ("error", "future", "result", "write")

    def __init__(self, write: Write[Any]) -> None:
        self.write = write
        self.future: Future[Any] = Future()
        self.result: Any = None
        self.error: BaseException | None = None

    def resolve(self) -> None:
        """Tell the waiting request."""
        if not self.future.set_running_or_notify_cancel():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Writer:
    """The thread that owns the writing connection of this process; ``tell`` hears which projects have news."""

    def __init__(
        self, connection: apsw.Connection, transaction: Transaction, turn: Turn, tell: Callable[[set[str]], None]
    ) -> None:
        self._connection = connection
        self._transaction = transaction
        self._turn = turn
        self._tell = tell
        self._closed = False
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, write: Write[T]) -> "Future[T]":
        """Queue ``write``; the future ends after its transaction is on the disk, or with the error that undid it."""
        job = Job(write)
        if self._jobs.qsize() >= WAITING or self._closed:
            job.error = Busy()
            job.resolve()
        else:
            self._jobs.put(job)
        return job.future

    def close(self) -> None:
        """Finish what waits, then stop."""
        self._closed = True
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            batch, last = self._next_batch()
            if batch:
                self._finish(batch)
                for job in batch:
                    job.resolve()
                self._announce()
                del batch, job  # a waiting thread must not hold the last batch's bytes
            if last:
                return

    def _announce(self) -> None:
        """Say in which projects something has happened; of a batch that was undone too, which harms nobody."""
        projects = self._transaction.journal.written
        if projects:
            self._tell(set(projects))
            projects.clear()

    def _finish(self, batch: list[Job]) -> None:
        """Commit a batch; whatever goes wrong, each of its jobs has an outcome and the thread lives on."""
        try:
            self._turn.give_way()
            self._commit(batch)
        except Exception as error:  # noqa: BLE001  the outermost loop of this thread
            _log.exception("a batch of %d writes failed", len(batch))
            for job in batch:
                job.result, job.error = None, error

    def _next_batch(self) -> tuple[list[Job], bool]:
        batch: list[Job] = []
        job = self._jobs.get()
        while job is not None:
            batch.append(job)
            if len(batch) == BATCH:
                return batch, False
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _commit(self, batch: list[Job]) -> None:
        """Run a batch; when SQLite drops the whole transaction, try each unfinished write once by itself."""
        try:
            if not self._together(batch):
                self._apart(batch)
        except apsw.Error as error:
            _log.warning("a batch of %d writes was undone: %s", len(batch), error)
            for job in batch:
                self._alone(job)

    def _alone(self, job: Job) -> None:
        try:
            self._apart([job])
        except apsw.Error as error:
            job.result = None
            job.error = explain(error)

    def _together(self, batch: list[Job]) -> bool:
        """Do a batch all of whose writes succeed, as nearly all do; False: one has failed, and nothing is stored.

        A savepoint, by which one could be undone by itself, has SQLite copy every page that it changes into a file.
        """
        try:
            with self._transacting():
                for job in batch:
                    job.result = job.write(self._transaction)
                    self._still_in_transaction()
        except apsw.ConstraintError:
            return False
        except apsw.Error:
            raise
        except BaseException:  # noqa: BLE001  the write fails again, in its savepoint
            return False
        return True

    def _apart(self, batch: list[Job]) -> None:
        """Do all of ``batch`` in one transaction or raise ``apsw.Error`` with nothing of it stored."""
        with self._transacting():
            for job in batch:
                self._savepoint(job)

    def _still_in_transaction(self) -> None:
        """Raise ``apsw.AbortError`` where SQLite dropped the transaction: what is written next would commit alone."""
        if not self._connection.in_transaction:
            raise apsw.AbortError("the transaction was dropped under a write")

    @contextmanager
    def _transacting(self) -> Iterator[None]:
        """Commit what the block writes, or nothing of it."""
        connection = self._connection
        try:
            connection.execute("begin immediate")
            yield
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise

    def _savepoint(self, job: Job) -> None:
        """Run one write; its own failure undoes only itself, a storage failure ends the batch."""
        connection = self._connection
        connection.execute("savepoint one")
        job.result = job.error = None
        try:
            job.result = job.write(self._transaction)
        except apsw.ConstraintError as error:
            job.error = error
        except apsw.Error:
            raise
        except BaseException as error:  # noqa: BLE001  the request gets the error, the thread lives on
            job.error = error
        if job.error is not None:
            self._still_in_transaction()
            connection.execute("rollback to one")
        connection.execute("release one")
