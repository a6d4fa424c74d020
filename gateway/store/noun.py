"""The bases of the store's nouns."""

from collections.abc import Mapping
from typing import Any, Final

import apsw

from gateway.sealing import Keyring, read_part, seal, unsealed


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


class SealingNoun(Noun):
    """A noun whose rows have a ``body`` that is sealed, and ``key``, the id of its master key; null: it is as it came.

    All of its methods that read a body raise ``KeyMissing`` and ``Damaged``.
    """

    def __init__(self, connection: apsw.Connection, keyring: Keyring) -> None:
        super().__init__(connection)
        self._keyring: Final = keyring

    def _seal(self, body: bytes) -> tuple[bytes, bytes]:
        """Seal a body; gives it with the id of the key."""
        key = self._keyring.current
        return seal(key, body), key.id

    def _unsealed(self, body: bytes, key: bytes | None) -> bytes:
        return body if key is None else unsealed(self._keyring, body)

    def _blob_part(self, table: str, rowid: int, offset: int, length: int, *, sealed: bool) -> bytes:
        """Read bytes of a body without the rest of it; a range past the end is cut."""
        blob = self._connection.blob_open("main", table, "body", rowid, False)
        try:

            def read(offset: int, length: int) -> bytes:
                blob.seek(min(offset, blob.length()))
                return blob.read(length)

            if not sealed:
                return read(offset, length)
            return read_part(self._keyring, read, blob.length(), offset, length)
        finally:
            blob.close()
