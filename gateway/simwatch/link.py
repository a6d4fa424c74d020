"""The link between the watch and the world: it counts bytes, adds up time and drops where it is told to.

Bytes are those of the HTTP messages, heads included, since what the phone's radio protocol adds is not known. Nothing
sleeps: ``seconds`` is what the transfers and rests would have taken at ``rate`` bytes a second (400 to 800 on real
devices, fact 2 of ``connectiq-platform.md``).
"""

import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum


class Fault(StrEnum):
    """Where one request breaks."""

    BEFORE = "before"  # nothing of it reached the server
    MIDWAY = "midway"  # half of it reached the server, then the connection closed
    AFTER = "after"  # the server did it and answered, the watch never hears


class Link:
    """A radio link with a schedule of faults, one entry a request; after the last entry it holds.

    ``sleep`` is called with the seconds of every transfer and rest; pass ``time.sleep`` to live through them.
    """

    def __init__(
        self,
        faults: Iterable[Fault | None] = (),
        *,
        rate: int = 600,
        sleep: Callable[[float], object] = lambda _: None,
    ) -> None:
        self.rate = rate
        self.up = 0
        self.down = 0
        self.requests = 0
        self.seconds = 0.0
        self.drops: list[Fault] = []
        self._schedule = iter(faults)
        self._next: deque[Fault | None] = deque()
        self._sleep = sleep

    @classmethod
    def shaky(cls, rng: random.Random, chance: float, *, rate: int = 600) -> "Link":
        """Make a link that drops each request with this chance, the same way for the same seed."""

        def faults() -> Iterator[Fault | None]:
            while True:
                yield rng.choice(list(Fault)) if rng.random() < chance else None

        return cls(faults(), rate=rate)

    def inject(self, *faults: Fault | None) -> None:
        """Let the next requests break like this, before the schedule goes on."""
        self._next.extend(faults)

    def begin(self) -> Fault | None:
        """Start one request: the fault that it will meet."""
        self.requests += 1
        fault = self._next.popleft() if self._next else next(self._schedule, None)
        if fault is not None:
            self.drops.append(fault)
        return fault

    def carry(self, up: int, down: int) -> None:
        """Count bytes that crossed, and the time they took."""
        self.up += up
        self.down += down
        self.rest((up + down) / self.rate)

    def rest(self, seconds: float) -> None:
        """Let time pass without a transfer, as between two attempts."""
        self.seconds += seconds
        self._sleep(seconds)

    @property
    def bytes(self) -> int:
        """All bytes that crossed, both ways."""
        return self.up + self.down
