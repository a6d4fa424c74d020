"""The backups that were finished, and the master keys that it takes to read them."""

import json

from gateway.store.noun import Noun


class Backups(Noun):
    """A list beside the backups themselves: they may lie on a disk that is in a drawer."""

    def add(self, place: str, name: str, time: int, keys: list[bytes]) -> None:
        """Note a finished backup."""
        self._run(
            "insert or replace into backups values (:place, :name, :time, :keys)",
            place=place, name=name, time=time, keys=json.dumps([key.hex() for key in keys]),
        )  # fmt: skip

    def has(self, place: str) -> bool:
        """Say whether a place has backups, as far as that is known."""
        return self._row("select 1 from backups where place = :place limit 1", place=place) is not None

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
