"""Contents in another format or simplified, by what they were made from and how."""

from typing import Final

from gateway.model import Conversion, Converted
from gateway.store import jsontext
from gateway.store.noun import SealingNoun

_KEY: Final = "source = :source and target = :target and points = :points and cap = :cap"


class Conversions(SealingNoun):
    """What conversions have given; a failed one is remembered too."""

    def find(self, conversion: Conversion) -> Converted | None:
        """Say how a conversion went; None: it was not tried."""
        row = self._row(f"select size, crc32, made, used, failure from conversions where {_KEY}", **_values(conversion))
        if row is None:
            return None
        failure = jsontext.loads(row[4]) if row[4] else None
        return Converted(row[0] or 0, row[1] or 0, row[2], row[3], tuple(failure) if failure else None)

    def part(self, conversion: Conversion, offset: int, length: int) -> bytes | None:
        """Read bytes of what a conversion gave; None when it is not there."""
        row = self._row(
            f"select id, typeof(key) <> 'null' from conversions where {_KEY} and body is not null",
            **_values(conversion),
        )
        return self._blob_part("conversions", row[0], offset, length, sealed=row[1]) if row else None

    def add(self, conversion: Conversion, converted: Converted, body: bytes | None) -> None:
        """Keep a result or a failure; a result that is there stays as it is."""
        if self._row(f"select 1 from conversions where {_KEY} and body is not null", **_values(conversion)):
            return
        sealed, key = self._seal(body) if body is not None else (None, None)
        self._run(
            """insert or replace into conversions
                   (source, target, points, cap, made, used, crc32, size, failure, body, key)
               values (:source, :target, :points, :cap, :made, :used, :crc32, :size, :failure, :body, :key)""",
            **_values(conversion), made=converted.made, used=converted.used, crc32=converted.crc32,
            size=converted.size, failure=jsontext.dumps(converted.failure) if converted.failure else None, body=sealed,
            key=key,
        )  # fmt: skip

    def touch(self, conversion: Conversion, now: int) -> None:
        """Note that a result was asked for."""
        self._run(f"update conversions set used = :now where {_KEY}", now=now, **_values(conversion))

    def newest(self) -> int:
        """Give a number that grows with every result or failure."""
        number: int = self._value("select coalesce(max(id), 0) from conversions", {})
        return number

    def keep(self, source: bytes, most: int) -> None:
        """Keep of the results for a number of points only the ``most`` that were asked for last."""
        self._run(
            """delete from conversions where id in (select id from conversions where source = :source and points > 0
               order by used desc, id desc limit -1 offset :most)""",
            source=source, most=most,
        )  # fmt: skip

    def expire(self, before: int, idle: int) -> None:
        """Forget what is no file's head and not used since ``before``, and numbers of points not used since ``idle``.

        The rest stays as long as its content is the head of a file: a list has told its size.
        """
        self._run("delete from conversions where points > 0 and used < :idle", idle=idle)
        self._run(
            """delete from conversions where used < :before
               and not exists (select 1 from files f where f.sha256 = conversions.source and f.deleted is null)""",
            before=before,
        )


def _values(conversion: Conversion) -> dict[str, object]:
    return {
        "source": conversion.source, "target": conversion.target, "points": conversion.points, "cap": conversion.cap,
    }  # fmt: skip
