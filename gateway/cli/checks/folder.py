"""The data folder and the disk that it lies on."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway.cli.checks.findings import OK, PROBLEM, WARNING, Finding
from gateway.cli.premises import disk
from gateway.config import Config
from gateway.wording import size

OTHERS: Final = 0o077
LEAST: Final = 100 * 1024 * 1024  # bytes free
LOW: Final = 500 * 1024 * 1024
LEAST_INODES: Final = 1000
LONG_WAL: Final = 64 * 1024 * 1024  # bytes; it is written back at 16 MB


def readable_by_others(path: Path) -> bool:
    """Say whether a file that is there can be read or changed by others than its user."""
    try:
        return bool(path.stat().st_mode & OTHERS)
    except FileNotFoundError:
        return False


def permissions(config: Config, database: Path) -> Iterator[Finding]:
    """Look who may read and write the data."""
    folder = config.data_dir
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            PROBLEM, "Data folder", f"{folder} cannot be written", "let the gateway's user write there: chown"
        )
    elif folder.stat().st_mode & OTHERS:
        yield Finding(WARNING, "Data folder", f"others can look into {folder}", f"chmod 700 {folder}")
    elif readable_by_others(database):
        yield Finding(WARNING, "Data folder", f"others can read {database}", f"chmod 600 {database}")
    else:
        yield Finding(OK, "Data folder", f"{folder.absolute()} is this user's alone")
    if config.drop_dir is not None and not os.access(config.drop_dir, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            PROBLEM, "Drop folder", f"{config.drop_dir} is missing, or cannot be read and written",
            "make it, and let the gateway's user in, see Drop folder in docs/operating.md",
        )  # fmt: skip


def space(config: Config, database: Path) -> Iterator[Finding]:
    """Look at room on the disk, and at the log of newest changes."""
    free, whole = disk(config.data_dir)
    about = os.statvfs(config.data_dir)
    if about.f_files and about.f_favail < LEAST_INODES:
        yield Finding(
            PROBLEM,
            "Disk",
            f"there is room for {about.f_favail:,} more files only (inodes)",
            "remove small files there",
        )
    elif free < LOW:
        level = PROBLEM if free < LEAST else WARNING
        freeing = "make room: wristgate disk-usage, wristgate cleanup --older-than 7d"
        yield Finding(level, "Disk", f"{size(free)} of {size(whole)} are free", freeing)
    else:
        yield Finding(OK, "Disk", f"{size(free)} of {size(whole)} are free")
    wal = database.with_name(f"{database.name}-wal")
    length = wal.stat().st_size if wal.exists() else 0
    if length > LONG_WAL:
        yield Finding(
            WARNING, "Newest changes", f"{size(length)} wait in {wal.name} to be moved into the database",
            "restart the gateway; if that does not help, look for a program that keeps the database open",
        )  # fmt: skip
    else:
        yield Finding(OK, "Newest changes", f"{size(length)} beside the database")
