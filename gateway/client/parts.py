"""A download on its way: its bytes in ``NAME.part`` beside the target, what they are of in ``NAME.part.of``."""

import hashlib
import os
import re
import sys
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from gateway.client.errors import Misused, NotUnderstood

if sys.platform != "win32":
    import fcntl

_TAG: Final = re.compile(r'"[0-9]{1,9}"')
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LINE: Final = re.compile(rf"({_TAG.pattern}) ({_DIGEST.pattern})\n")
_OWN_LINK: Final = getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True)
class Label:
    """Which bytes: the ETag of the version, and the SHA-256 of the whole."""

    tag: str
    sha256: str

    @classmethod
    def of(cls, tag: str, sha256: str) -> Self:
        """Read what the gateway says of a file; raises ``NotUnderstood``."""
        tag = tag.removeprefix("W/")  # a proxy that compresses for others makes all of them weak
        if not _TAG.fullmatch(tag) or not _DIGEST.fullmatch(sha256):
            raise NotUnderstood("the gateway does not say which version this is")
        return cls(tag, sha256)

    @property
    def version(self) -> int:
        """The number of the version."""
        return int(self.tag.strip('"'))


class Part:
    """The part file of one target, which one process holds at a time; goes on with what an earlier one left."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._path = target.with_name(f"{target.name}.part")
        self._of = target.with_name(f"{target.name}.part.of")
        self.label: Label | None = None
        self.size = 0
        self._file: BufferedRandom | None = None

    def __enter__(self) -> Self:
        self._file = self._claimed()
        try:
            self.label = self._known()
            self.size = self._file.seek(0, os.SEEK_END)
            if self.label is None:
                self.restart(None)
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and (not self.size or self.label is None):  # nothing to go on with
            self._of.unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)
        self.file.close()

    @property
    def file(self) -> BufferedRandom:
        """The open part file."""
        assert self._file is not None
        return self._file

    def restart(self, label: Label | None) -> None:
        """Begin with no bytes, of what the label says."""
        self.file.truncate(0)
        self.file.seek(0)
        self.label, self.size = label, 0
        self._of.unlink(missing_ok=True)
        if label:
            self._of.write_text(f"{label.tag} {label.sha256}\n")

    def write(self, piece: bytes) -> None:
        """Add bytes at the end."""
        self.file.write(piece)
        self.size += len(piece)

    def is_whole(self) -> bool:
        """Say whether what is on the disk is what the label says, by its hash."""
        self.file.flush()
        self.file.seek(0)
        found = hashlib.file_digest(self.file, "sha256").hexdigest()
        self.file.seek(0, os.SEEK_END)
        return self.label is not None and found == self.label.sha256

    def finish(self) -> None:
        """Put it in the target's place, in one step and for good."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self._path.replace(self.target)
        self._of.unlink(missing_ok=True)

    def _claimed(self) -> BufferedRandom:
        """Open the part file as the only one; raises ``Misused``."""
        while True:
            flags = os.O_RDWR | os.O_CREAT | _OWN_LINK | getattr(os, "O_BINARY", 0)
            file = os.fdopen(os.open(self._path, flags, 0o666), "r+b")
            try:
                _lock(file)
                if sys.platform == "win32" or os.fstat(file.fileno()).st_ino == self._path.stat().st_ino:
                    return file
            except FileNotFoundError:
                pass  # another has just finished it
            except BlockingIOError:
                file.close()
                raise Misused(f"{self.target} is being downloaded already") from None
            file.close()

    def _known(self) -> Label | None:
        """Read which bytes an earlier attempt left; None where that is not known."""
        try:
            match = _LINE.fullmatch(self._of.read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return None
        return Label(match[1], match[2]) if match else None


def _lock(file: BufferedRandom) -> None:
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
