"""The tree as its owner sees it from the shell: add, list and get files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Final

from gateway.contents import FileContents
from gateway.errors import NotFound
from gateway.model import Actor, Checked, FileEntry, Stored, User
from gateway.service.clock import Clock, unix_time
from gateway.service.ingest import check, check_any, content_of, folder_for, put
from gateway.service.paths import clean_name, clean_path, fold
from gateway.store import INLINE, Store, Transaction, Write

READABLE: Final = 32 * 1024 * 1024  # bytes; what is longer is kept without a look inside


@dataclass(frozen=True, slots=True)
class Listed:
    """A file with what is known of its content."""

    file: FileEntry
    kind: str | None
    summary: dict[str, Any] | None
    damaged: str | None


class Tree:
    """The files of one user's home."""

    def __init__(self, store: Store, contents: FileContents, clock: Clock = unix_time) -> None:
        self._store = store
        self._contents = contents
        self._clock = clock

    def add(
        self,
        user: User,
        source: BinaryIO,
        name: str,
        folder: str | None = None,
        *,
        mtime: int | None = None,
        progress: Callable[[int], None] = lambda _bytes: None,
    ) -> Write[Stored]:
        """Add a file to ``folder``; without one, to the folder for its content, and only if it is a correct file."""
        name = clean_name(name)
        data = source.read(READABLE + 1)
        if len(data) > READABLE:
            checked = Checked(content_of(b""), None)
        else:
            checked = check(data, name) if folder is None else check_any(data)
        if len(data) > INLINE:
            source.seek(0)
            checked = replace(checked, content=self._contents.put(source, progress))
        target = clean_path(folder, "folder") if folder is not None else folder_for(checked, "/documents")
        actor = Actor(user.id, user.project)
        path = f"{target.rstrip('/')}/{name}"
        return lambda transaction: put(transaction, actor, path, checked, self._clock(), mtime)

    def below(self, user: User, path: str) -> Iterator[Listed]:
        """List a file, or all files of a folder and its folders, by path. Raises ``NotFound`` when there is none."""
        path = clean_path(path)
        with self._store.read() as transaction:
            single = transaction.files.at(user.project, fold(path))
            if single is not None:
                yield _listed(transaction, single)
                return
            found = transaction.files.below(user.project, fold(path).rstrip("/") + "/", -1)
            if not found and path != "/":
                raise NotFound(f"there is nothing at {path}")
            for entry in found:
                yield _listed(transaction, entry)

    def get(self, user: User, path: str) -> Iterator[bytes]:
        """Give the bytes of a file piece by piece; raises ``NotFound``."""
        with self._store.read() as transaction:
            entry = transaction.files.at(user.project, fold(clean_path(path)))
            if entry is None:
                raise NotFound(f"there is no file {path}")
            body = transaction.contents.body(entry.sha256)
            location = transaction.contents.location(entry.sha256)
        if location is not None:
            return self._contents.chunks(location)
        return iter((body or b"",))


def _listed(transaction: Transaction, entry: FileEntry) -> Listed:
    _, kind, summary, damaged = transaction.files.facts(entry.id, entry.version) or (0, None, None, None)
    return Listed(entry, kind, summary, damaged)
