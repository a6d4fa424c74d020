"""Reading the log of the data folder: the last lines, from whichever file they lie in, and those that come."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

import orjson

from gateway.cli.logfile import FILE, numbered

LEVELS: Final = ("debug", "info", "warning", "error", "critical")

Line = dict[str, Any]

_CHUNK: Final = 64 * 1024
_GRACE: Final = 8
_LONGEST: Final = 1024 * 1024  # bytes; what is longer is no line of ours
_BEGIN: Final = b'{"time":'


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines; None: any. ``since`` and ``until`` are Unix times, ``status`` is like "4xx" or "404"."""

    devices: frozenset[str] | None = None
    level: str = "debug"
    since: float | None = None
    until: float | None = None
    request: str | None = None
    path: str | None = None
    status: str | None = None

    def has(self, line: Line) -> bool:
        """Say whether a line is one of them."""
        level = line.get("level")
        if level in LEVELS and LEVELS.index(level) < LEVELS.index(self.level):
            return False
        if self.devices is not None and line.get("device") not in self.devices:
            return False
        if self.request is not None and line.get("id") != self.request:
            return False
        if self.path is not None and self.path not in str(line.get("path", "")):
            return False
        return self._has_status(line.get("status")) and self._is_in_time(line)

    def _has_status(self, status: object) -> bool:
        if self.status is None:
            return True
        digits = str(status)
        return len(digits) == len(self.status) and all(
            mine in ("x", other) for mine, other in zip(self.status, digits, strict=True)
        )

    def _is_in_time(self, line: Line) -> bool:
        if self.since is None and self.until is None:
            return True
        at = moment_of(line)
        return at is not None and (self.since or 0) <= at and (self.until is None or at < self.until)


def moment_of(line: Line) -> float | None:
    """Give a line's Unix time, None where it has none."""
    try:
        return datetime.fromisoformat(str(line.get("time"))).timestamp()
    except (ValueError, OverflowError):
        return None


def parsed(raw: bytes) -> Line | None:
    """Read a line; of one that follows a torn one, what is whole. None where nothing is."""
    begin = raw.rfind(_BEGIN)
    for text in (raw, raw[begin:] if begin > 0 else b""):
        try:
            line = orjson.loads(text)
        except orjson.JSONDecodeError:
            continue
        return line if isinstance(line, dict) else None
    return None


class Log:
    """The log in ``folder`` as it is now, with what comes to it afterwards."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._current = _opened(folder / FILE)
        self._end = 0
        if self._current is not None:
            self._end = _line_end(self._current, os.fstat(self._current.fileno()).st_size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._current is not None:
            self._current.close()

    def last(self, wanted: Wanted, most: int | None) -> list[bytes]:
        """Give the last lines that are wanted, ``most`` at most, the oldest first; unread, for they may be many."""
        found: list[bytes] = []
        with ExitStack() as stack:
            for file, end in self._newest_first(stack, wanted.since):
                for raw in _backwards(file, end):
                    line = parsed(raw)
                    if line is not None and wanted.has(line):
                        found.append(raw)
                        if len(found) == most:
                            return found[::-1]
        return found[::-1]

    def _newest_first(self, stack: ExitStack, since: float | None) -> Iterator[tuple[BinaryIO, int]]:
        if self._current is not None:
            yield self._current, self._end
        for _, path in reversed(numbered(self._folder)):
            file = _opened(path)
            if file is None:
                continue
            stack.enter_context(file)
            about = os.fstat(file.fileno())
            mine = self._current is not None and os.path.samestat(about, os.fstat(self._current.fileno()))
            if not mine and (since is None or about.st_mtime >= since):
                yield file, about.st_size

    def follow(self, wait: Callable[[], bool]) -> Iterator[Line]:
        """Give the lines that come, as they come; ``wait`` is called when there are none, and ends it with True.

        A file that has lost its name may get lines for a second yet: it is left after ``_GRACE`` waits.
        """
        reached, rest, nameless = self._end, b"", 0
        while True:
            file = self._current
            nameless = _GRACE if file is None else 0 if self._has_name(file) else nameless + 1
            if file is not None:
                if os.fstat(file.fileno()).st_size < reached:
                    reached, rest = 0, b""  # somebody has emptied it
                file.seek(reached)
                while piece := file.read(_CHUNK):
                    reached += len(piece)
                    *lines, rest = (rest + piece).split(b"\n")
                    yield from filter(None, map(parsed, lines))
                    rest = rest[-_LONGEST:]
            if nameless >= _GRACE and (following := self._next()) is not None:
                self._current, reached, rest, nameless = following, 0, b"", 0
            elif wait():
                return

    def _has_name(self, file: BinaryIO) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), (self._folder / FILE).stat())
        except OSError:
            return False

    def _next(self) -> BinaryIO | None:
        """Open the file that begins where the current one ends; one that has gone was older than all others."""
        paths = [path for _, path in numbered(self._folder)] + [self._folder / FILE]
        if self._current is None:
            return _opened(paths[-1])
        mine = os.fstat(self._current.fileno())
        for place, path in enumerate(paths):
            if path.exists() and os.path.samestat(mine, path.stat()):
                paths = paths[place + 1 :]
                break
        following = next(filter(None, map(_opened, paths)), None)
        if following is not None:
            self._current.close()
        return following


def _opened(path: Path) -> BinaryIO | None:
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None


def _line_end(file: BinaryIO, end: int) -> int:
    """Give the place behind the last whole line."""
    for start in range(end - _CHUNK, -_CHUNK, -_CHUNK):
        file.seek(max(0, start))
        found = file.read(min(_CHUNK, start + _CHUNK)).rfind(b"\n")
        if found >= 0:
            return max(0, start) + found + 1
    return 0


def _backwards(file: BinaryIO, end: int) -> Iterator[bytes]:
    """Give the lines before ``end``, the last first."""
    rest = b""
    while end > 0:
        start = max(0, end - _CHUNK)
        file.seek(start)
        first, *lines = (file.read(end - start) + rest).split(b"\n")
        yield from filter(None, reversed(lines))
        rest, end = first[:_LONGEST], start
    if rest:
        yield rest
