"""The base of the store's nouns."""

from collections.abc import Mapping
from typing import Any, Final

import apsw


class Noun:
    """One noun's statements on a connection; the transaction around them is the caller's."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection: Final = connection

    def _run(self, sql: str, **values: Any) -> apsw.Cursor:
        return self._connection.execute(sql, values)

    def _row(self, sql: str, **values: Any) -> tuple[Any, ...] | None:
        """First row, or None."""
        row: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
        return row

    def _rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """All rows, few enough for memory."""
        return self._connection.execute(sql, values).fetchall()

    def _value(self, sql: str, values: Mapping[str, Any]) -> Any:
        """First column of the one row that the statement always gives."""
        row = self._connection.execute(sql, values).fetchone()
        assert row is not None
        return row[0]

    def _changes(self) -> int:
        """Rows that the last statement changed."""
        return self._connection.changes()
