"""When what is done now and then was last done."""

from gateway.store.noun import Noun


class Chores(Noun):
    """Chores by name."""

    def last(self, name: str) -> tuple[int, str] | None:
        """Give when a chore was last finished and what it said, None: never."""
        row = self._row("select done, told from chores where name = :name", name=name)
        return (row[0], row[1]) if row else None

    def finished(self, name: str, told: str, now: int) -> None:
        """Note that a chore was finished."""
        self._run("insert or replace into chores values (:name, :now, :told)", name=name, now=now, told=told)
