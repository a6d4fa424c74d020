"""Putting a backup back into an empty data folder.

What is restored is the same, but for the epoch of every project: the journal may have gone on after the backup, so
whoever has a cursor of it starts over. A restore that was broken off leaves ``UNFINISHED`` in the folder, with which
no gateway starts.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from gateway import sealing
from gateway.auth.tokens import new_id
from gateway.backups import Index, Manifest, Part, Place, unlocked
from gateway.contents import FileContents
from gateway.errors import Conflicting, Damaged, KeyMissing, NotFound
from gateway.sealing import Keyring, parse_keys, unsealed
from gateway.sealing.keyfile import written
from gateway.secretfile import replace, sync_file, sync_folder
from gateway.service.backuplist import fetch
from gateway.service.provenance import FILE as FOLDER
from gateway.store import FILE, open_snapshot

UNFINISHED: Final = "restore.unfinished"
_NEW: Final = "restore.db"
_PIECE: Final = 256 * 1024
_KEYS: Final = frozenset({sealing.FILE, "token.key"})
_NOTHING: Final = frozenset({"serve.lock", "agent.lock", "waiting.lock", "backup.lock", "logs", "lost+found", FOLDER})
_BEGUN: Final = frozenset({UNFINISHED, _NEW, "contents", f"{_NEW}-wal", f"{_NEW}-shm"})

Progress = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is done and how much there is."""


def keys_of(place: Place, manifest: Manifest, passphrase: str | None, known: Keyring | None) -> dict[str, bytes]:
    """Give the secrets that lie in a backup, and see that its keys are among them or ``known``; raises ``KeyMissing``.

    Raises ``Forbidden`` for a wrong passphrase.
    """
    secrets: dict[str, bytes] = {}
    if manifest.locked and passphrase:
        secrets = unlocked(fetch(place, manifest.locked), passphrase)
    have = {key.id.hex() for key in ring(secrets, known).all()} if secrets or known else set()
    missing = sorted(set(manifest.keys) - have)
    if missing:
        how = "set SYNC_BACKUP_PASSPHRASE, or " if manifest.locked else "the backup was made without its keys: "
        raise KeyMissing(f"the backup is sealed with the master key {', '.join(missing)}: {how}put it into master.key")
    return secrets


def ring(secrets: dict[str, bytes], known: Keyring | None) -> Keyring:
    """Give the keys of a backup and those that are known otherwise."""
    keys = parse_keys(secrets[sealing.FILE].decode("ascii")) if sealing.FILE in secrets else ()
    return Keyring(None, tuple(dict.fromkeys((*keys, *(known.all() if known else ())))))


def restore(
    place: Place,
    manifest: Manifest,
    folder: Path,
    *,
    passphrase: str | None = None,
    known: Keyring | None = None,
    progress: Progress = lambda _what, _done, _whole: None,
) -> None:
    """Put a backup into a folder that is empty but for keys; raises ``Conflicting``, ``KeyMissing``, ``Damaged``.

    Every byte is held against its hash. Broken off, it can be begun again in the same folder.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _must_be_empty(folder)
    secrets = keys_of(place, manifest, passphrase, known)
    keyring = ring(secrets, known)
    index = Index.read(unsealed(keyring, fetch(place, manifest.index)))
    (folder / UNFINISHED).write_text("a backup is being restored here\n")
    _contents(place, index, FileContents(folder / "contents", keyring), progress)
    new = folder / _NEW
    new.unlink(missing_ok=True)
    database(place, index, keyring, new, progress)
    for name, data in secrets.items():
        replace(folder / name, written(keyring.all()) if name == sealing.FILE else data)
    adopt(new, folder, keyring)


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
    if (folder / FILE).exists():
        raise Conflicting(f"{folder} has a database already: move it away first")
    with open_snapshot(database, keyring) as snapshot:
        keyring.ensure(snapshot.keys(), create=False)
    (folder / UNFINISHED).write_text("a database is being restored here\n")
    new = folder / _NEW
    shutil.copyfile(database, new)
    adopt(new, folder, keyring)


def _must_be_empty(folder: Path) -> None:
    there = {path.name for path in folder.iterdir() if not path.name.startswith(".master.key-")}
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
        raise Damaged


def _is_there(contents: FileContents, location: str, part: Part) -> bool:
    """Say whether a restore that was broken off has brought a content already."""
    try:
        with contents.open_stored(location) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == part.id
    except OSError:
        return False


def _contents(place: Place, index: Index, contents: FileContents, progress: Progress) -> None:
    for done, (location, part) in enumerate(index.contents.items(), 1):
        if not _is_there(contents, location, part):
            contents.put_stored(location, _checked(place, part))
        progress("files", done, len(index.contents))


def database(place: Place, index: Index, keyring: Keyring, path: Path, progress: Progress) -> None:
    """Put the database of a backup together; raises ``NotFound``, ``Damaged``."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:  # noqa: PTH123
        for done, (_, part) in enumerate(index.pieces, 1):
            file.write(unsealed(keyring, fetch(place, part)))
            progress("database", done, len(index.pieces))
