"""The log as a file of the data folder, which all processes of a gateway write: whole lines, and a bounded length.

Each line is one write to a file opened for appending, so that lines of several processes never mix. A file that is full
is renamed to the next free number, under a lock that nobody waits for; whoever else has it open sees that within a
second, and until then its lines go to the renamed file. Nothing here raises: what cannot be written is left out.
"""

import fcntl
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

FOLDER: Final = "logs"  # in the data folder
FILE: Final = "wristgate.log"
PIECES: Final = 4  # files in all, of which one is written
LOOK_EVERY: Final = 1.0  # seconds between two looks at which file has the name
LOOK_BYTES: Final = 256 * 1024  # or after so many
RETRY_EVERY: Final = 10.0  # seconds until a folder that cannot be used is tried again


class LogFile(logging.Handler):
    """Appends lines to ``folder``; ``keep`` bytes at most, but for what is written within a second."""

    def __init__(self, folder: Path, keep: int, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._folder = folder
        self._path = folder / FILE
        self._piece = keep // PIECES
        self._clock = clock
        self._file: int | None = None
        self._unlooked = 0
        self._next_look = float("-inf")
        self._torn = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; what goes wrong is nobody's trouble."""
        with suppress(Exception):
            self._write(self.format(record).encode() + b"\n")

    def close(self) -> None:
        """Let go of the file."""
        self._let_go()
        super().close()

    def _write(self, line: bytes) -> None:
        now = self._clock()
        if now >= self._next_look or self._unlooked > LOOK_BYTES:
            self._look(now)
        if self._file is None:
            return
        self._unlooked += len(line)
        if self._torn:
            line = b"\n" + line
        try:
            self._torn = os.write(self._file, line) < len(line)  # a full disk takes a part
        except OSError:
            self._next_look = now + LOOK_EVERY

    def _look(self, now: float) -> None:
        """Make sure of writing to the file that has the name, and that it is not too long."""
        self._next_look, self._unlooked = now + RETRY_EVERY, 0
        if self._file is None or not self._is_current(self._file):
            self._open()
        assert self._file is not None
        if os.fstat(self._file).st_size >= self._piece:
            self._rotate()
        self._next_look = now + LOOK_EVERY

    def _open(self) -> None:
        self._let_go()
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _is_current(self, file: int) -> bool:
        try:
            return os.path.samestat(os.fstat(file), self._path.stat())
        except OSError:
            return False

    def _rotate(self) -> None:
        """Give the full file a number and begin another; the oldest go. It is one rename: killed, it loses nothing."""
        with _alone(self._folder) as alone:
            if not alone or self._file is None or not self._is_current(self._file):
                return  # somebody else does it, or has done it
            before = numbered(self._folder)
            number = before[-1][0] + 1 if before else 1
            self._path.rename(self._folder / f"{FILE}.{number:06}")
            for _, old in before[: max(0, len(before) - (PIECES - 2))]:
                old.unlink(missing_ok=True)
        self._open()

    def _let_go(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def numbered(folder: Path) -> list[tuple[int, Path]]:
    """List the files of a folder of logs that are full, by number, the oldest first."""
    found = []
    for path in folder.glob(f"{FILE}.*"):
        number = path.name.removeprefix(f"{FILE}.")
        if number.isascii() and number.isdigit():
            found.append((int(number), path))
    return sorted(found)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Hold the lock of a folder, if nobody does; it goes with the process."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(lock)
