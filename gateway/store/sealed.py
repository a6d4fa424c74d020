"""Which master keys the database's bodies and the large contents are sealed with, and sealing them anew."""

from dataclasses import dataclass
from typing import Final

from gateway.errors import Damaged, KeyMissing
from gateway.store import jsontext
from gateway.store.noun import SealingNoun

_HAS_BYTES: Final = {
    "contents": "true", "conversions": "body is not null", "upload_parts": "true", "track_rows": "true",
}  # fmt: skip
_TABLES: Final = tuple(_HAS_BYTES)
_OTHERS: Final = ("is null", "< :key", "> :key")


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A large content whose file is not sealed with the newest key; ``key`` None: it is not sealed."""

    sha256: bytes
    size: int
    location: str
    key: bytes | None


class Sealed(SealingNoun):
    """All that is sealed."""

    def keys(self) -> set[bytes]:
        """Give the ids of all keys with which something is sealed."""
        found = {row[0] for table in _TABLES[1:] for row in self._run(f"select distinct key from {table}")}
        # from key to key through the index: contents may be many
        rows = self._run(
            """with recursive found (key) as (
                   select min(key) from contents
                   union all select (select min(key) from contents where key > found.key) from found
                       where found.key is not null)
               select key from found"""
        )
        return (found | {row[0] for row in rows}) - {None}

    def counts(self) -> list[tuple[bytes | None, int, int]]:
        """Give of each key, None for what is not sealed, the contents and their bytes."""
        rows = self._run("select key, count(*), sum(size) from contents group by key")
        return [(row[0], row[1], row[2]) for row in rows]

    def behind(self) -> int:
        """Count what is sealed with no key or with another than the newest."""
        newest = self._keyring.current.id
        return sum(
            int(self._value(f"select count(*) from {table} where key {other} and {_HAS_BYTES[table]}", {"key": newest}))
            for table in _TABLES
            for other in _OTHERS
        )

    def reseal(self, rows: int, most: int, broken: set[tuple[str, int]]) -> int:
        """Seal with the newest key up to so many bodies, of about ``most`` bytes; gives their number, 0: none is left.

        What they were leaves nothing behind in the database's file. Those that cannot be opened are left as they are,
        and noted in ``broken``; those that are in it are passed over.
        """
        newest = self._keyring.current.id
        self._run("pragma secure_delete = on")
        done = size = 0
        for table in _TABLES:
            for rowid, body, old in self._behind(table, newest, rows - done, broken):
                try:
                    sealed, key = self._seal(self._unsealed(body, old))
                except (Damaged, KeyMissing):
                    broken.add((table, rowid))
                    continue
                self._run(
                    f"update {table} set body = :body, key = :key where rowid = :rowid",
                    body=sealed, key=key, rowid=rowid,
                )  # fmt: skip
                done, size = done + 1, size + len(body)
                if size > most:
                    return done
        return done

    def _behind(
        self, table: str, newest: bytes, limit: int, broken: set[tuple[str, int]]
    ) -> list[tuple[int, bytes, bytes | None]]:
        """Find bodies that are sealed with no key or with another."""
        sql = " union all ".join(
            f"""select rowid, body, key from {table} where key {other} and body is not null
                and rowid not in (select value from json_each(:broken))"""
            for other in _OTHERS
        )
        skip = jsontext.dumps([rowid for place, rowid in broken if place == table])
        rows = self._run(f"{sql} limit :limit", key=newest, limit=limit, broken=skip)
        return [(row[0], row[1], row[2]) for row in rows]

    def files(self, limit: int, after: bytes = b"") -> list[SealedFile]:
        """List large contents behind a SHA-256 whose files are sealed with no key or another than the newest one."""
        rows = self._run(
            """select sha256, size, location, key from contents
               where location is not null and key is not :key and sha256 > :after order by sha256 limit :limit""",
            key=self._keyring.current.id, after=after, limit=limit,
        )  # fmt: skip
        return [SealedFile(*row) for row in rows]
