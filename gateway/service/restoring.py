"""Putting a backup back into an empty data folder.

What is restored is the same, but for the epoch of every project: the journal may have gone on after the backup, so
whoever has a cursor of it starts over. A restore that was broken off leaves ``UNFINISHED`` in the folder, with which
no gateway starts.
"""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from gateway import sealing
from gateway.auth import jwt
from gateway.auth.tokens import new_id
from gateway.backups import Index, Manifest, Part, Place, unlocked
from gateway.contents import FileContents
from gateway.errors import Conflicting, Damaged, KeyMissing, NotFound
from gateway.sealing import Keyring, parse_keys, unsealed
from gateway.sealing.keyfile import written
from gateway.secretfile import create, replace, sync_file, sync_folder
from gateway.service.backup import PIECES
from gateway.service.backuplist import damaged_object, fetch, index_of
from gateway.service.pacing import Progress
from gateway.service.provenance import FILE as FOLDER
from gateway.store import FILE, Snapshot, open_snapshot

UNFINISHED: Final = "restore.unfinished"
_NEW: Final = "restore.db"
_KEYS: Final = frozenset({sealing.FILE, jwt.FILE})
_NOTHING: Final = frozenset({"serve.lock", "agent.lock", "waiting.lock", "backup.lock", "logs", "lost+found", FOLDER})
_BEGUN: Final = frozenset(
    {UNFINISHED, "contents", *(f"{name}{ending}" for name in (_NEW, FILE) for ending in ("", "-wal", "-shm"))}
)


def keys_of(manifest: Manifest, secrets: Mapping[str, bytes], known: Keyring | None) -> Keyring:
    """Give all keys that open a backup, those that are ``known`` first; raises ``KeyMissing`` where some are missing.

    ``secrets`` lie in it. Raises ``Damaged`` for a manifest that was not written by who has the keys.
    """
    inside = parse_keys(secrets[sealing.FILE].decode("ascii")) if sealing.FILE in secrets else ()
    keys = tuple(dict.fromkeys((*(known.all() if known else ()), *inside)))
    missing = sorted(set(manifest.keys) - {key.id.hex() for key in keys})
    if missing:
        how = "set SYNC_BACKUP_PASSPHRASE, or " if manifest.locked else "the backup was made without its keys: "
        raise KeyMissing(f"the backup is sealed with the master key {', '.join(missing)}: {how}put it into master.key")
    keyring = Keyring(None, keys)
    if not manifest.is_sealed_by(keys):
        raise Damaged("the backup's manifest was not written by the gateway that has these keys")
    return keyring


def secrets_of(place: Place, manifest: Manifest, passphrase: str | None) -> dict[str, bytes]:
    """Give the secrets that lie in a backup; raises ``Forbidden`` for a wrong passphrase, ``NotFound``, ``Damaged``."""
    return unlocked(fetch(place, manifest.locked), passphrase) if manifest.locked and passphrase else {}


def restore(
    place: Place,
    manifest: Manifest,
    folder: Path,
    *,
    passphrase: str | None = None,
    known: Keyring | None = None,
    keep_going: bool = False,
    progress: Progress = lambda _what, _done, _whole: None,
) -> list[str]:
    """Put a backup into a folder that is empty but for keys; raises ``Conflicting``, ``KeyMissing``, ``Damaged``.

    ``known``: the keys that this machine has; the file of the master keys is written only where it has none. Every byte
    is held against its hash. Broken off, it can be begun again in the same folder. ``keep_going``: contents that are
    damaged or missing are left out, and told in what is given back.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _must_be_empty(folder)
    secrets = secrets_of(place, manifest, passphrase)
    keyring = keys_of(manifest, secrets, known)
    index = index_of(place, manifest, keyring)
    _begin(folder)
    missing = _contents(place, index, FileContents(folder / "contents", keyring), progress, keep_going=keep_going)
    new = folder / _NEW
    database(place, index, keyring, new, progress)
    left_out = _told(new, keyring, missing) if missing else []
    if known is None:
        replace(folder / sealing.FILE, written(keyring.all()))
    elif known.path is not None and not set(manifest.keys) <= {key.id.hex() for key in known.all()}:
        replace(known.path.resolve(), written(keyring.all()))
    if jwt.FILE in secrets:
        replace(folder / jwt.FILE, secrets[jwt.FILE])
    adopt(new, folder, keyring)
    return left_out


def _told(database: Path, keyring: Keyring, missing: frozenset[str]) -> list[str]:
    """Say which files of a database have contents that are missing at these places."""
    with open_snapshot(database, keyring) as snapshot:
        return [
            lost(snapshot, content.sha256, content.location)
            for content in snapshot.large()
            if content.location in missing
        ]


def lost(snapshot: Snapshot, sha256: bytes, place: str) -> str:
    """Say of which files a content is damaged or missing; ``place`` is where it should be."""
    paths = ", ".join(snapshot.paths(sha256))
    return f"the content {place} is damaged or missing" + (f": {paths}" if paths else "")


def _begin(folder: Path) -> None:
    """Mark a folder as one that is being restored into, and remove what an earlier try has left of a database."""
    (folder / UNFINISHED).write_text("a backup is being restored here\n")
    sync_folder(folder)
    for name in (_NEW, FILE):
        for ending in ("", "-wal", "-shm"):
            (folder / f"{name}{ending}").unlink(missing_ok=True)


def adopt(database: Path, folder: Path, keyring: Keyring) -> None:
    """Make a database file that of a data folder, under new epochs; raises ``Damaged`` for one that is broken."""
    with open_snapshot(database, keyring) as snapshot:
        if snapshot.faults():
            raise Damaged
        snapshot.begin_anew(new_id)
    for name in ("-wal", "-shm"):
        Path(f"{database}{name}").unlink(missing_ok=True)
    sync_file(database)
    database.replace(folder / FILE)
    sync_folder(folder)
    (folder / UNFINISHED).unlink(missing_ok=True)
    sync_folder(folder)


def adopt_copy(database: Path, folder: Path, keyring: Keyring) -> None:
    """Make a copy of a database file that of a data folder without one; its large contents may lie there already.

    Raises ``NotFound``, ``Conflicting`` where there is a database, ``KeyMissing``, ``Damaged``.
    """
    if not database.is_file():
        raise NotFound(f"there is no file {database}")
    if (folder / FILE).exists() and not (folder / UNFINISHED).exists():
        raise Conflicting(f"{folder} has a database already: move it away first")
    with open_snapshot(database, keyring) as snapshot:
        keyring.ensure(snapshot.keys(), create=False)
    _begin(folder)
    new = folder / _NEW
    with database.open("rb") as source, create(new) as target:
        shutil.copyfileobj(source, target)
    adopt(new, folder, keyring)


def _must_be_empty(folder: Path) -> None:
    there = {path.name for path in folder.iterdir() if not path.name.startswith((f".{sealing.FILE}-", f".{jwt.FILE}-"))}
    unknown = sorted(there - _KEYS - _NOTHING - (_BEGUN if UNFINISHED in there else frozenset()))
    if unknown:
        raise Conflicting(f"{folder} is not empty, it has {unknown[0]}: restore into another folder")


def _checked(place: Place, part: Part) -> Iterator[bytes]:
    """Read an object piece by piece; raises ``Damaged`` at its end."""
    digest = hashlib.sha256()
    for piece in place.pieces(part.name):
        digest.update(piece)
        yield piece
    if digest.hexdigest() != part.id:
        raise damaged_object(part, "take another backup, or leave it out with --keep-going")


def _is_there(contents: FileContents, location: str, part: Part) -> bool:
    """Say whether a restore that was broken off has brought a content already."""
    try:
        with contents.open_stored(location) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == part.id
    except OSError:
        return False


def _contents(
    place: Place, index: Index, contents: FileContents, progress: Progress, *, keep_going: bool
) -> frozenset[str]:
    """Bring all large contents; gives the places of those that could not be."""
    missing = set()
    for done, (location, part) in enumerate(index.contents.items(), 1):
        if not _is_there(contents, location, part):
            try:
                contents.put_stored(location, _checked(place, part))
            except (Damaged, NotFound):
                if not keep_going:
                    raise
                contents.remove(location)
                missing.add(location)
        progress("files", done, len(index.contents))
    return frozenset(missing)


def database(place: Place, index: Index, keyring: Keyring, path: Path, progress: Progress) -> None:
    """Put the database of a backup together; raises ``NotFound``, ``Damaged``."""
    with create(path) as file:
        for done, (_, part) in enumerate(index.pieces, 1):
            file.write(unsealed(keyring, fetch(place, part), PIECES))
            progress("database", done, len(index.pieces))
