"""The master keys that a process knows, from their file, which another process may change, or from a setting.

Every process that opens something sealed with a key that it does not know reads the file again, and every one that
seals looks whether the file has changed. So a key is good for all as soon as it lies in the file.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from gateway.errors import Busy, KeyMissing
from gateway.sealing.keyfile import parse_keys, written
from gateway.sealing.masterkey import MasterKey
from gateway.secretfile import locked, made_once, replace

FILE: Final = "master.key"  # in the data folder, unless a setting says otherwise
_Stamp = tuple[int, int, int]


class Keyring:
    """Master keys by id; nothing is read before it is needed. ``source``: what an error calls the place of the keys."""

    def __init__(self, path: Path | None, keys: tuple[MasterKey, ...] = (), *, source: str = FILE) -> None:
        self.path = path
        self.source = source
        self._keys = keys
        self._by_id = {key.id: key for key in keys}
        self._stamp: _Stamp | None = None

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """Give the keys that lie in a data folder."""
        return cls(folder / FILE)

    def ensure(self, named: Iterable[bytes], *, create: bool) -> None:
        """See that all keys are here that contents name; where they name none, a file may be ``create``d.

        Raises ``KeyMissing`` with the sentence that an operator reads, ``Busy`` for a file that cannot be used.
        """
        needed = set(named)
        if self.path is not None and not self.path.exists():
            if needed or not create:
                raise KeyMissing(self._lost(needed))
            self._create(self.path)
        missing = needed - {key.id for key in self.all()}
        if missing:
            raise KeyMissing(
                f"files are sealed with the master key {_listed(missing)}, which {self.source} does not have: "
                f"put it there, in a line of its own"
            )

    def all(self) -> tuple[MasterKey, ...]:
        """Give all keys, the one that seals first; raises ``Busy`` for a file that cannot be used."""
        self._refresh()
        if not self._keys:
            raise KeyMissing(f"the master key is missing: {self.source}")
        return self._keys

    @property
    def current(self) -> MasterKey:
        """Give the key that seals."""
        return self.all()[0]

    def get(self, key_id: bytes) -> MasterKey:
        """Find the key with which something was sealed; raises ``KeyMissing``."""
        key = self._by_id.get(key_id)
        if key is None:
            with suppress(Busy):
                self._refresh()
            key = self._by_id.get(key_id)
        if key is None:
            raise KeyMissing(f"the master key {key_id.hex()} is missing")
        return key

    def knows(self, key_id: bytes) -> bool:
        """Say whether a key is among those that lie in the file now; raises ``Busy`` for a file that is damaged."""
        return any(key.id == key_id for key in self.all())

    def add(self, key: MasterKey) -> None:
        """Have another key seal from now on; raises ``Busy``. Only keys in a file can be changed."""
        assert self.path is not None
        path = self.path.resolve()
        with _told(self.source), locked(path.parent):
            self._refresh()
            replace(path, written((key, *self._keys)))
            self._refresh()

    def drop(self, key_ids: Iterable[bytes]) -> None:
        """Forget keys with which nothing is sealed any more, never the one that seals; raises ``Busy``."""
        assert self.path is not None
        gone, path = set(key_ids), self.path.resolve()
        with _told(self.source), locked(path.parent):
            self._refresh()
            kept = (self._keys[0], *(key for key in self._keys[1:] if key.id not in gone))
            replace(path, written(kept))
            self._refresh()

    def _create(self, path: Path) -> None:
        with _told(self.source):
            made_once(path, lambda: written([MasterKey.new()]))

    def _refresh(self) -> None:
        """Read the file if it has changed; one that has gone meanwhile leaves what is known, a damaged one does not.

        What was sealed with a key that has gone from the file can still be opened, as long as this process lives.
        """
        if self.path is None:
            return
        try:
            found = os.stat(self.path)  # noqa: PTH116  at every sealing
            stamp = found.st_ino, found.st_mtime_ns, found.st_size
            if stamp != self._stamp:
                self._take(parse_keys(self.path.read_text("ascii", errors="replace")))
                self._stamp = stamp
        except (OSError, ValueError) as error:
            if self._keys and isinstance(error, FileNotFoundError):
                return
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise Busy(f"{self.source}, the file of the master keys, cannot be used: {reason}", wait=60) from None

    def _take(self, keys: tuple[MasterKey, ...]) -> None:
        self._by_id = {**self._by_id, **{key.id: key for key in keys}}
        self._keys = keys

    def _lost(self, needed: set[bytes]) -> str:
        if needed:
            return (
                f"the master key {_listed(needed)} is missing, without which files cannot be read: "
                f"put {self.source} back, from a backup of the keys"
            )
        return f"{self.source} is missing: make a key with openssl rand -hex 32 and put it there"


@contextmanager
def _told(source: str) -> Iterator[None]:
    """Turn what the disk refuses into ``Busy``."""
    try:
        yield
    except OSError as error:
        raise Busy(f"{source}, the file of the master keys, cannot be written: {error.strerror}", wait=60) from error


def _listed(ids: Iterable[bytes]) -> str:
    return ", ".join(sorted(key_id.hex() for key_id in ids))
