"""What backups need of the place where they lie. ``tests/contract/test_places.py`` holds every one to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol

from gateway.errors import Damaged

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

    def list(self, folder: str) -> "Iterator[Listed]":
        """Give all objects below a folder, in any order."""

    def remove(self, name: str) -> None:
        """Remove an object, if it is there; it is gone for good after ``settle``."""

    def tidy(self, before: float) -> None:
        """Remove what was being written before a moment (Unix seconds) and never came to its end."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An object at a place: its name, its bytes, and when it was written (Unix seconds)."""

    name: str
    size: int
    time: float


def read_all(place: Place, name: str, most: int) -> bytes:
    """Read an object of at most so many bytes; raises ``NotFound``, ``Busy``, and ``Damaged`` for a longer one."""
    data = bytearray()
    for piece in place.pieces(name):
        data += piece
        if len(data) > most:
            raise Damaged
    return bytes(data)
