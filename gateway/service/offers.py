"""What a device gets of a file: its bytes, or what a conversion makes of them."""

from dataclasses import dataclass, replace
from typing import Final

from gateway.model import Conversion, FileEntry
from gateway.service.conversions import known, simplification
from gateway.service.converter import error_of
from gateway.store import Transaction

USED_EVERY: Final = 24 * 3600  # seconds between two notes that a conversion is in use


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that a device may read; ``crc32`` is of the whole.

    ``file.size`` and ``crc32`` are those of what ``conversion`` gives, where there is one; it has to be made first
    unless it is ``ready``. ``news``: that it is in use has to be written down.
    """

    file: FileEntry
    crc32: int
    conversion: Conversion | None = None
    ready: bool = True
    news: bool = False


def as_offered(transaction: Transaction, entry: FileEntry, cap: int) -> FileEntry:
    """Give a file that waits with the size of what is offered of it."""
    if entry.size <= cap:
        return entry
    found = transaction.conversions.find(simplification(entry, cap))
    return replace(entry, size=found.size) if found else entry


def fits(transaction: Transaction, entry: FileEntry, cap: int) -> bool:
    """Say whether a file fits a watch, as it is or with fewer points."""
    if entry.size <= cap:
        return True
    found = transaction.conversions.find(simplification(entry, cap))
    return found is not None and found.failure is None


def converted(transaction: Transaction, entry: FileEntry, conversion: Conversion, now: int) -> Offer:
    """Offer what a conversion makes of a file, ready or not; raises why that is impossible."""
    found = known(transaction, conversion, now)
    if found is None:
        return Offer(entry, 0, conversion, ready=False)
    if found.failure is not None:
        raise error_of(found.failure)
    return Offer(replace(entry, size=found.size), found.crc32, conversion, news=abs(now - found.used) > USED_EVERY)
