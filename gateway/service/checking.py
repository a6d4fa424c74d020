"""Looking into files: small ones at once, longer ones in a process of its own, very long ones not at all."""

from typing import Final

from gateway import formats
from gateway.errors import Busy, FormatError, UnknownFormat
from gateway.model import Checked, Content, Conversion, Summary
from gateway.service import converting, summaries
from gateway.service.converter import Converter, error_of
from gateway.service.firstbytes import HEAD, claims, shows
from gateway.service.incoming import Received, content_of

AT_ONCE: Final = 1024 * 1024  # bytes that are read in the calling thread; they take some tens of milliseconds
READABLE: Final = 32 * 1024 * 1024  # bytes; what is longer is kept without a look inside

_SUMMARY: Final = Conversion(b"", converting.SUMMARY, 0, 0)
_UNREADABLE: Final = frozenset({"too_slow", "too_much_memory", "failed"})
"""What the process says when it could not read a file to its end; whether that is correct, nobody knows."""


def check(data: bytes, name: str) -> Checked:
    """Read a small file whole; raises ``FormatError``, ``UnknownFormat``.

    Content decides the type. One contradiction is an error: JSON that calls itself a track is some service's answer
    that was saved in a track's place.
    """
    summary = formats.read(data)
    formats.check_name(summary.type, name)
    return Checked(content_of(data), summary)


def check_any(data: bytes, name: str) -> Checked:
    """Read any bytes: what shows that it is of a known type and is not correct is damaged, anything else a document."""
    try:
        return check(data, name)
    except FormatError as error:
        return _kept(content_of(data), name, data[:HEAD], error)


def _kept(content: Content, name: str, head: bytes, error: FormatError) -> Checked:
    """Take what could not be read for what its name and its first bytes show."""
    return Checked(content, None, damaged=error.message if shows(name.rpartition("/")[2], head) else None)


class Checker:
    """Reads what has come in, in the calling thread, which may wait a minute for its turn at the ``converter``.

    At most a megabyte of a file is ever in this process. A file over 32 MB, and one that takes more time or memory
    than the other process has, is not read: it has no summary.
    """

    def __init__(self, converter: Converter) -> None:
        self._converter = converter

    def check(self, received: Received, name: str) -> Checked:
        """Read a file that is to be a correct one, as the function ``check`` does.

        Raises ``FormatError``, ``UnknownFormat``, and ``Busy`` when a long file cannot be read now.
        """
        summary = self._summary(received, name)
        if summary is not None:
            formats.check_name(summary.type, name)
        return Checked(received.content, summary)

    def check_any(self, received: Received, name: str) -> Checked:
        """Read any file, as the function ``check_any`` does; what cannot be read now is kept without a summary."""
        try:
            return self.check(received, name)
        except Busy:
            return Checked(received.content, None)
        except FormatError as error:
            return _kept(received.content, name, received.head(HEAD), error)

    def _summary(self, received: Received, name: str) -> Summary | None:
        """Sum a file up; None: nobody has looked inside."""
        if received.data is not None:
            return formats.read(received.data)
        if received.content.size > READABLE:
            return None
        with received.open() as source:
            if received.content.size <= AT_ONCE:
                return formats.read(source.read())
            head = source.read(HEAD)
        if not claims(name, head):
            _seems_readable(head)
        return self._elsewhere(received)

    def _elsewhere(self, received: Received) -> Summary | None:
        """Have the file read by a process of its own."""
        with received.open() as source:
            result = self._converter.run(source, _SUMMARY)
        if isinstance(result, bytes):
            return summaries.retold(result)
        if result[0] in _UNREADABLE:
            return None
        raise UnknownFormat if result[0] == "unknown_format" else error_of(result)


def _seems_readable(head: bytes) -> None:
    """Raise ``UnknownFormat`` for what shows by its first bytes that it is none of our types: a photo, a video."""
    try:
        formats.detect(head)
    except UnknownFormat:
        raise
    except FormatError:  # what the file says further on decides
        return
