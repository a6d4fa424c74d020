"""Cursors of the journal: where a reader is, in words that only the gateway has to understand.

A cursor says the project's epoch, which a restore renews, the entry up to which its reader knows everything, and that
entry's mark, by which another history at the same place is told: whoever puts back an old database without a word to
the gateway makes old cursors void, never short. While the tree is being read for the first time it says also where in
the tree its reader is.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from gateway.errors import BadRequest

_FORM: Final = re.compile(r"([a-z2-7]{12})\.([0-9]{1,15})\.([0-9a-f]{16})?(?:\.(/.*))?", re.DOTALL)
_LONGEST: Final = 12_000  # characters


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a reader is. ``start``: the folded path from which on the tree has not been read; None: all of it has."""

    epoch: str
    seq: int
    mark: str
    start: str | None = None

    def encode(self) -> str:
        """Give the text for clients."""
        place = "" if self.start is None else f".{self.start}"
        plain = f"{self.epoch}.{self.seq}.{self.mark}{place}"
        return urlsafe_b64encode(plain.encode()).rstrip(b"=").decode()


def decode(text: str) -> Cursor:
    """Read a cursor; raises ``BadRequest`` for what no gateway has given."""
    try:
        plain = urlsafe_b64decode(text[:_LONGEST] + "=" * (-len(text) % 4)).decode()
    except ValueError:
        raise BadRequest("cursor: is not one that the gateway gave") from None
    match = _FORM.fullmatch(plain)
    if match is None:
        raise BadRequest("cursor: is not one that the gateway gave")
    return Cursor(match[1], int(match[2]), match[3] or "", match[4])
