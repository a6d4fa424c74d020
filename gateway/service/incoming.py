"""One body on its way in, of any length: a small one stays in memory, a longer one goes to the disk as it comes.

Who begins one ends it with ``finish`` or ``abort``, and what was finished with ``settle``, after the write that was to
keep it, or with ``discard`` where there is none. Used by one thread at a time.
"""

import hashlib
import io
import zlib
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Protocol

from gateway.contents import FileContents, Receiving
from gateway.errors import Busy, TooLarge
from gateway.model import Content
from gateway.store import INLINE, Store

_CHUNK: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """A whole body. Nothing in the database names it until a write adds its ``content``."""

    content: Content
    _contents: FileContents
    freed: list[str] = field(default_factory=list)
    """Places of contents that nobody needs any more once the write that was to use it is committed."""

    @property
    def data(self) -> bytes | None:
        """The bytes of a small body; None: it lies on the disk."""
        return self.content.body

    def open(self) -> BinaryIO:
        """Open the body for reading from its beginning; it can be sought in."""
        if self.content.location is None:
            return io.BytesIO(self.content.body or b"")
        return self._contents.open(self.content.location)

    def head(self, length: int) -> bytes:
        """Give the first bytes."""
        with self.open() as source:
            return source.read(length)

    def discard(self) -> None:
        """Remove the body from the disk: no write has used it, and none will."""
        if self.content.location is not None:
            self._contents.remove_all([self.content.location])

    def settle(self, store: Store) -> None:
        """Remove the body from the disk unless the database names this very place, and what its write has let go.

        To be called once the write that was to use it has been committed or has failed. A duplicate of what is there,
        or the body of a write that failed, leaves nothing behind.
        """
        if self.freed:
            with store.read() as transaction:
                gone = [place for place in self.freed if not transaction.contents.names(place)]
            self._contents.remove_all(gone)
        if self.content.location is None:
            return
        with store.read() as transaction:
            named = transaction.contents.location(self.content.sha256)
        there = named is not None and self._contents.has(named)
        if named == self.content.location:
            if not there:
                raise Busy("the file was lost on its way, send it again")
        elif named is None or there:
            self.discard()
        else:  # its row is of a restored database, or of a crash: what has come now is all that there is
            self._take_over(store, named)

    def _take_over(self, store: Store, lost: str) -> None:
        """Have the database name this place where the one that it names is empty."""
        content = self.content
        if not store.write(lambda transaction: transaction.contents.replace(lost, content)).result():
            self.discard()


class Incoming:
    """A body that comes piece by piece, of at most ``most`` bytes. However long, it takes 128 KB of memory and a piece.

    All methods but ``abort`` may raise, ``TooLarge`` or, when the disk refuses, ``Busy``; nothing is left behind then.
    """

    def __init__(self, contents: FileContents, most: int) -> None:
        self._contents = contents
        self._most = most
        self._small = bytearray()
        self._large: Receiving | None = None

    @property
    def size(self) -> int:
        """How many bytes have come."""
        return self._large.size if self._large else len(self._small)

    def expect(self, size: int) -> None:
        """Raise ``TooLarge`` for a body of more than it may have."""
        if size > self._most:
            self.abort()
            raise TooLarge(f"the file is over the limit of {readable(self._most)}")

    def write(self, chunk: bytes) -> None:
        """Append bytes."""
        size = self.size + len(chunk)
        self.expect(size)
        if self._large is None and size > INLINE:
            self._large = self._contents.begin()
            self._large.write(bytes(self._small))
            self._small = bytearray()
        if self._large is None:
            self._small += chunk
        else:
            self._large.write(chunk)

    def finish(self) -> Received:
        """Give the whole body; a long one is on the disk from now on."""
        content = self._large.finish() if self._large else content_of(bytes(self._small))
        return Received(content, self._contents)

    def abort(self) -> None:
        """Forget what has come; does nothing to a body that is finished."""
        self._small = bytearray()
        if self._large:
            self._large.abort()


def content_of(data: bytes) -> Content:
    """Describe bytes that are to lie in the database."""
    return Content(hashlib.sha256(data).digest(), len(data), zlib.crc32(data), body=data)


class Readable(Protocol):
    """Something that gives its bytes piece by piece, nothing at its end."""

    def read(self, size: int, /) -> bytes:
        """Give at most ``size`` bytes."""


def receive_all(source: Readable, incoming: Incoming) -> Received:
    """Take a body from a source that has it all, a quarter of a megabyte at a time."""
    try:
        while chunk := source.read(_CHUNK):
            incoming.write(chunk)
        return incoming.finish()
    except BaseException:
        incoming.abort()
        raise


def readable(size: int) -> str:
    """Say a limit in the largest unit of which it has one at least."""
    for unit, name in ((1 << 20, "MB"), (1 << 10, "KB")):
        if size >= unit:
            return f"{size // unit} {name}"
    return f"{size} bytes"
