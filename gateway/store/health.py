"""Whether the database can be written, and whether it is whole."""

from collections.abc import Iterable

from gateway.store.noun import Noun


class Health(Noun):
    """The row that is written to see whether writing works, and SQLite's own checks."""

    def touch(self) -> None:
        """Write it."""
        self._run("update health set checked = checked + 1")

    def tables(self) -> list[str]:
        """List the tables that can be checked by themselves, those with contents last."""
        rows = self._run("select name from sqlite_schema where type = 'table' and rootpage > 0 order by name")
        return sorted((row[0] for row in rows), key=lambda name: name in {"contents", "conversions"})

    def faults_in(self, table: str) -> list[str]:
        """Say what is wrong with the pages of a table and its indexes; nothing, where all is well."""
        return _faults(self._run("select * from pragma_quick_check(:table)", table=table))

    def faults(self) -> list[str]:
        """Say what is wrong with the whole database, rows against indexes and references too; this takes long."""
        lost = self._run('select "table", count(*) from pragma_foreign_key_check group by 1')
        return _faults(self._run("pragma integrity_check(20)")) + [
            f"{row[1]} rows of {row[0]} lead nowhere" for row in lost
        ]


def _faults(rows: Iterable[tuple[object, ...]]) -> list[str]:
    return [str(row[0]) for row in rows if row[0] != "ok"]
