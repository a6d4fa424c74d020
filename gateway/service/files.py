"""Files as phones, computers and scripts see them: pages of the tree, one file with all that is known, its bytes."""

from dataclasses import dataclass
from typing import BinaryIO, Final

from gateway.contents import FileContents
from gateway.errors import BadRequest, Gone
from gateway.model import Access, FileEntry, Version
from gateway.service.clashes import OWN_FOLDERS
from gateway.service.kept import opened
from gateway.service.pages import fitting
from gateway.service.paths import clean_path, fold
from gateway.service.reach import file_at, file_of, folder_of, is_trashed, reaches
from gateway.store import Store, Transaction

PAGE: Final = 1000  # entries at most


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries of a folder: ``files``, the paths of ``folders``, and from where to go on (a folded path)."""

    files: tuple[FileEntry, ...]
    folders: tuple[str, ...]
    start: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """All that is known of a file: its newest version, its workout, and which devices have fetched which version."""

    file: FileEntry
    version: Version
    activity: str | None
    fetched: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A version whose bytes are at hand, in memory or as an open file; whoever holds it closes that."""

    file: FileEntry
    version: Version
    data: bytes | None
    source: BinaryIO | None

    def close(self) -> None:
        """Let go of the file."""
        if self.source is not None:
            self.source.close()


class Files:
    """Reading a project."""

    def __init__(self, store: Store, contents: FileContents) -> None:
        self._store = store
        self._contents = contents

    def page(self, access: Access, path: str, start: str | None, limit: int, *, recursive: bool = False) -> Page:
        """List what lies in a folder, or all files below it, by path without regard to case.

        A page costs what its entries cost, however large the tree is. A folder without files is empty, not an error.
        """
        folder = clean_path(path)
        with self._store.read() as transaction:
            if recursive:
                return self._below(transaction, access, folder, start, limit)
            return self._inside(transaction, access, folder, start, limit)

    @staticmethod
    def _below(transaction: Transaction, access: Access, folder: str, start: str | None, limit: int) -> Page:
        below = _seen_of(access, folder)
        if below is None:
            return Page((), (), None)
        found = transaction.files.page(access.project, below, start or below, limit + 1)
        count = fitting((entry.path for _, entry in found), limit)
        files = tuple(entry for _, entry in found[:count] if reaches(access, entry.path))
        return Page(files, (), found[count - 1][0] if len(found) > count else None)

    @staticmethod
    def _inside(transaction: Transaction, access: Access, folder: str, start: str | None, limit: int) -> Page:
        inside, seen = fold(folder).rstrip("/") + "/", _seen_of(access, folder)
        if seen != inside:  # of what lies beside the way to its folder a key learns nothing, by no cursor either
            way = () if seen is None or start else (_way(access, inside.count("/")),)
            return Page((), way, None)
        found = transaction.files.children(access.project, inside, start or inside, limit + 1)
        page = found[: fitting((entry.path for _, entry, _ in found), limit)]
        depth = inside.count("/")
        files = tuple(entry for _, entry, itself in page if itself and reaches(access, entry.path))
        inner = ("/".join(entry.path.split("/")[: depth + 1]) for _, entry, itself in page if not itself)
        folders = [path for path in inner if _meets(access, path)]
        end = page[-1][0] if len(found) > len(page) else None
        if folder == "/":
            own = (own for own in OWN_FOLDERS if (start or "/") <= f"{own}/" and (end is None or f"{own}/" < end))
            folders = sorted({*folders, *(each for each in own if _meets(access, each))})
        return Page(files, tuple(folders), end)

    def find(self, access: Access, file: str | None, path: str | None) -> FileEntry:
        """Find a file by id, else by path; raises ``NotFound``, ``BadRequest``."""
        with self._store.read() as transaction:
            return self._find(transaction, access, file, path)

    @staticmethod
    def _find(transaction: Transaction, access: Access, file: str | None, path: str | None) -> FileEntry:
        if file:
            return file_of(transaction, access, file)
        if not path:
            raise BadRequest("id or path: is missing")
        return file_at(transaction, access, clean_path(path))

    def told(self, access: Access, file: str) -> Told:
        """Tell all about a file; raises ``NotFound``."""
        with self._store.read() as transaction:
            entry = file_of(transaction, access, file)
            version = transaction.versions.find(file, entry.version)
            assert version is not None
            activity, _ = transaction.recordings.find(file) or (None, None)
            fetched = tuple(transaction.deliveries.fetched(file))
        return Told(entry, version, activity, fetched)

    def versions(self, access: Access, file: str) -> list[Version]:
        """List the newest versions of a file that are still kept, newest first; raises ``NotFound``."""
        with self._store.read() as transaction:
            file_of(transaction, access, file)
            return transaction.versions.newest(file, PAGE)

    def open(self, access: Access, file: str | None, path: str | None, number: int | None = None) -> Opened:
        """Open the newest version of a file, or another one; raises ``NotFound``, and ``Gone`` for one not kept."""
        with self._store.read() as transaction:
            if file and is_trashed(transaction, access, file):
                raise Gone("this file was deleted, it is in the trash")
            entry = self._find(transaction, access, file, path)
            version = transaction.versions.find(entry.id, number or entry.version)
            if version is None:
                raise Gone(f"version {number} of this file is not kept")
            content = opened(transaction, self._contents, version.facts.sha256)
        if isinstance(content, bytes):
            return Opened(entry, version, content, None)
        return Opened(entry, version, None, content)


def _seen_of(access: Access, folder: str) -> str | None:
    """Give the folder, folded and with a slash at its end, that the caller sees of a folder; None: nothing."""
    whole, asked = fold(folder_of(access)), fold(folder).rstrip("/") + "/"
    if whole.startswith(asked):
        return whole
    return asked if asked.startswith(whole) else None


def _way(access: Access, depth: int) -> str:
    """Give the folder so deep on the way to the caller's own."""
    return "/".join((access.folder or "").split("/")[: depth + 1])


def _meets(access: Access, folder: str) -> bool:
    """Say whether the caller sees anything in a folder."""
    return reaches(access, f"{folder}/x") or f"{access.folder}/".startswith(f"{folder}/")
