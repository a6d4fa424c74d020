"""Immutable bytes by their SHA-256: small ones in the database, sealed; the place of large ones."""

from collections.abc import Iterator
from typing import Final

from gateway.errors import Busy
from gateway.model import Content
from gateway.sealing import unsealed
from gateway.store.noun import SealingNoun

INLINE = 128 * 1024  # bytes; up to here one transaction makes bytes and facts durable together
_HEX_DIGITS = 64  # of a SHA-256


# Whether it is null stands in the row's head; its value lies behind the body, and would cost five times the look-up.
_IS_SEALED: Final = "typeof(key) <> 'null'"


class Contents(SealingNoun):
    """The bytes that versions and refused uploads refer to."""

    def add(self, content: Content) -> bool:
        """Keep a content; False when the same bytes are there already. Raises ``Busy`` for a key that was dropped."""
        body, key = content.body, content.key
        if body is not None:
            body, key = self._seal(body)
        else:
            self._check(key)
        self._run(
            """insert into contents (sha256, size, body, location, key) values (:sha256, :size, :body, :location, :key)
               on conflict (sha256) do nothing""",
            sha256=content.sha256, size=content.size, body=body, location=content.location, key=key,
        )  # fmt: skip
        return self._changes() == 1

    def location(self, sha256: bytes) -> str | None:
        """Say where a large content lies; None: it is in the database."""
        row = self._row("select location from contents where sha256 = :sha256", sha256=sha256)
        return row[0] if row else None

    def places(self) -> Iterator[str]:
        """Give the places of all large contents."""
        for row in self._run("select location from contents where location is not null"):
            yield row[0]

    def names(self, place: str) -> bool:
        """Say whether a content lies at this place of the contents folder; what is still on its way in has no name."""
        digest = place.rpartition("/")[2].partition("-")[0]
        return len(digest) == _HEX_DIGITS and self.location(bytes.fromhex(digest)) == place

    def replace(self, lost: str, content: Content) -> bool:
        """Say where a large content lies now whose file was lost; False: another place is known by now.

        Raises ``Busy`` for a key that was dropped.
        """
        self._check(content.key)
        self._run(
            "update contents set location = :place, key = :key where sha256 = :sha256 and location = :lost",
            sha256=content.sha256, lost=lost, place=content.location, key=content.key,
        )  # fmt: skip
        return self._changes() == 1

    def _check(self, key: bytes | None) -> None:
        """See that what was sealed outside of this transaction has a key that is still there; none can go meanwhile."""
        if key is not None and not self._keyring.knows(key):
            raise Busy("the gateway's master key has changed meanwhile, send the file again")

    def part(self, sha256: bytes, offset: int, length: int) -> bytes | None:
        """Read bytes of a small content; None when it is not in the database. A range past the end is cut.

        Raises ``KeyMissing``, ``Damaged``.
        """
        row = self._row(
            f"select rowid, {_IS_SEALED} from contents where sha256 = :sha256 and body is not null", sha256=sha256
        )
        return self._blob_part("contents", row[0], offset, length, sealed=row[1]) if row else None

    def body(self, sha256: bytes) -> bytes | None:
        """Read a small content whole; None when it is not in the database. Raises ``KeyMissing``, ``Damaged``."""
        row = self._row(f"select body, {_IS_SEALED} from contents where sha256 = :sha256", sha256=sha256)
        if row is None or row[0] is None:
            return None
        return unsealed(self._keyring, row[0]) if row[1] else bytes(row[0])

    def collect(self, sha256: bytes) -> str | None:
        """Drop a content that nothing refers to any more; gives the place of its file, if it has one."""
        row = self._row(
            """delete from contents where sha256 = :sha256
               and not exists (select 1 from versions where sha256 = :sha256)
               and not exists (select 1 from rejected where sha256 = :sha256)
               returning location""",
            sha256=sha256,
        )
        return row[0] if row else None
