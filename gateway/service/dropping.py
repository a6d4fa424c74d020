"""The drop folder as a way in: what lies there, once it is whole, is taken in and moved to ``done`` or ``failed``.

A file is committed first and moved then. Killed in between, it comes again and is the same as what is there; as long as
the process lives, a file that was taken and cannot be moved is not taken again. Used by one thread.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from gateway.errors import Busy, FormatError, GatewayError, OverQuota
from gateway.model import User
from gateway.service.access import by_command
from gateway.service.dropfolder import DropFolder, Found, Held
from gateway.service.droprules import PATIENCE, SETTLE, UNSURE, Seen, Settled, noticed, quiet, waits_for
from gateway.service.droptexts import of_archive, of_file, refused
from gateway.service.intake import UNFINISHED, Wish
from gateway.service.membernames import cleaned_name
from gateway.service.moving import Changed
from gateway.service.taking import FAULTS, Ended, Taking, Wait

MOST: Final = 10_000  # files that are waited for at once; the others come when these have gone
AGAIN: Final = 60.0  # seconds until a file that could not be read or moved is tried again
LATER: Final = 600.0  # seconds until a file for which there is no room is

Say = Callable[[int, str], None]
"""Hears what became of each file, with a level of ``logging``."""


class _Waits(Exception):
    """A file cannot be taken yet."""

    def __init__(self, seconds: float, reason: str, level: int = logging.WARNING) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.reason = reason
        self.level = level


class Dropping:
    """Takes files of a drop folder in for its ``owner``; ``say`` hears what became of each."""

    def __init__(
        self,
        folder: DropFolder,
        taking: Taking,
        owner: Callable[[], User],
        say: Say,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self._taking = taking
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
        except FAULTS as error:
            if left > 0 and isinstance(error, FormatError) and error.code == UNFINISHED:
                reason = f"{found.path} is cut short, and gets {left:.0f} s for the rest to come"
                raise _Waits(left, reason, logging.INFO) from None
            return refused(error, self._clock(), kept=False)

    def _taken(self, found: Found, wish: Wish, wait: Wait, *, sure: bool) -> Settled:
        """Read a file whole, then take it in; raises ``Changed`` when it was written to meanwhile."""
        access = by_command(self._owner())
        with self.folder.open(found, sure=sure) as source:
            received = self._taking.receive(source, found.sight.size, wait)
        if not self.folder.is_as(found):
            received.discard()
            raise Changed
        outcome = self._taking.take(access, received, wish, wait)
        if isinstance(outcome, list):
            return of_archive(outcome, self._clock())
        if isinstance(outcome, GatewayError):
            return refused(outcome, self._clock(), kept=True)
        return of_file(outcome)

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
