"""What the agent does at the drop folder: a thread that looks when something happens there, or a minute has gone.

Looking now and then is enough for everything; events, where the system has them, only make it sooner.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.errors import GatewayError
from gateway.service.dropping import AGAIN, Dropping
from gateway.service.droprules import SETTLE
from gateway.service.taking import BREATH, Ended, Wait

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

LOOK: Final = 60.0  # seconds between two looks at a folder in which nothing happens
SOON: Final = 5.0  # the same, while files wait there for something
_STEP: Final = 500  # milliseconds between two looks for events, and until they are believed to be all
_GATHER: Final = 1500  # milliseconds until they are told, however many come

_log: Final = logging.getLogger("gateway.drops")

Until = Callable[[float], object]
"""Waits so many seconds, or less."""


class DropWatch:
    """Looks through a drop folder until ``wait`` says that it is time to end; ``relax`` is called after work."""

    def __init__(self, dropping: Dropping, wait: Wait, relax: Callable[[], None] = lambda: None) -> None:
        self._dropping = dropping
        self._wait = wait
        self._relax = relax
        self._said = ""

    def work(self, until: Until) -> None:
        """Look again and again; ``until`` waits for something to happen."""
        while not self._wait(0):
            pause, busy = self.look()
            if busy:
                self._relax()
            if pause < LOOK or self._said:
                self._wait(min(pause, SOON))
            else:
                until(LOOK)

    def once(self) -> None:
        """Take in what is there and whole."""
        self.look()
        if not self._wait(SETTLE + BREATH):
            self.look()

    def look(self) -> tuple[float, bool]:
        """Go through the folder once; gives the seconds until that is worth doing again, and whether a file was taken.

        Whatever goes wrong is said once, and tried again.
        """
        taken = False
        try:
            for found in self._dropping.look():
                taken = True
                try:
                    if not self._dropping.take(found, self._wait):
                        return SOON, taken
                except Ended:
                    return 0.0, taken
                except Exception:  # noqa: BLE001  a file that no reader was made for must not hold up the others
                    _log.exception("%s: it could not be taken in", found.path)
                    self._dropping.postpone(found)
                if self._wait(BREATH):
                    return 0.0, taken
        except (OSError, GatewayError) as error:
            self._say(f"{self._dropping.folder.path} cannot be used: {reason(error)}")
            return AGAIN, taken
        except Exception:  # noqa: BLE001  the outermost loop of this thread
            _log.exception("the drop folder could not be looked through")
            return AGAIN, taken
        self._say("")
        pause = self._dropping.pause()
        return (LOOK if pause is None else pause), taken

    def _say(self, text: str) -> None:
        if text and text != self._said:
            _log.warning("the drop folder %s", text)
        elif self._said and not text:
            _log.info("the drop folder can be used again")
        self._said = text


def reason(error: OSError | GatewayError) -> str:
    """Say what went wrong."""
    return error.message if isinstance(error, GatewayError) else f"{error.strerror or error}"


def say(level: int, text: str) -> None:
    """Log what became of a file."""
    _log.log(level, "%s", text)


class Events:
    """Waits until something happens in a folder, where the system tells that; elsewhere it only waits.

    The library's own loop (https://watchfiles.helpmanual.io/api/rust_backend/), since its generator begins to watch
    only when it is waited for: what came after the last look would be missed.
    """

    def __init__(self, folder: Path, ending: threading.Event) -> None:
        self._folder = folder
        self._ending = ending
        self._watcher: RustNotify | None = None
        self._watched: tuple[int, int] | None = None
        self._said = False

    def wait(self, seconds: float) -> bool:
        """Return after so many seconds or when it is time to end, or True as soon as something may have happened."""
        try:
            if self._begin():
                return True
            assert self._watcher is not None
            return isinstance(self._watcher.watch(_GATHER, _STEP, round(seconds * 1000), self._ending), set)
        except (OSError, RuntimeError) as error:  # the library's own error is one of the latter
            if not self._said:
                _log.warning("no events from the drop folder, it is looked at every minute: %s", error)
            self._said = True
            self.close()
            self._ending.wait(seconds)
            return False

    def _begin(self) -> bool:
        """Watch the folder if that is not so yet, or another one was mounted there; True: it has to be looked at."""
        from watchfiles._rust_notify import RustNotify  # noqa: PLC0415  a megabyte for those who have a drop folder

        status = self._folder.stat()
        if self._watched == (status.st_dev, status.st_ino):
            return False
        self.close()
        self._watcher = RustNotify([str(self._folder)], False, False, 0, True, True)
        self._watched = (status.st_dev, status.st_ino)
        return True

    def close(self) -> None:
        """Let go of the folder."""
        if self._watcher is not None:
            self._watcher.close()
        self._watcher = self._watched = None


@contextmanager
def watched(dropping: Dropping | None, hurry: Callable[[], None], relax: Callable[[], None]) -> Iterator[None]:
    """Look after a drop folder, if there is one, as long as the block lasts; ``hurry`` ends what takes long."""
    if dropping is None:
        yield
        return
    ending = threading.Event()
    events = Events(dropping.folder.path, ending)
    watch = DropWatch(dropping, ending.wait, relax)
    thread = threading.Thread(target=watch.work, args=(events.wait,), name="drops")
    thread.start()
    try:
        yield
    finally:
        ending.set()
        hurry()
        thread.join()
        events.close()
