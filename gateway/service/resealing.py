"""Sealing with the newest master key whatever is sealed with another one, or not yet, while the gateway goes on.

A body in the database is sealed anew in place. A file is written anew, at a place of its own; the old one goes a little
later, since somebody may have looked up its place a moment ago.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.contents import FileContents
from gateway.errors import Damaged, KeyMissing
from gateway.model import Content
from gateway.service.pacing import Rest
from gateway.store import SealedFile, Store

ROWS_AT_ONCE: Final = 20
BYTES_AT_ONCE: Final = 1_000_000  # in one transaction, about
FILES_AT_ONCE: Final = 8

Progress = Callable[[int, int], None]
"""Hears how many contents are done, and of how many."""


@dataclass(slots=True)
class Resealed:
    """What was sealed anew; ``broken`` could not be opened and were left as they are."""

    bodies: int = 0
    files: int = 0
    broken: int = 0


class Resealing:
    """The work on one data folder."""

    def __init__(
        self,
        store: Store,
        contents: FileContents,
        rest: Rest,
        progress: Progress = lambda _done, _whole: None,
    ) -> None:
        self._store = store
        self._contents = contents
        self._rest = rest
        self._progress = progress
        self._leaving: list[str] = []

    def run(self) -> Resealed:
        """Do all that is left to do; raises ``Busy`` when the disk refuses, what is done by then stays done."""
        done = Resealed()
        with self._store.read() as transaction:
            whole = transaction.sealed.behind()
        if not whole:
            return done
        try:
            if self._bodies(done, whole):
                self._files(done, whole)
        finally:
            self._leave()
        return done

    def _bodies(self, done: Resealed, whole: int) -> bool:
        """Seal what lies in the database; False: it was stopped."""
        broken: set[tuple[str, int]] = set()
        while count := self._store.write(
            lambda transaction: transaction.sealed.reseal(ROWS_AT_ONCE, BYTES_AT_ONCE, broken)
        ).result():
            done.bodies += count
            self._progress(done.bodies, whole)
            if self._rest():
                return False
        done.broken = len(broken)
        return True

    def _files(self, done: Resealed, whole: int) -> None:
        after = b""
        while True:
            with self._store.read() as transaction:
                batch = transaction.sealed.files(FILES_AT_ONCE, after)
            self._leave()  # those of the batch before
            if not batch:
                return
            for file in batch:
                if self._reseal(file):
                    done.files += 1
                else:
                    done.broken += 1
                self._progress(done.bodies + done.files, whole)
                if self._rest():
                    return
            after = batch[-1].sha256

    def _reseal(self, file: SealedFile) -> bool:
        """Write a file anew; False: it is lost or damaged."""
        try:
            with self._contents.open(file.location) as source:
                content = self._contents.put(source)
        except (OSError, Damaged, KeyMissing):
            return False
        if content.sha256 != file.sha256:
            self._contents.remove_all([content.location or ""])
            return False
        self._replace(file, content)
        return True

    def _replace(self, file: SealedFile, content: Content) -> None:
        taken = self._store.write(lambda transaction: transaction.contents.replace(file.location, content)).result()
        self._leaving.append(file.location if taken else content.location or "")

    def _leave(self) -> None:
        self._contents.remove_all(self._leaving)
        self._leaving.clear()
