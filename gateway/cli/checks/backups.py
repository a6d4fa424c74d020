"""The daily backup: whether there is one, when it was made last, and whether its keys are in it."""

import time
from collections.abc import Iterator
from typing import Final

from gateway.cli.checks.findings import NOTE, OK, WARNING, Finding
from gateway.config import Config
from gateway.errors import GatewayError
from gateway.service.overview import overview
from gateway.store import Store
from gateway.wording import ago

LATE: Final = 2 * 24 * 3600  # seconds


def backups(config: Config, store: Store) -> Iterator[Finding]:
    """Look when the last backup was made, and how."""
    try:
        seen = overview(store)
    except GatewayError:
        return  # said of the database
    done = seen.backed_up if config.backup_to else seen.backed_up_elsewhere
    since = time.time() - done[0] if done else None
    if not config.backup_to:
        when = f"the last one was made by hand {ago(int(since))}" if since is not None else "there is none"
        yield Finding(NOTE, "Backup", when, "set SYNC_BACKUP_TO and SYNC_BACKUP_PASSPHRASE for one a day")
        return
    if since is None or since > LATE:
        when = f"the last one was made {ago(int(since))}" if since is not None else "none was made yet"
        yield Finding(WARNING, "Backup", when, "see why: wristgate logs, or make one: wristgate backup")
    else:
        yield Finding(OK, "Backup", f"made {ago(int(since))} to {config.backup_to}")
    if not config.backup_passphrase:
        yield Finding(
            NOTE, "Backup", "the keys are not in it",
            "set SYNC_BACKUP_PASSPHRASE, or keep a copy of master.key elsewhere: nobody can read a backup without",
        )  # fmt: skip
