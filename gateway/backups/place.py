"""What backups need of the place where they lie. ``tests/contract/test_places.py`` holds every one to it."""

from collections.abc import Iterator
from typing import BinaryIO, Final, Protocol

PIECE: Final = 1024 * 1024  # bytes


class Place(Protocol):
    """Named objects that are written once and are whole or not there.

    Names are relative, with slashes. All methods raise ``Busy`` when the place cannot be reached or refuses, with a
    sentence that names it. No other process writes to it meanwhile.
    """

    name: str
    """How a person names the place."""

    def put(self, name: str, data: bytes | BinaryIO, *, new: bool = False) -> None:
        """Write an object; one that is there is replaced, or with ``new`` raises ``Conflicting``.

        A process that is killed leaves the object as it was before, or whole; what else it leaves, ``list`` does not
        show. It is on the disk after ``settle``.
        """

    def settle(self) -> None:
        """Return when all that was put is on the disk."""

    def pieces(self, name: str) -> Iterator[bytes]:
        """Read an object, about ``PIECE`` bytes at a time; raises ``NotFound``, at the first of them at the latest."""

    def list(self, folder: str) -> Iterator[tuple[str, int]]:
        """Give the names of all objects below a folder, with their bytes, in any order."""

    def remove(self, name: str) -> None:
        """Remove an object, if it is there."""


def read_all(place: Place, name: str) -> bytes:
    """Read an object whole; raises ``NotFound``, ``Busy``."""
    return b"".join(place.pieces(name))
