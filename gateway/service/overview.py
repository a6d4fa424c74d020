"""What an operator wants to know first."""

from dataclasses import dataclass
from typing import Final

from gateway.model import PairedDevice
from gateway.store import Store
from gateway.store.census import Counts, Kept

BACKUP: Final = "backup"
"""The chore of making the daily backup, by which it is noted when one was finished."""
BACKUP_ELSEWHERE: Final = "backup elsewhere"
"""The same of backups that somebody makes to other places."""
VERIFY: Final = "verify"
"""The chore of reading the whole data folder back, which somebody does by hand."""
ALL_WELL: Final = "all is well"
"""What that says when nothing is wrong."""

Done = tuple[int, str] | None
"""When a chore was last finished and what it said; None: never."""


@dataclass(frozen=True, slots=True)
class Overview:
    """How the data stand. ``devices`` are those that are not revoked, with the last sync first."""

    counts: Counts
    devices: list[PairedDevice]
    cleaned: Done
    backed_up: Done
    backed_up_elsewhere: Done
    verified: Done


def overview(store: Store) -> Overview:
    """Look, in one short transaction."""
    with store.read() as transaction:
        devices = transaction.devices.all()
        last = transaction.chores.last
        counts, cleaned = transaction.census.counts(), last("clean-up")
        backed_up, elsewhere, verified = last(BACKUP), last(BACKUP_ELSEWHERE), last(VERIFY)
    devices.sort(key=lambda device: (device.last_sync or 0, device.created), reverse=True)
    return Overview(counts, devices, cleaned, backed_up, elsewhere, verified)


def users(store: Store) -> list[Kept]:
    """List the users with what they have."""
    with store.read() as transaction:
        return transaction.census.users()
