"""Starts the process that converts or reads a file, waits for it and ends it when it takes too long.

The processor time that a conversion takes, which the process limits itself, is the file's fault; that the machine had
none for it, or no memory, is not: then it is ``Busy``, and may go well in some minutes.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from gateway.errors import Busy, FormatError, GatewayError, TooLarge, UnsupportedType
from gateway.model import Conversion
from gateway.service import converting
from gateway.service.feeding import Feeding

COMMAND: Final = (sys.executable, "-m", converting.__name__)
Failure = tuple[str, int, str]
"""Why there is no result: a stable word, the byte, a sentence."""

PATIENCE: Final = 60.0  # seconds that pass at most while a conversion has its seconds of processor time
RETRY: Final = 180  # seconds after which a machine may have more to spare
_LAST_WORDS: Final = 2000  # characters of a traceback that go into the log

_ENDED: Final = {-signal.SIGINT, -signal.SIGTERM}  # somebody stops the gateway, it is not the file's fault
_NO_TIME: Final = ("too_slow", 0, "converting the file takes too long")
_CRASHED: Final = ("failed", 0, "the file cannot be converted")

_log: Final = logging.getLogger("gateway.conversion")


class Converter:
    """Runs one conversion at a time, in the calling thread; a process of its own keeps memory and faults apart.

    Others wait for their turn as long as a conversion may last.
    """

    def __init__(self, seconds: float = PATIENCE) -> None:
        self._seconds = seconds
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def run(self, source: bytes | BinaryIO, conversion: Conversion, into: BinaryIO | None = None) -> bytes | Failure:
        """Convert ``source``; raises ``Busy`` while the gateway stops or the machine is too busy.

        What comes out goes ``into`` a file where there is one, and is empty then. The process gets no descriptor but
        its three own, so it holds no socket and no database open.
        """
        line = [*COMMAND, conversion.target, str(conversion.points), str(conversion.cap), str(os.getpid())]
        with (
            self._waited(),
            Feeding(source) as feeding,
            subprocess.Popen(  # noqa: S603
                line, stdin=feeding.end, stdout=into or subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
            ) as child,
        ):
            feeding.begin()
            self._child = child
            try:
                if self._closed:
                    child.kill()
                result, said = child.communicate(timeout=self._seconds)
            except subprocess.TimeoutExpired:
                child.kill()
                raise _no_room() from None
            finally:
                self._child = None
        feeding.check()
        return self._failure(child.returncode, said) if child.returncode else result or b""

    @contextmanager
    def _waited(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=self._seconds):
            raise _no_room()
        try:
            if self._closed:
                raise _stopping()
            yield
        finally:
            self._turn.release()

    def _failure(self, code: int, said: bytes) -> Failure:
        if self._closed or code in _ENDED:
            raise _stopping()
        if code == -signal.SIGXCPU:
            return _NO_TIME
        if code == -signal.SIGKILL:  # the kernel needed the memory, or an operator was impatient
            raise _no_room()
        if code != converting.REFUSED:
            _log.error("a conversion ended with code %d: %s", code, said.decode(errors="replace")[-_LAST_WORDS:])
            return _CRASHED
        word, offset, message = json.loads(said)
        return word, offset, message

    def close(self) -> None:
        """End what runs, from any thread, and whatever comes after."""
        self._closed = True
        child = self._child
        if child is not None:
            child.kill()


def _environment() -> dict[str, str]:
    """Give a process that reads strangers' files no settings, and so no secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("SYNC_", "AWS_"))}


def _stopping() -> Busy:
    return Busy("the gateway is stopping, try again soon")


def _no_room() -> Busy:
    _log.warning("a conversion was given up: the machine has too little time or memory")
    return Busy("the machine is too busy for the file, try again later", wait=RETRY)


def error_of(failure: Failure) -> GatewayError:
    """Make the error that tells a client of a failure."""
    word, offset, message = failure
    for kind in (TooLarge, UnsupportedType):
        if word == kind.word:
            return kind(message)
    error = FormatError(word, offset)
    error.message = message
    return error
