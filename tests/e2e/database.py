"""A look into the database of a gateway that has stopped: what must hold whatever happened to it."""

import hashlib
import zlib
from pathlib import Path

import apsw

from gateway.contents import FileContents
from gateway.sealing import FILE, Keyring, unsealed
from tests.keys import KEYRING

KEPT = 10
"""Versions that no clean-up takes, unless the gateway is told to keep fewer."""


def assert_sound(data: Path) -> None:
    """Hold the database against what the architecture promises of journal, tree, versions and contents."""
    connection = apsw.Connection(
        f"file:{data / 'wristgate.db'}?mode=ro", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    )
    try:
        assert connection.execute("pragma integrity_check").get == "ok"
        assert connection.execute("pragma foreign_key_check").get is None
        _journal_has_no_gaps(connection)
        keyring = Keyring.in_folder(data) if (data / FILE).exists() else KEYRING
        _versions_have_their_content(connection, FileContents(data / "contents", keyring), keyring)
        _tree_is_what_the_journal_says(connection)
        _parts_are_whole(connection, keyring)
        _recordings_are_what_the_index_says(connection)
    finally:
        connection.close()


def count(data: Path, table: str) -> int:
    """The number of rows of a table."""
    connection = apsw.Connection(str(data / "wristgate.db"), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return int(connection.execute(f"select count(*) from {table}").get)
    finally:
        connection.close()


def _journal_has_no_gaps(connection: apsw.Connection) -> None:
    for project, last in connection.execute("select id, seq from projects"):
        rows = connection.execute("select seq from journal where project = ? order by seq", (project,))
        assert [row[0] for row in rows] == list(range(1, last + 1))


def _versions_have_their_content(connection: apsw.Connection, contents: FileContents, keyring: Keyring) -> None:
    rows = connection.execute(
        """select v.file, v.n, v.sha256, v.size, v.crc32, c.body, c.size, c.location from versions v
           left join contents c on c.sha256 = v.sha256"""
    )
    for file, number, digest, size, crc32, inline, stored, location in rows:
        assert inline is not None or location is not None, (file, number)
        body = unsealed(keyring, inline) if location is None else b"".join(contents.chunks(location))
        assert hashlib.sha256(body).digest() == digest
        assert (len(body), stored, zlib.crc32(body)) == (size, size, crc32)


def _tree_is_what_the_journal_says(connection: apsw.Connection) -> None:
    told = """select entity_id, json_extract(payload, '$.version'), json_extract(payload, '$.sha256')
              from journal where action = 'put' order by 1, 2"""
    kept = set(connection.execute("select file, n, lower(hex(sha256)) from versions"))
    purged = {row[0] for row in connection.execute("select entity_id from journal where action = 'purge'")}
    told = [row for row in connection.execute(told) if row[0] not in purged]
    newest = {file: number for file, number, _ in told}
    assert kept <= set(told)
    assert all(number <= newest[file] - KEPT for file, number, _ in set(told) - kept)  # clean-up took the others
    heads = "select id, head, sha256 from files order by 1"
    newest = "select file, max(n), sha256 from versions group by file order by 1"
    assert connection.execute(heads).fetchall() == connection.execute(newest).fetchall()


def _parts_are_whole(connection: apsw.Connection, keyring: Keyring) -> None:
    for table, have, parts in (
        ("uploads", "have", "upload_parts"),
        ("tracks", "have * json_array_length(columns) * 4", "track_rows"),
    ):
        for token, nonce, size in connection.execute(f"select token, nonce, {have} from {table}").fetchall():
            rows = connection.execute(f"select body from {parts} where token = ? and nonce = ?", (token, nonce))
            assert sum(len(unsealed(keyring, row[0])) for row in rows) == size


def _recordings_are_what_the_index_says(connection: apsw.Connection) -> None:
    told = "select source, start, distance from recordings union select file, start, distance from activities"
    files = "select count(*) from activities"
    summaries = "select count(*) from records where type = 'act'"
    assert (
        connection.execute(f"select count(*) from ({told})").get
        == connection.execute(f"select ({files}) + ({summaries})").get
    )
