"""Sockets to a gateway: made with a verified certificate, read under deadlines, their failures told apart."""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, cast

from gateway.client.errors import Dropped, NotTrusted, TimedOut

_PATIENCE: Final = 10  # silences that one answer, or one piece of a long one, may take in all
_AHEAD: Final = 4096


@contextmanager
def failures(where: str) -> Iterator[None]:
    """Turn what the network throws into ``Unreachable``."""
    try:
        yield
    except TimeoutError as error:
        raise TimedOut(f"{where} does not answer") from error
    except ssl.SSLCertVerificationError as error:
        raise NotTrusted(f"the certificate of {where} is not trusted: {error.verify_message}") from error
    except (OSError, http.client.HTTPException) as error:
        raise Dropped(f"{where} cannot be reached: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, http.client.RemoteDisconnected | http.client.IncompleteRead | ConnectionError):
        refused = isinstance(error, ConnectionRefusedError)
        return "nothing listens there" if refused else "the connection broke"
    if isinstance(error, http.client.HTTPException):
        return "it does not speak HTTP"
    return str(getattr(error, "strerror", None) or type(error).__name__)


def dial(host: str, port: int, *, secure: bool, timeout: float) -> socket.socket:
    """Connect; certificates are verified by what the system trusts. Raises ``OSError``."""
    sock = socket.create_connection((host, port), timeout)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return ssl.create_default_context().wrap_socket(sock, server_hostname=host) if secure else sock
    except BaseException:
        sock.close()
        raise


class Incoming(io.RawIOBase):
    """The receiving side of a socket: counts its bytes in ``count``, and ends what takes too long."""

    def __init__(self, sock: socket.socket, clock: Callable[[], float] = time.monotonic) -> None:
        self._sock = sock
        self._clock = clock
        self._silence = sock.gettimeout()
        self._deadline = float("inf")
        self._ahead = b""
        self.count = 0

    def allow(self, silence: float) -> None:
        """Wait up to ``silence`` seconds for the next bytes, and for all that are asked for now not for ever."""
        self._silence = silence
        self._deadline = self._clock() + _PATIENCE * silence

    def has_news(self) -> bool:
        """Look, without waiting, whether bytes have come, or the end."""
        if self._ahead:
            return True
        kept = self._sock.gettimeout()
        self._sock.settimeout(0)
        try:
            self._ahead = self._sock.recv(_AHEAD)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        except OSError:
            return True
        finally:
            self._sock.settimeout(kept)
        return True

    def readable(self) -> bool:
        """Say yes, as ``io`` asks."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub's Buffer type is 3.12's
        """Receive; raises ``TimeoutError``."""
        got = self._from_ahead(buffer) or self._from_socket(buffer)
        self.count += got
        return got

    def _from_ahead(self, buffer: memoryview) -> int:
        piece, self._ahead = self._ahead[: len(buffer)], self._ahead[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def _from_socket(self, buffer: memoryview) -> int:
        left = self._deadline - self._clock()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left if self._silence is None else min(self._silence, left))
        return self._sock.recv_into(buffer)

    def response(self, method: str) -> http.client.HTTPResponse:
        """Read the head of an answer; ``HTTPResponse`` takes this for the socket."""
        response = http.client.HTTPResponse(cast("socket.socket", self), method=method)
        try:
            response.begin()
        except BaseException:
            response.close()
            raise
        return response

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Give a buffer over this; what one answer leaves in it is lost with it."""
        return io.BufferedReader(self)

    def close(self) -> None:
        """Stay open: an answer closes what it was read from, and the next one comes the same way."""
