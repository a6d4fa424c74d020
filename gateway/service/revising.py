"""What a caller of the store API does with a file that is there: move it, go back, delete it, take it back."""

from dataclasses import dataclass

from gateway.contents import FileContents
from gateway.errors import Gone, NotFound
from gateway.model import Access, FileEntry, Stored, Trashed
from gateway.service.access import still_allowed
from gateway.service.changes import revive, write
from gateway.service.clashes import free_path, usable
from gateway.service.cleanup import purge
from gateway.service.clock import Clock, unix_time
from gateway.service.merging import Base, Merged, delete, relocate
from gateway.service.reach import file_of, folder_of, reaches, target
from gateway.store import Store, Transaction, Write


@dataclass(frozen=True, slots=True)
class Revising:
    """Changes of files by id; each raises ``NotFound``."""

    store: Store
    contents: FileContents
    clock: Clock = unix_time

    def move(self, access: Access, file: str, path: str) -> Write[FileEntry]:
        """Give a file another path; raises ``Conflicting`` where another one has it, ``BadRequest``, ``Forbidden``."""
        path = target(access, path)

        def write(transaction: Transaction) -> FileEntry:
            still_allowed(transaction, access)
            entry = file_of(transaction, access, file)
            moved = relocate(transaction, access.actor, entry, path, self.clock(), Base(reject=True)).file
            assert moved is not None
            return moved

        return write

    def restore(self, access: Access, file: str, number: int) -> Write[Stored]:
        """Make an earlier version the newest one, by its bytes; raises ``Gone`` for one that is not kept."""

        def restored(transaction: Transaction) -> Stored:
            still_allowed(transaction, access)
            entry = file_of(transaction, access, file)
            version = transaction.versions.find(file, number)
            if version is None:
                raise Gone(f"version {number} of this file is not kept")
            if version.facts.sha256 == entry.sha256:
                return Stored(entry, duplicate=True)
            newest = write(
                transaction, access.actor, entry.path, entry, version.facts, self.clock(), mtime=version.mtime
            )
            return Stored(newest, duplicate=False)

        return restored

    def delete(self, access: Access, file: str, base: Base) -> Write[Merged]:
        """Put a file into the trash."""

        def write(transaction: Transaction) -> Merged:
            still_allowed(transaction, access)
            return delete(transaction, access.actor, file_of(transaction, access, file), self.clock(), base)

        return write

    def trash(self, access: Access, limit: int, before: tuple[int, str] | None = None) -> list[Trashed]:
        """List up to ``limit`` deleted files, the latest first, behind the entry (moment, id)."""
        with self.store.read() as transaction:
            return transaction.files.trash(access.project, folder_of(access), limit, before)

    def revive(self, access: Access, file: str) -> Write[FileEntry]:
        """Take a file out of the trash, to its path or, where that is taken by now, to a numbered one beside it."""

        def write(transaction: Transaction) -> FileEntry:
            still_allowed(transaction, access)
            entry = _trashed(transaction, access, file)
            folder = usable(transaction, access.project, entry.folder)
            path = free_path(transaction, access.project, folder, entry.name)
            return revive(transaction, access.actor, entry, path, self.clock())

        return write

    def purge(self, access: Access, file: str) -> Write[list[str]]:
        """Remove a file from the trash for good; gives the places of contents that nobody needs any more."""

        def write(transaction: Transaction) -> list[str]:
            still_allowed(transaction, access)
            _trashed(transaction, access, file)
            return purge(transaction, access.actor, file, self.clock())

        return write

    def forget(self, places: list[str]) -> None:
        """Remove contents that nobody needs, once it is on the disk that nobody does."""
        self.contents.remove_all(places)


def _trashed(transaction: Transaction, access: Access, file: str) -> FileEntry:
    found = transaction.files.trashed(access.project, file)
    if found is None or not reaches(access, found.file.path):
        raise NotFound("no such file in the trash")
    return found.file
