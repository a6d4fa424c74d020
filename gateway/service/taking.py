"""Taking files in from where they lie whole, in a thread that has the time.

Those that come in pieces over the network are taken by ``http/store/receiving.py``, in an event loop.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from gateway.errors import BadRequest, FormatError, GatewayError, OverQuota, TooLarge, UnsupportedType
from gateway.model import Access
from gateway.service.archives import Member, members
from gateway.service.incoming import Incoming, Readable, Received, receive_all
from gateway.service.intake import Intake, Members, Outcome, Wish, concluded, is_opened, wish_for
from gateway.store import Store

BREATH: Final = 0.02  # seconds between two transactions, for whoever else wants to write
FAULTS: Final = (BadRequest, FormatError, TooLarge, UnsupportedType)
"""What is wrong with a file; any other error is the gateway's."""

Wait = Callable[[float], bool]
"""Waits so many seconds; True, at once, when it is time to end."""


class Ended(Exception):
    """It is time to end; the file stays where it is."""


class Taking:
    """Takes files; ``begin`` gives a place for each. Raises ``Ended`` once a ``wait`` says so."""

    def __init__(self, store: Store, intake: Intake, begin: Callable[[], Incoming]) -> None:
        self._store = store
        self._intake = intake
        self._begin = begin

    def receive(self, source: Readable, size: int, wait: Wait) -> Received:
        """Read a file of ``size`` bytes; raises ``TooLarge`` before anything is read."""
        incoming = self._begin()
        incoming.expect(size)
        return receive_all(_Reading(source, wait), incoming)

    def take(self, access: Access, received: Received, wish: Wish, wait: Wait) -> Outcome | Members:
        """Take what was read; an archive gives the outcome of each of its files. Raises what it was refused for.

        ``Busy`` and ``OverQuota`` are raised for an archive as a whole, since no file of it is to blame: what was taken
        by then is the same when it comes again.
        """
        with self._settling(received):
            if is_opened(wish, received):
                return self._unpack(access, received, wish, wait)
            return self._keep(access, received, wish)

    @contextmanager
    def _settling(self, received: Received) -> Iterator[None]:
        try:
            yield
        finally:
            self._intake.settle(received)

    def _keep(self, access: Access, received: Received, wish: Wish) -> Outcome:
        return self._store.write(self._intake.take(access, received, wish)).result()

    def _unpack(self, access: Access, received: Received, wish: Wish, wait: Wait) -> Members:
        results: Members = []
        with received.open() as source:
            try:
                for member in members(source, wish.name or ""):
                    results.append((member.name, self._member(access, member, wish_for(member, wish), wait)))
                    if wait(BREATH):
                        raise Ended
            except OverQuota:
                raise
            except FAULTS as error:
                results.append(("", error))
        return concluded(results)

    def _member(self, access: Access, member: Member, wish: Wish, wait: Wait) -> Outcome | GatewayError:
        if member.source is None:
            assert member.error is not None
            return member.error
        try:
            received = receive_all(_Reading(member.source, wait), self._begin())
            with self._settling(received):
                return self._keep(access, received, wish)
        except OverQuota:
            raise
        except FAULTS as error:
            return error


class _Reading:
    """A file that is read as long as it is not time to end."""

    def __init__(self, source: Readable, wait: Wait) -> None:
        self._source = source
        self._wait = wait

    def read(self, size: int, /) -> bytes:
        if self._wait(0):
            raise Ended
        return self._source.read(size)
