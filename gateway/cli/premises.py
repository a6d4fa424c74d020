"""What can be seen of a gateway from outside of its processes: locks, files, the disk, its health."""

import fcntl
import http.client
import json
import os
import stat
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

SERVE: Final = "serve.lock"
AGENT: Final = "agent.lock"
PATIENCE: Final = 5.0  # seconds for one answer; the gateway itself gives a check 3

_LINUX: Final = sys.platform == "linux"
_LOCK: Final = "hhqqi" if _LINUX else "qqihh"  # struct flock: type, whence, start, length, process; or these last


@dataclass(frozen=True, slots=True)
class Health:
    """What a gateway answered to ``GET /health``; ``reason`` is why it is not well, or why there was no answer."""

    well: bool
    milliseconds: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of the files in a data folder, by what they are."""

    database: int
    wal: int
    contents: int
    logs: int
    other: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.database + self.wal + self.contents + self.logs + self.other


def holder(path: Path) -> int | None:
    """Give the process that holds a lock, 0 where it cannot be seen from here; None: nobody does.

    This asks, and takes no lock that a gateway might want meanwhile.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        whole = (0, 0, 0)  # from the start, any length; the process comes with the answer
        asked = (fcntl.F_WRLCK, os.SEEK_SET, *whole) if _LINUX else (*whole, fcntl.F_WRLCK, os.SEEK_SET)
        told = struct.unpack(_LOCK, fcntl.fcntl(file, fcntl.F_GETLK, struct.pack(_LOCK, *asked)))
    finally:
        os.close(file)
    kind, process = (told[0], told[4]) if _LINUX else (told[3], told[2])
    return None if kind == fcntl.F_UNLCK else max(process, 0)


def listening(folder: Path) -> str | None:
    """Give the address on this machine where the gateway on a folder listens; None where it has not said so."""
    try:
        said = (folder / SERVE).read_text("ascii").strip()
    except (OSError, ValueError):
        return None
    parts = urlsplit(said)
    if not parts.hostname:
        return None
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(parts.hostname, parts.hostname)  # noqa: S104
    return f"http://[{host}]:{parts.port}" if ":" in host else f"http://{host}:{parts.port}"


def health(url: str) -> Health:
    """Ask a gateway on this machine how it is."""
    parts, began = urlsplit(url), time.perf_counter()
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        body = answer.read(10_000)
    except (OSError, http.client.HTTPException) as error:
        return Health(well=False, milliseconds=0, reason=f"no answer from {url}: {_said(error)}")
    finally:
        connection.close()
    spent = round((time.perf_counter() - began) * 1000, 1)
    return Health(answer.status == 200, spent, "" if answer.status == 200 else _reason(answer.status, body))  # noqa: PLR2004


def _reason(status: int, body: bytes) -> str:
    with suppress(ValueError, AttributeError):
        return str(json.loads(body).get("reason") or status)
    return f"the answer was {status}"


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"not within {PATIENCE:.0f} s"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def sizes(folder: Path, logs: str, database: str) -> Sizes:
    """Measure the files of a data folder; ``logs`` and ``database`` are names in it.

    The database's ``-shm`` counts for nothing: it is there while anybody looks, also for this.
    """
    tops = {entry.name: sum(_files(entry)) for entry in os.scandir(folder)}
    tops.pop(f"{database}-shm", None)
    stored, wal = tops.pop(database, 0), tops.pop(f"{database}-wal", 0)
    contents, logged = tops.pop("contents", 0), tops.pop(logs, 0)
    return Sizes(stored, wal, contents, logged, sum(tops.values()))


def _files(entry: "os.DirEntry[str]") -> Iterator[int]:
    """Give the sizes of a file, or of those in a folder; what goes meanwhile counts for nothing."""
    with suppress(FileNotFoundError):
        about = entry.stat(follow_symlinks=False)
        if stat.S_ISREG(about.st_mode):
            yield about.st_size
        elif stat.S_ISDIR(about.st_mode):
            with os.scandir(entry.path) as entries:
                for inner in entries:
                    yield from _files(inner)


def disk(folder: Path) -> tuple[int, int]:
    """Give the bytes that are free on the disk of a folder for its user, and all."""
    about = os.statvfs(folder)
    return about.f_bavail * about.f_frsize, about.f_blocks * about.f_frsize
