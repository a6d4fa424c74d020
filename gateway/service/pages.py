"""How much of what was found goes into one page: so many entries, and no more bytes of paths than a client can hold."""

from collections.abc import Iterable
from typing import Final

PAGE_BYTES: Final = 262_144


def fitting(paths: Iterable[str], limit: int) -> int:
    """Count the first paths that fit, one at least, ``limit`` at most."""
    count = size = 0
    for path in paths:
        size += len(path.encode())
        if count == limit or (count and size > PAGE_BYTES):
            break
        count += 1
    return count
