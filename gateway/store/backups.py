"""The backups that were finished, and the master keys that it takes to read them."""

from collections.abc import Iterable

from gateway.store import jsontext
from gateway.store.noun import Noun


class Backups(Noun):
    """A list beside the backups themselves: they may lie on a disk that is in a drawer."""

    def add(self, place: str, name: str, time: int, keys: Iterable[str]) -> None:
        """Note a backup, before it is begun and when it is finished; ``keys`` are ids in hexadecimal."""
        self._run(
            "insert or replace into backups values (:place, :name, :time, :keys)",
            place=place, name=name, time=time, keys=jsontext.dumps(list(keys)),
        )  # fmt: skip

    def names(self, place: str) -> set[str]:
        """Give the backups of a place, as far as they are known."""
        return {row[0] for row in self._run("select name from backups where place = :place", place=place)}

    def remove(self, place: str, name: str) -> None:
        """Forget a backup that is no more."""
        self._run("delete from backups where place = :place and name = :name", place=place, name=name)

    def by_key(self) -> dict[bytes, tuple[str, ...]]:
        """Give of each master key the backups that need it, as place and name."""
        rows = self._run(
            """select k.value, b.place || '/' || b.name from backups b, json_each(b.keys) k
               order by k.value, b.time, b.name"""
        )
        found: dict[bytes, tuple[str, ...]] = {}
        for key, told in rows:
            found[bytes.fromhex(key)] = (*found.get(bytes.fromhex(key), ()), told)
        return found
