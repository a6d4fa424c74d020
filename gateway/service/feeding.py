"""Feeding a process: a thread reads a source, sealed or not, into the pipe that is its standard input."""

import io
import os
import shutil
import threading
from contextlib import suppress
from types import TracebackType
from typing import BinaryIO, Final, Self

from gateway.errors import GatewayError

_PIECE: Final = 64 * 1024


class Feeding:
    """A pipe that is filled from ``source``; no more of it than a piece is ever in memory, unless it is bytes."""

    def __init__(self, source: bytes | BinaryIO) -> None:
        self._source = io.BytesIO(source) if isinstance(source, bytes) else source
        self._thread = threading.Thread(target=self._feed, name="feeding", daemon=True)
        self._error: BaseException | None = None

    def __enter__(self) -> Self:
        """Open the pipe; ``end`` is what the process reads."""
        self.end, self._into = os.pipe()
        return self

    def begin(self) -> None:
        """Begin to fill the pipe: the process has its end of it now, and nobody else may keep it open."""
        os.close(self.end)
        self.end = -1
        self._thread.start()

    def check(self) -> None:
        """Raise what reading the source has raised; the process has seen a part of it only then."""
        self._thread.join()
        if self._error is not None:
            raise self._error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, when the process has."""
        if self.end >= 0:
            os.close(self.end)
            os.close(self._into)
        else:
            self._thread.join()

    def _feed(self) -> None:
        with suppress(BrokenPipeError), open(self._into, "wb") as pipe:  # noqa: PTH123
            try:
                shutil.copyfileobj(self._source, pipe, _PIECE)
            except (GatewayError, OSError) as failure:
                if not isinstance(failure, BrokenPipeError):
                    self._error = failure
