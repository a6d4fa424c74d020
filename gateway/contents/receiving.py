"""One content on its way into the folder: hashed and sealed while it is written, named when it is whole."""

import hashlib
import os
import re
import zlib
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, Self

from gateway.errors import Busy
from gateway.model import Content
from gateway.sealing import MasterKey, Sealing
from gateway.secretfile import create, sync_folder

INCOMING: Final = "incoming"
"""The folder, inside that of the contents, of those that are not whole."""

SEALED: Final = ".sealed"
"""How the names of sealed files end."""

ON_THE_WAY: Final = re.compile(r"[0-9a-f]{24}", re.ASCII)
_TAIL: Final = 4  # random bytes that make a location the only one of its kind


class Receiving:
    """A content that is being written; its owner ends it with ``finish`` or ``abort``, in the same thread or another.

    All but ``abort`` raise ``Busy`` when the disk refuses, and leave nothing behind then.
    """

    def __init__(self, folder: Path, key: MasterKey) -> None:
        self._folder = folder
        self._sealing = Sealing(key)
        self._temporary = folder / INCOMING / os.urandom(12).hex()
        self._digest = hashlib.sha256()
        self._crc = 0
        self._file: BinaryIO | None = None
        self.size = 0

    def open(self) -> Self:
        """Make the file."""
        try:
            make_folder(self._temporary.parent)
            self._file = create(self._temporary)
        except OSError as error:
            raise self._refused(error) from error
        return self

    def write(self, chunk: bytes) -> None:
        """Append bytes; they need not be on the disk when this returns."""
        assert self._file is not None
        try:
            self._file.write(self._sealing.write(chunk))
        except OSError as error:
            raise self._refused(error) from error
        self._digest.update(chunk)
        self._crc = zlib.crc32(chunk, self._crc)
        self.size += len(chunk)

    def finish(self) -> Content:
        """Give the content, which is whole and on the disk from now on, under a location that was never used."""
        assert self._file is not None
        name = self._digest.hexdigest()
        location = f"{name[:2]}/{name[2:4]}/{name}-{os.urandom(_TAIL).hex()}{SEALED}"
        try:
            self._file.write(self._sealing.finish())
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._name(self._folder / location)
        except OSError as error:
            raise self._refused(error) from error
        return Content(self._digest.digest(), self.size, self._crc, location=location, key=self._sealing.key_id)

    def _name(self, target: Path) -> None:
        make_folder(target.parent)
        self._temporary.rename(target)
        try:
            for folder in (target.parent, target.parent.parent, self._folder):
                sync_folder(folder)
        except OSError:
            with suppress(OSError):
                target.unlink()
            raise

    def abort(self) -> None:
        """Forget the bytes; does nothing to a content that is finished."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)

    def _refused(self, error: OSError) -> Busy:
        self.abort()
        return Busy(f"the gateway cannot keep the file: {error.strerror}", wait=60)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it where they are missing."""
    for missing in reversed([folder, *folder.parents]):
        missing.mkdir(mode=0o700, exist_ok=True)
