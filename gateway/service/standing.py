"""How the data stand, in figures: for whoever watches over many machines."""

from dataclasses import dataclass

from gateway.model import PairedDevice
from gateway.service.clock import Clock, unix_time
from gateway.service.deliveries import Deliveries
from gateway.service.overview import Done, overview
from gateway.store import Room, Store
from gateway.store.census import Counts


@dataclass(frozen=True, slots=True)
class Figures:
    """What was found at the Unix time ``now``. ``waiting``: files, over all devices; ``tallies``: type, result, count.

    ``chores`` says of each when it was last finished.
    """

    now: int
    counts: Counts
    devices: list[PairedDevice]
    waiting: int
    chores: dict[str, Done]
    tallies: list[tuple[str, str, int]]
    room: Room


class Standing:
    """Looks, in short transactions; what waits is counted anew only where something has happened."""

    def __init__(self, store: Store, deliveries: Deliveries, clock: Clock = unix_time) -> None:
        self._store = store
        self._deliveries = deliveries
        self._clock = clock

    def look(self) -> Figures:
        """Give all figures; raises ``Busy`` where the disk fails."""
        seen = overview(self._store)
        waiting = sum(self._deliveries.pending(device) for device in seen.devices)
        with self._store.read() as transaction:
            tallies = transaction.tallies.all()
        chores = {"cleanup": seen.cleaned, "backup": seen.backed_up, "backup_elsewhere": seen.backed_up_elsewhere}
        return Figures(self._clock(), seen.counts, seen.devices, waiting, chores, tallies, self._store.room())
