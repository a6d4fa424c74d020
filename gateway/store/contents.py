"""Immutable bytes by their SHA-256: small ones in the database, the place of large ones."""

from gateway.model import Content
from gateway.store.noun import Noun

INLINE = 128 * 1024  # bytes; up to here one transaction makes bytes and facts durable together
_HEX_DIGITS = 64  # of a SHA-256


class Contents(Noun):
    """The bytes that versions and refused uploads refer to."""

    def add(self, content: Content) -> bool:
        """Keep a content; False when the same bytes are there already."""
        self._run(
            """insert into contents (sha256, size, body, location) values (:sha256, :size, :body, :location)
               on conflict (sha256) do nothing""",
            sha256=content.sha256, size=content.size, body=content.body, location=content.location,
        )  # fmt: skip
        return self._changes() == 1

    def location(self, sha256: bytes) -> str | None:
        """Say where a large content lies; None: it is in the database."""
        row = self._row("select location from contents where sha256 = :sha256", sha256=sha256)
        return row[0] if row else None

    def names(self, place: str) -> bool:
        """Say whether a content lies at this place of the contents folder; what is still on its way in has no name."""
        digest = place.rpartition("/")[2].partition("-")[0]
        return len(digest) == _HEX_DIGITS and self.location(bytes.fromhex(digest)) == place

    def replace(self, sha256: bytes, lost: str, place: str) -> bool:
        """Say where a large content lies now whose file was lost; False: another place is known by now."""
        self._run(
            "update contents set location = :place where sha256 = :sha256 and location = :lost",
            sha256=sha256, lost=lost, place=place,
        )  # fmt: skip
        return self._changes() == 1

    def part(self, sha256: bytes, offset: int, length: int) -> bytes | None:
        """Read bytes of a small content; None when it is not in the database. A range past the end is cut."""
        row = self._row("select rowid from contents where sha256 = :sha256 and body is not null", sha256=sha256)
        if row is None:
            return None
        blob = self._connection.blob_open("main", "contents", "body", row[0], False)
        try:
            blob.seek(min(offset, blob.length()))
            return blob.read(length)
        finally:
            blob.close()

    def body(self, sha256: bytes) -> bytes | None:
        """Read a small content whole; None when it is not in the database."""
        row = self._row("select body from contents where sha256 = :sha256", sha256=sha256)
        return row[0] if row else None

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
