"""The drop folder as a way in: what lies there, once it is whole, is taken in and moved to ``done`` or ``failed``.

A file is committed first and moved then. Killed in between, it comes again and is the same as what is there; as long as
the process lives, a file that was taken and cannot be moved is not taken again. Used by one thread.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from gateway.errors import BadRequest, Busy, FormatError, GatewayError, OverQuota, TooLarge, UnsupportedType
from gateway.model import Access, User
from gateway.service.access import by_command
from gateway.service.archives import Member, members
from gateway.service.arrivals import PATIENCE, SETTLE, UNSURE, Seen, Settled, noticed, quiet, waits_for
from gateway.service.dropfolder import Changed, DropFolder, Found, Held
from gateway.service.droptexts import of_archive, of_file, refused
from gateway.service.incoming import Incoming, Readable, Received, receive_all
from gateway.service.intake import UNFINISHED, Intake, Members, Outcome, Wish, concluded, is_opened, wish_for
from gateway.service.membernames import cleaned_name
from gateway.store import Store

MOST: Final = 10_000  # files that are waited for at once; the others come when these have gone
AGAIN: Final = 60.0  # seconds until a file that could not be read or moved is tried again
LATER: Final = 600.0  # seconds until a file for which there is no room is
BREATH: Final = 0.02  # seconds between two transactions, for whoever else wants to write

_FAULTS: Final = (BadRequest, FormatError, TooLarge, UnsupportedType)
"""What is wrong with a file; any other error is the gateway's."""

Wait = Callable[[float], bool]
"""Waits so many seconds; True, at once, when it is time to end."""
Say = Callable[[int, str], None]
"""Hears what became of each file, with a level of ``logging``."""


class Ended(Exception):
    """It is time to end; the file stays where it is."""


class _Waits(Exception):
    """A file cannot be taken yet."""

    def __init__(self, seconds: float, reason: str, level: int = logging.WARNING) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.reason = reason
        self.level = level


class Dropping:
    """Takes files of a drop folder in for a user; ``begin`` gives a place for each."""

    def __init__(
        self,
        folder: DropFolder,
        store: Store,
        intake: Intake,
        begin: Callable[[], Incoming],
        owner: Callable[[], User],
        say: Say,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self._store = store
        self._intake = intake
        self._begin = begin
        self._owner = owner
        self._say = say
        self._clock = clock
        self._seen: dict[str, Seen] = {}
        self._said: set[str] = set()
        self._more = False

    def look(self) -> Iterator[Found]:
        """Go through the folder once and give the files that are whole; each is to be taken before the next.

        Raises ``OSError`` when the folder cannot be used.
        """
        self.folder.prepare()
        gone, blocked, self._more = set(self._seen), set[str](), False

        def block(path: str, error: OSError) -> None:
            reason = f"{path} cannot be read: {error.strerror}"
            blocked.add(reason)
            self._say_once(logging.WARNING, reason)

        for found in self.folder.files(block):
            gone.discard(found.path)
            now, before = self._clock(), self._seen.get(found.path)
            if before is None and len(self._seen) >= MOST:
                self._more = True
                continue
            seen = self._seen[found.path] = noticed(found.sight, before, now)
            if not waits_for(seen, now):
                yield found
        for path in gone:
            self._seen.pop(path, None)
        self._said &= blocked | {seen.waits for seen in self._seen.values()}

    def pause(self) -> float | None:
        """Give the seconds until a file is worth another look, None where none waits."""
        if self._more:
            return SETTLE
        now = self._clock()
        return min((waits_for(seen, now) for seen in self._seen.values()), default=None)

    def take(self, found: Found, wait: Wait) -> bool:
        """Take a whole file in and move it; False: nothing can be taken at the moment.

        What cannot be taken now stays and is tried again. Raises ``Ended`` once ``wait`` says so.
        """
        seen = self._seen[found.path]
        try:
            if seen.settled is None:
                seen = replace(seen, settled=self._settled(found, seen, wait), again=0.0, waits="")
                self._seen[found.path] = seen
            self._move(found, seen.settled)
        except Busy as error:
            if wait(0):
                raise Ended from None
            self._postpone(found, _Waits(max(error.wait, SETTLE), f"the drop folder waits: {error.message}"))
            return False
        except _Waits as waits:
            self._postpone(found, waits)
        except (Changed, FileNotFoundError):
            self._seen.pop(found.path, None)
        return True

    def postpone(self, found: Found) -> None:
        """Leave a file alone for a while."""
        self._postpone(found, _Waits(LATER, ""))

    def _settled(self, found: Found, seen: Seen, wait: Wait) -> Settled:
        """Take a file in and say what became of it; its writes are committed then."""
        untouched = quiet(seen, self._clock())
        left = PATIENCE - untouched
        mtime = max(0, found.sight.mtime // 10**9)
        wish = Wish(name=cleaned_name(found.name) or None, mtime=mtime, patient=left > 0)
        try:
            return self._taken(found, wish, wait, sure=untouched >= UNSURE)
        except OverQuota as error:
            raise _Waits(LATER, f"the drop folder waits: {error.message}") from None
        except Held:
            reason = "" if left > 0 else f"{found.path} is still open for writing"
            raise _Waits(SETTLE, reason) from None
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _Waits(AGAIN, f"{found.path} cannot be read: {error.strerror}") from None
        except _FAULTS as error:
            if left > 0 and isinstance(error, FormatError) and error.code == UNFINISHED:
                reason = f"{found.path} is cut short, and gets {left:.0f} s for the rest to come"
                raise _Waits(left, reason, logging.INFO) from None
            return refused(error, self._clock(), kept=False)

    def _taken(self, found: Found, wish: Wish, wait: Wait, *, sure: bool) -> Settled:
        access = by_command(self._owner())
        with self._received(found, wait, sure=sure) as received:
            if is_opened(wish, received):
                return of_archive(self._unpack(access, received, wish, wait), self._clock())
            outcome = self._keep(access, received, wish)
        if isinstance(outcome, GatewayError):
            return refused(outcome, self._clock(), kept=True)
        return of_file(outcome)

    @contextmanager
    def _received(self, found: Found, wait: Wait, *, sure: bool) -> Iterator[Received]:
        """Read a file whole; raises ``Changed`` when it was written to meanwhile."""
        with self.folder.open(found, sure=sure) as source:
            incoming = self._begin()
            incoming.expect(found.sight.size)
            received = receive_all(_Reading(source, wait), incoming)
        if not self.folder.is_as(found):
            received.discard()
            raise Changed
        with self._settling(received):
            yield received

    @contextmanager
    def _settling(self, received: Received) -> Iterator[None]:
        try:
            yield
        finally:
            self._intake.settle(received)

    def _keep(self, access: Access, received: Received, wish: Wish) -> Outcome:
        return self._store.write(self._intake.take(access, received, wish)).result()

    def _unpack(self, access: Access, received: Received, wish: Wish, wait: Wait) -> Members:
        """Take the files of an archive; raises what none of them is to blame for, since then all come again."""
        results: Members = []
        with received.open() as source:
            try:
                for member in members(source, wish.name or ""):
                    results.append((member.name, self._member(access, member, wish_for(member, wish), wait)))
                    if wait(BREATH):
                        raise Ended
            except OverQuota:
                raise
            except _FAULTS as error:
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
        except _FAULTS as error:
            return error

    def _move(self, found: Found, settled: Settled | None) -> None:
        assert settled is not None
        try:
            place = self.folder.move(found, settled.into, settled.reason)
        except FileNotFoundError:
            raise
        except OSError as error:
            reason = f"what was settled cannot be moved to {settled.into}: {error.strerror}"
            raise _Waits(AGAIN, reason) from None
        del self._seen[found.path]
        self._say(logging.WARNING if settled.reason else logging.INFO, f"{found.path}: {settled.told}; now {place}")

    def _postpone(self, found: Found, waits: _Waits) -> None:
        seen = self._seen[found.path]
        self._seen[found.path] = replace(seen, again=self._clock() + waits.seconds, waits=waits.reason)
        if waits.reason:
            self._say_once(waits.level, waits.reason)

    def _say_once(self, level: int, reason: str) -> None:
        if reason not in self._said:
            self._said.add(reason)
            self._say(level, reason)


class _Reading:
    """A file that is read as long as it is not time to end."""

    def __init__(self, source: Readable, wait: Wait) -> None:
        self._source = source
        self._wait = wait

    def read(self, size: int, /) -> bytes:
        if self._wait(0):
            raise Ended
        return self._source.read(size)
