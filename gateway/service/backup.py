"""Making backups: large contents as they lie, the database as it is at one moment, in pieces; each thing only once.

What an earlier backup has is not sent again. First come the contents, which takes long, then the database, then the
contents that have come meanwhile; so all that the database names is there. The manifest comes last: what is killed
before leaves objects that no manifest names, and a later clean-up removes them.
"""

import fcntl
import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final

from gateway import __version__
from gateway.auth.tokens import new_id
from gateway.backups import Index, Manifest, Part, Place, locked_up
from gateway.backups.manifest import OBJECTS, list_of
from gateway.contents import FileContents, is_sealed
from gateway.errors import Busy
from gateway.sealing import Keyring, seal
from gateway.service.backuplist import INDEX, claim, newest_index
from gateway.service.clock import Clock, unix_time
from gateway.service.pacing import Progress, Rest
from gateway.store import Store, open_snapshot

PIECES: Final = b"wristgate piece 1"
"""What a piece of the database is sealed as."""
PIECE: Final = 512 * 1024  # bytes of the database that are one object
TRIES: Final = 3  # copies of the database, when contents go while they are copied
COPY: Final = "backup.db"  # in the data folder, while a backup is made
LOCK: Final = "backup.lock"

_MARKS: Final = b"wristgate mark 1"


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is finished: what was sent for it, and contents whose files were lost before (``lost``)."""

    manifest: Manifest
    sent: int
    sent_bytes: int
    lost: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        return f"{self.manifest.name}: {self.manifest.objects:,} objects, {self.sent:,} of them new"


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up: the data ``folder`` with its store, contents and keys.

    ``secrets`` go along if there is a ``passphrase``, under which they are locked up.
    """

    store: Store
    contents: FileContents
    keyring: Keyring
    folder: Path
    secrets: Callable[[], dict[str, bytes]]
    passphrase: str | None = None


def make(
    source: Source,
    place: Place,
    *,
    full: bool = False,
    progress: Progress = lambda _what, _done, _whole: None,
    rest: Rest = lambda: False,
    clock: Clock = unix_time,
) -> Made:
    """Make a backup; with ``full`` all is read and sent again, whatever earlier backups have.

    Raises ``Busy`` when the place or the disk refuses, or another backup is being made, and ``Conflicting`` for a place
    that has the backups of another gateway.
    """
    with alone(source.folder):
        claim(source.store, place)
        now = clock()
        name = f"{datetime.fromtimestamp(now, UTC).strftime('%Y%m%dT%H%M%SZ')}-{new_id()[:4]}"
        sending = Sending(source, place, progress, rest, full=full)
        _note(source.store, place, name, now, [sending.key.id.hex()])  # from now on nobody forgets this key
        copy = source.folder / COPY
        try:
            sending.contents(_places(source.store))
            for left in reversed(range(TRIES)):
                _remove(copy)
                source.store.snapshot(copy)
                with open_snapshot(copy, source.keyring) as snapshot:
                    if sending.contents([content.location for content in snapshot.large()], last=not left):
                        keys = snapshot.keys()
                        break
            manifest = sending.finish(copy, keys, name, now)
        finally:
            _remove(copy)
        _note(source.store, place, name, now, manifest.keys)
        return Made(manifest, sending.sent, sending.sent_bytes, tuple(sending.lost))


def _note(store: Store, place: Place, name: str, now: int, keys: Iterable[str]) -> None:
    store.write(lambda transaction: transaction.backups.add(place.name, name, now, keys)).result()


def _remove(copy: Path) -> None:
    for path in (copy, Path(f"{copy}-wal"), Path(f"{copy}-shm")):
        path.unlink(missing_ok=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep others from making or removing backups of the same data; the lock goes with the process."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy("another backup is being made now, try again later") from None
        yield
    finally:
        os.close(handle)


class Sending:
    """What goes to a place, each object once."""

    def __init__(self, source: Source, place: Place, progress: Progress, rest: Rest, *, full: bool) -> None:
        self._source = source
        self._place = place
        self._progress = progress
        self._rest = rest
        self.key = source.keyring.current
        self._there = {} if full else {listed.name: listed.size for listed in place.list(OBJECTS)}
        self._known = Index((), {}) if full else newest_index(place, source.keyring)
        self._contents: dict[str, Part] = {}
        self.sent = self.sent_bytes = 0
        self.lost: list[str] = []

    def contents(self, places: list[str], *, last: bool = True) -> bool:
        """Send contents; False: some have gone meanwhile, and it is not the ``last`` time that they are looked for."""
        wanted = [place for place in places if place not in self._contents]
        gone = []
        for done, place in enumerate(wanted, 1):
            try:
                self._contents[place] = self._content(place)
            except FileNotFoundError:
                gone.append(place)
            self._progress("files", done, len(wanted))
        named = set(places)
        self._contents = {place: part for place, part in self._contents.items() if place in named}
        self.lost = gone
        return last or not gone

    def finish(self, copy: Path, keys: set[bytes], name: str, now: int) -> Manifest:
        """Send the database and what tells of all objects, and write the manifest."""
        pieces = tuple(self._pieces(copy))
        index = self._object(seal(self.key, Index(pieces, self._contents).written(), INDEX))
        passphrase = self._source.passphrase
        locked = self._object(locked_up(self._source.secrets(), passphrase)) if passphrase else None
        used = {part.id: part for part in (*self._contents.values(), *(part for _, part in pieces), index)}
        if locked:
            used[locked.id] = locked
        listed = self._object(list_of(used))
        manifest = Manifest(
            name, now, __version__, tuple(sorted(key.hex() for key in keys | {self.key.id})),
            index, listed, locked, len(used) + 1, sum(part.size for part in used.values()) + listed.size,
        )  # fmt: skip
        self._place.settle()
        self._check(manifest, [*used.values(), listed])
        self._place.put(manifest.path, manifest.written(self.key), new=True)
        self._place.settle()
        return manifest

    def _check(self, manifest: Manifest, parts: list[Part]) -> None:
        """See that all keys and objects are there, before a manifest says so; raises ``Busy``."""
        there = {listed.name: listed.size for listed in self._place.list(OBJECTS)}
        missing = sum(there.get(part.name) != part.size for part in parts)
        if missing:
            raise Busy(
                f"{missing} objects of the backup have gone meanwhile: does another gateway use {self._place.name}?"
            )
        if not all(self._source.keyring.knows(bytes.fromhex(key)) for key in manifest.keys):
            raise Busy("the master keys have changed while the backup was made, make it again")

    def _content(self, place: str) -> Part:
        known = self._known.contents.get(place)
        if known and self._there.get(known.name) == known.size:
            return known
        with self._source.contents.open_stored(place) as file:
            part = _part_of(file)
            file.seek(0)
            self._send(part, file)
        return part

    def _pieces(self, copy: Path) -> Iterator[tuple[str, Part]]:
        known, whole = dict(self._known.pieces), -(-copy.stat().st_size // PIECE)
        secret = self.key.derive(b"", _MARKS)
        with copy.open("rb") as file:
            for done in range(whole):
                data = file.read(PIECE)
                mark = hmac.digest(secret, data, "sha256").hex()
                part = known.get(mark)
                if part is None or self._there.get(part.name) != part.size:
                    part = self._object(seal(self.key, data, PIECES))
                    known[mark] = part
                yield mark, part
                self._progress("database", done + 1, whole)

    def _object(self, data: bytes) -> Part:
        part = Part.of(data)
        self._send(part, data)
        return part

    def _send(self, part: Part, data: bytes | BinaryIO) -> None:
        if self._there.get(part.name) != part.size:
            self._place.put(part.name, data)
            self._there[part.name] = part.size
            self.sent += 1
            self.sent_bytes += part.size
        if self._rest():
            raise Busy("the backup was broken off")


def _part_of(file: BufferedReader) -> Part:
    return Part(hashlib.file_digest(file, "sha256").hexdigest(), file.tell())


def _places(store: Store) -> list[str]:
    """List the places of all large contents; raises ``Busy`` while some of an earlier release are not sealed."""
    with store.read() as transaction:
        places = list(transaction.contents.places())
    if open_ones := sum(not is_sealed(place) for place in places):
        raise Busy(f"{open_ones} files are not sealed yet: wristgate masterkey reseal; wristgate verify says why")
    return places
