"""What is done now and then: forgetting what is over, ending what does not go on, catching up after an upgrade."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from gateway.service import traffic
from gateway.service.clock import Clock, unix_time
from gateway.service.indexing import index
from gateway.service.tracks import Tracks
from gateway.service.uploads import UPLOAD_SECONDS
from gateway.service.workouts import compare
from gateway.store import Store, Transaction, Write

DAY: Final = 24 * 3600
REMEMBER: Final = 30 * DAY
COMPARED: Final = 100  # recordings in one transaction, so that uploads need not wait


class Housekeeping:
    """The work of an hour, as writes that are prepared one by one; run it every hour or so."""

    def __init__(self, store: Store, tracks: Tracks, clock: Clock = unix_time) -> None:
        self._store = store
        self._tracks = tracks
        self._clock = clock

    def chores(self) -> Iterator[Callable[[], Write[Any]]]:
        """Give what prepares each write; one that fails leaves the others as they are."""
        yield partial(forget, self._clock)
        for track in self._tracks.idle():
            yield partial(self._tracks.conclude, track)
        with self._store.read() as transaction:
            waiting = transaction.recordings.waiting()
        for _ in range(0, waiting, COMPARED):
            yield lambda: lambda transaction: compare(transaction, COMPARED, self._clock())
        with self._store.read() as transaction:
            missing = transaction.workouts.missing(-1)
        for at in range(0, len(missing), COMPARED):
            yield partial(_index, missing[at : at + COMPARED])


def forget(clock: Clock = unix_time) -> Write[None]:
    """Remove what has expired, in one short transaction: links, codes, unfinished uploads, answers, old counts."""
    now = clock()

    def write(transaction: Transaction) -> None:
        transaction.links.expire(now)
        transaction.sessions.expire(now)
        transaction.pairings.expire(now - DAY)
        transaction.uploads.expire(now - UPLOAD_SECONDS)
        transaction.answers.expire(now - REMEMBER)
        transaction.conversions.expire(now - DAY, now - REMEMBER)
        traffic.forget(transaction, now)

    return write


def _index(activities: Sequence[str]) -> Write[None]:
    """Write the rows of activities that an earlier release has known without an index."""

    def write(transaction: Transaction) -> None:
        for activity in activities:
            index(transaction, activity)

    return write
