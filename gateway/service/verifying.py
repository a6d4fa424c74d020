"""Reading everything back: every byte of a backup, or of the data folder itself, held against its hash."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gateway.backups import Index, Manifest, Part, Place
from gateway.backups.manifest import parts_in
from gateway.contents import SEALED, FileContents
from gateway.errors import Busy, Damaged, GatewayError, KeyMissing, NotFound
from gateway.sealing import Keyring, open_sealed
from gateway.service.backuplist import fetch, index_of
from gateway.service.pacing import Progress
from gateway.service.restoring import database, keys_of, lost, secrets_of
from gateway.store import Snapshot, Store, open_snapshot

_PIECE: Final = 256 * 1024
_OWN: Final = "verify-"


@dataclass(slots=True)
class Verified:
    """What reading a backup has shown: its objects and bytes, and what is wrong. ``opened``: by its keys as well."""

    manifest: Manifest
    objects: int = 0
    size: int = 0
    contents: int = 0
    opened: bool = False
    faults: list[str] = field(default_factory=list)


def verify(
    place: Place,
    manifest: Manifest,
    scratch: Path,
    *,
    passphrase: str | None = None,
    known: Keyring | None = None,
    progress: Progress = lambda _what, _done, _whole: None,
) -> Verified:
    """Read every byte of a backup back; with its keys also open them, put the database together and look through it.

    ``scratch`` is a folder that has room for the database. Raises ``Forbidden`` for a wrong passphrase, ``Busy`` for a
    place that cannot be read; whatever else is wrong is among the faults.
    """
    found = Verified(manifest)
    try:
        parts = [*parts_in(fetch(place, manifest.list)), manifest.list]
    except (Damaged, NotFound):
        found.faults.append("the list of its objects is damaged")
        return found
    for done, part in enumerate(parts, 1):
        if fault := _fault(place, part):
            found.faults.append(fault)
        found.objects, found.size = found.objects + 1, found.size + part.size
        progress("objects", done, len(parts))
    try:
        keyring = keys_of(manifest, secrets_of(place, manifest, passphrase), known)
    except KeyMissing as error:
        if manifest.locked and passphrase:
            found.faults.append(f"its keys are not all in it: {error.message}")
        return found
    except (Damaged, NotFound):
        if not found.faults:
            found.faults.append("its manifest was not written by this gateway")
        return found
    found.opened = True
    if not found.faults:
        _look_through(place, found, keyring, scratch, progress)
    return found


def _look_through(place: Place, found: Verified, keyring: Keyring, scratch: Path, progress: Progress) -> None:
    """Put the database together and hold every content against its SHA-256."""
    index = index_of(place, found.manifest, keyring)
    with _own_folder(scratch) as own:
        path = own / "verify.db"
        database(place, index, keyring, path, progress)
        with open_snapshot(path, keyring) as snapshot:
            found.faults += [f"the database: {fault}" for fault in snapshot.faults()]
            found.contents, faults = _look(
                snapshot, lambda where: _fetched(place, index, where, keyring, own), progress
            )
            found.faults += faults


@contextmanager
def _own_folder(scratch: Path) -> Iterator[Path]:
    """Give a folder that only this user can look into; those of processes that were killed go."""
    for path in scratch.glob(f"{_OWN}*"):
        number = path.name.removeprefix(_OWN)
        if number.isdecimal() and not Path(f"/proc/{number}").exists():
            shutil.rmtree(path, ignore_errors=True)
    own = scratch / f"{_OWN}{os.getpid()}"
    try:
        own.mkdir(mode=0o700)
        yield own
    except OSError as error:
        raise Busy(f"{scratch} has no room to put the backup together: {error.strerror}", wait=60) from error
    finally:
        shutil.rmtree(own, ignore_errors=True)


def _look(snapshot: Snapshot, read: Callable[[str], Iterator[bytes]], progress: Progress) -> tuple[int, list[str]]:
    """Hold every content that a database names against its SHA-256; gives their number and what is wrong.

    ``read`` gives a large content by its place, piece by piece. What goes meanwhile is no fault.
    """
    faults = []
    small, large = list(snapshot.small()), list(snapshot.large())
    for done, sha256 in enumerate(small, 1):
        if not _is_small(snapshot, sha256):
            faults.append(lost(snapshot, sha256, sha256.hex()))
        if not done % 100 or done == len(small):
            progress("small contents", done, len(small))
    for done, content in enumerate(large, 1):
        if not _is(content.sha256, read, content.location) and snapshot.names(content):
            faults.append(lost(snapshot, content.sha256, content.location))
        progress("large contents", done, len(large))
    return len(small) + len(large), faults


def _is_small(snapshot: Snapshot, sha256: bytes) -> bool:
    try:
        body = snapshot.body(sha256)
    except GatewayError:
        return False
    return body is None or hashlib.sha256(body).digest() == sha256


def _is(sha256: bytes, read: Callable[[str], Iterator[bytes]], place: str) -> bool:
    digest = hashlib.sha256()
    try:
        for piece in read(place):
            digest.update(piece)
    except (Damaged, KeyMissing, NotFound, FileNotFoundError, KeyError):
        return False
    return digest.digest() == sha256


def verify_data(store: Store, contents: FileContents, keyring: Keyring, progress: Progress) -> tuple[int, list[str]]:
    """Do the same with a data folder, while its gateway goes on; gives the number of contents and what is wrong."""
    with open_snapshot(store.path, keyring) as snapshot:
        faults = [f"the database: {fault}" for fault in snapshot.faults()]
        count, more = _look(snapshot, contents.chunks, progress)
    return count, faults + more


def _fault(place: Place, part: Part) -> str | None:
    digest, size = hashlib.sha256(), 0
    try:
        for piece in place.pieces(part.name):
            digest.update(piece)
            size += len(piece)
            if size > part.size:
                break
    except NotFound:
        return f"the object {part.id} is missing"
    if (digest.hexdigest(), size) != (part.id, part.size):
        return f"the object {part.id} is damaged"
    return None


def _fetched(place: Place, index: Index, location: str, keyring: Keyring, own: Path) -> Iterator[bytes]:
    """Read a large content of a backup; it is one object, read whole into a file without a name."""
    with tempfile.TemporaryFile(dir=own) as file:
        for piece in place.pieces(index.contents[location].name):
            file.write(piece)
        file.seek(0)
        source = open_sealed(keyring, file) if location.endswith(SEALED) else file
        while piece := source.read(_PIECE):
            yield piece
