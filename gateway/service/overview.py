"""What an operator wants to know first."""

from dataclasses import dataclass

from gateway.model import PairedDevice
from gateway.store import Store
from gateway.store.census import Counts, Kept

Done = tuple[int, str] | None
"""When a chore was last finished and what it said; None: never."""


@dataclass(frozen=True, slots=True)
class Overview:
    """How the data stand. ``devices`` are those that are not revoked, with the last sync first."""

    counts: Counts
    devices: list[PairedDevice]
    cleaned: Done
    backed_up: Done


def overview(store: Store) -> Overview:
    """Look, in one short transaction."""
    with store.read() as transaction:
        devices = transaction.devices.all()
        last = transaction.chores.last
        counts, cleaned, backed_up = transaction.census.counts(), last("clean-up"), last("backup")
    devices.sort(key=lambda device: (device.last_sync or 0, device.created), reverse=True)
    return Overview(counts, devices, cleaned, backed_up)


def users(store: Store) -> list[Kept]:
    """List the users with what they have."""
    with store.read() as transaction:
        return transaction.census.users()
