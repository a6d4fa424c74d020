"""The copy of the database that is made before an upgrade, for whoever wants to go back.

``before-schema-7.db`` is what the release before schema 7 has left. It is the only thing that an upgrade needs room
for, and goes with the first clean-up after ``KEEP``.
"""

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

import apsw

from gateway.errors import Busy
from gateway.secretfile import sync_folder
from gateway.store.database import newest, version
from gateway.store.snapshot import copy

KEEP: Final = 30 * 24 * 3600  # seconds
_COPY: Final = re.compile(r"before-schema-[0-9]+\.db", re.ASCII)


def keep_copy(connection: apsw.Connection, folder: Path) -> None:
    """Copy a database that has data and an older schema; raises ``Busy`` where there is no room.

    Of two processes that upgrade at once the first one's copy counts: the second may see the new schema already.
    """
    old, target = version(connection), folder / f"before-schema-{newest()}.db"
    if not 0 < old < newest() or target.exists():
        return
    temporary = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        temporary.unlink(missing_ok=True)
        copy(connection, temporary)
        if _schema_of(temporary) == old:
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.replace(target)
            sync_folder(folder)
    except (apsw.Error, OSError) as error:
        raise Busy(
            f"the data cannot be upgraded: {folder} has no room for a copy of its database, which is made first"
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def forget_copies(folder: Path, now: float) -> None:
    """Remove copies older than ``KEEP``."""
    for path in folder.iterdir():
        with suppress(OSError):
            if _COPY.fullmatch(path.name) and path.stat().st_mtime < now - KEEP:
                path.unlink()


def _schema_of(path: Path) -> int:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return version(connection)
    finally:
        connection.close()
