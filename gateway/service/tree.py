"""The tree as its owner sees it from the shell: add, list and get files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from gateway.contents import FileContents
from gateway.errors import BadRequest, Busy, NotFound
from gateway.model import Actor, Checked, Conversion, Converted, FileEntry, Stored, User
from gateway.service.changes import facts_of
from gateway.service.checking import READABLE, check, check_any
from gateway.service.clashes import is_folder
from gateway.service.clock import Clock, unix_time
from gateway.service.conversions import SIMPLIFIED, Conversions, simplification
from gateway.service.incoming import Received, content_of
from gateway.service.ingest import folder_for, odd
from gateway.service.merging import put, stored
from gateway.service.pairing import FOLDERS
from gateway.service.paths import clean_name, clean_path, fold
from gateway.store import INLINE, Store, Transaction, Write


@dataclass(frozen=True, slots=True)
class Listed:
    """A file with what is known of its content.

    Files of one ``activity`` tell of the same workout; so do ``summaries`` that watches have sent.
    """

    file: FileEntry
    kind: str | None
    summary: dict[str, Any] | None
    damaged: str | None
    activity: str | None
    summaries: int


class Tree:
    """The files of one user's home."""

    def __init__(
        self,
        store: Store,
        contents: FileContents,
        conversions: Conversions,
        cap: int,
        clock: Clock = unix_time,
    ) -> None:
        self._store = store
        self._contents = contents
        self._conversions = conversions
        self._cap = cap
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
    ) -> Stored:
        """Add a file to ``folder``; without one, to the folder for its content, and only if it is a correct file.

        What is too long for a watch and lies where watches look is simplified now, so that it waits for them at once.
        Returns when it is on the disk.
        """
        name = clean_name(name)
        data = source.read(READABLE + 1)
        if len(data) > READABLE:
            checked = Checked(content_of(b""), None)
        else:
            checked = check(data, name) if folder is None else check_any(data, name)
        if len(data) > INLINE:
            source.seek(0)
            checked = replace(checked, content=self._contents.put(source, progress))
        target = clean_path(folder, "folder") if folder is not None else folder_for(checked, "/documents")
        actor = Actor(user.id, user.project)
        path = f"{target.rstrip('/')}/{name}"
        simplify = self._simplified(path, checked, data)

        def write(transaction: Transaction) -> Stored:
            simplify(transaction)
            merged = put(
                transaction, actor, path, facts_of(checked), self._clock(), mtime=mtime, content=checked.content
            )
            return stored(merged, odd(checked))

        try:
            return self._store.write(write).result()
        finally:
            Received(checked.content, self._contents).settle(self._store)

    def _simplified(self, path: str, checked: Checked, data: bytes) -> Write[None]:
        summary, content = checked.summary, checked.content
        waits = path.startswith(tuple(f"{folder}/" for folder in FOLDERS))
        if not waits or summary is None or summary.type not in SIMPLIFIED or content.size <= self._cap:
            return lambda _transaction: None
        conversion = Conversion(content.sha256, summary.type.value, 0, self._cap)
        known = self._conversions.find(conversion)
        if known:
            return lambda _transaction: None
        try:
            return self._conversions.convert(conversion, data)
        except Busy:  # the file is stored all the same, and simplified when a watch asks
            return lambda _transaction: None

    def simplified(self, entry: FileEntry) -> Converted | None:
        """Say how simplifying a file for watches went; None: there was no need, or it was not tried."""
        return self._conversions.find(simplification(entry, self._cap))

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

    def refuse_folder(self, user: User, path: str) -> None:
        """Raise ``BadRequest`` where a folder is, for what is done with files only."""
        folder = clean_path(path)
        with self._store.read() as transaction:
            if folder == "/" or is_folder(transaction, user.project, folder):
                raise BadRequest(f"{folder} is a folder, not a file")

    def get(self, user: User, path: str) -> Iterator[bytes]:
        """Give the bytes of a file piece by piece; raises ``NotFound``, ``BadRequest`` for a folder."""
        self.refuse_folder(user, path)
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
    version = transaction.versions.find(entry.id, entry.version)
    assert version is not None
    facts = version.facts
    activity, _ = transaction.recordings.find(entry.id) or (None, None)
    summaries = transaction.recordings.summaries(activity) if activity else 0
    return Listed(entry, facts.kind, facts.summary, facts.damaged, activity, summaries)
