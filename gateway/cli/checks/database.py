"""The database: its schema, whether it is whole, and what its newest entry says of the clock."""

import time
from collections.abc import Iterator
from typing import Final

from gateway.cli.checks.findings import OK, PROBLEM, WARNING, Finding
from gateway.cli.context import other_release
from gateway.errors import GatewayError
from gateway.store import Store
from gateway.wording import counted, span

QUICK: Final = 5.0  # seconds for a look that is not deep
RELEASED: Final = 1_750_000_000  # no clock of ours was ever right before
AHEAD: Final = 120  # seconds that an entry may be newer than now
_FIRST: Final = "first see to the data folder and the disk; if both are well, restore the last backup"
_RESTORE: Final = "stop the gateway, copy the folder, and restore the last backup"


def database(store: Store, *, deep: bool) -> Iterator[Finding]:
    """Look into it; ``deep``: at all of it, however long that takes."""
    try:
        found, needed = store.look().schema()
        if found != needed:
            yield Finding(PROBLEM, "Schema", other_release(found, needed))
            return
        yield Finding(OK, "Schema", f"{found}, as this release needs it")
        yield _whole(store) if deep else _quick(store)
        yield _clock(store)
    except GatewayError as error:
        yield Finding(PROBLEM, "Database", error.message, _FIRST)


def _whole(store: Store) -> Finding:
    with store.read() as transaction:
        faults = transaction.health.faults()
    if faults:
        return Finding(PROBLEM, "Database", f"{counted(len(faults), 'fault')}: {faults[0]}", _RESTORE)
    return Finding(OK, "Database", "all of it is whole")


def _quick(store: Store) -> Finding:
    """Check table after table, each in a short read, as far as one gets in a few seconds."""
    until = time.monotonic() + QUICK
    with store.read() as transaction:
        tables = transaction.health.tables()
    for done, table in enumerate(tables):
        if time.monotonic() > until or (table == "contents" and done):
            return Finding(
                OK,
                "Database",
                f"the {done} tables that were looked at are whole; all {len(tables)}: wristgate doctor --deep",
            )
        with store.read() as transaction:
            faults = transaction.health.faults_in(table)
        if faults:
            return Finding(PROBLEM, "Database", f"{table} is damaged: {faults[0]}", _RESTORE)
    return Finding(OK, "Database", "is whole")


def _clock(store: Store) -> Finding:
    with store.read() as transaction:
        newest = max((transaction.journal.newest(project) for project in transaction.projects.all()), default=0)
    now = time.time()
    if now < RELEASED:
        return Finding(PROBLEM, "Clock", f"it says {time.strftime('%Y-%m-%d', time.gmtime(now))}", _SET)
    if newest > now + AHEAD:
        return Finding(WARNING, "Clock", f"the newest entry is {span(newest - now)} in the future", _SET)
    return Finding(OK, "Clock", "is not behind the newest entry")


_SET: Final = "set the clock: timedatectl set-ntp true"
