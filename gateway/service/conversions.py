"""Files in another format, or simplified to fit a watch: what is wanted, how it went, having it made.

A result is kept for the content and the parameters, so that its size and CRC-32 stay what a list has said as long as
the content is the newest of a file. A failure is kept for a day, then tried again: a later release may know better.
"""

import zlib
from typing import BinaryIO, Final

from gateway.contents import FileContents
from gateway.errors import UnsupportedType
from gateway.model import Conversion, Converted, FileEntry, FileType, Kind
from gateway.service.clock import Clock, unix_time
from gateway.service.converter import Converter
from gateway.service.ingest import FOLDERS
from gateway.service.kept import opened
from gateway.store import Store, Transaction, Write

SIMPLIFIED: Final = frozenset({FileType.GPX, FileType.TCX})
"""Types of which a file over the cap is offered with fewer points."""

RETRY_SECONDS: Final = 24 * 3600
VARIANTS: Final = 8  # numbers of points that are kept of one content
_CONVERTIBLE: Final = frozenset({Kind.ACTIVITY, Kind.COURSE, Kind.WAYPOINTS})


class Conversions:
    """Having contents converted."""

    def __init__(self, store: Store, contents: FileContents, converter: Converter, clock: Clock = unix_time) -> None:
        self._store = store
        self._contents = contents
        self._converter = converter
        self._clock = clock

    def make(self, conversion: Conversion) -> Write[None]:
        """Convert a content that is stored, now, in a process of its own; the write keeps the result or the failure."""
        with self._store.read() as transaction:
            content = opened(transaction, self._contents, conversion.source)
        if isinstance(content, bytes):
            return self.convert(conversion, content)
        with content:
            return self.convert(conversion, content)

    def convert(self, conversion: Conversion, source: bytes | BinaryIO) -> Write[None]:
        """Convert ``source``, the content, now; raises ``Busy`` while the gateway stops or the machine is too busy."""
        result = self._converter.run(source, conversion)
        now = self._clock()
        if isinstance(result, bytes):
            body, converted = result, Converted(len(result), zlib.crc32(result), now, now)
        else:
            body, converted = None, Converted(0, 0, now, now, result)

        def write(transaction: Transaction) -> None:
            transaction.conversions.add(conversion, converted, body)
            transaction.conversions.keep(conversion.source, VARIANTS)

        return write

    def find(self, conversion: Conversion) -> Converted | None:
        """Say how a conversion went; None: it was not tried, or it is time to try again."""
        with self._store.read() as transaction:
            return known(transaction, conversion, self._clock())

    def touch(self, conversion: Conversion) -> Write[None]:
        """Note that a result is in use."""
        now = self._clock()
        return lambda transaction: transaction.conversions.touch(conversion, now)


def known(transaction: Transaction, conversion: Conversion, now: int) -> Converted | None:
    """Say how a conversion went; None: it was not tried, or it is time to try again."""
    found = transaction.conversions.find(conversion)
    return None if found is None or (found.failure and found.made < now - RETRY_SECONDS) else found


def simplification(entry: FileEntry, cap: int) -> Conversion:
    """Give what makes a file over ``cap`` bytes fit a watch: the same type with fewer points."""
    return Conversion(entry.sha256, entry.type or "", 0, cap)


def conversion_of(entry: FileEntry, role: Kind | None, wanted: FileType, points: int, cap: int) -> Conversion:
    """Give the conversion that makes ``wanted`` of a file that is a ``role``; raises ``UnsupportedType``.

    A FIT file stays what it is. Of others an activity under ``/activities`` becomes one, and everything else a course:
    what lies among the routes is there to be followed.
    """
    if entry.type == FileType.JSON or role not in _CONVERTIBLE:
        raise UnsupportedType(f"this {(entry.type or 'file').upper()} has no track, it cannot become {wanted.upper()}")
    if wanted is not FileType.FIT:
        return Conversion(entry.sha256, wanted.value, points, cap)
    done = entry.type == FileType.FIT or entry.path.startswith(f"{FOLDERS[Kind.ACTIVITY]}/")
    return Conversion(entry.sha256, "activity" if done and role is Kind.ACTIVITY else "course", points, cap)
