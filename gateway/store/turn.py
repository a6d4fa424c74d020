"""Turns between processes that write to one database.

SQLite wakes nobody: a process that waits for the lock looks again every 100 ms at the latest, and a busy gateway would
have taken the lock anew each time. So a command holds ``waiting.lock`` while it wants to write, and the gateway's
writer lets it through between two batches.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PATIENCE: Final = 5.0  # seconds for which a gateway waits for one command
_STEP: Final = 0.001


class FileTurn:
    """Turns by advisory locks on ``waiting.lock``; the kernel drops them when a process dies."""

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / "waiting.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextmanager
    def ask(self) -> Iterator[None]:
        """Hold the turn while a command writes; commands follow one another."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def give_way(self) -> None:
        """Return once no command asks, or after ``PATIENCE``."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    return
                time.sleep(_STEP)
            else:
                fcntl.flock(self._file, fcntl.LOCK_UN)
                return

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)
