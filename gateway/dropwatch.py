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
from gateway.service.dropfolder import DropFolder
from gateway.service.dropping import AGAIN, Dropping
from gateway.service.droprules import SETTLE
from gateway.service.taking import BREATH, Ended, Wait

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

LOOK: Final = 60.0  # seconds between two looks at a folder in which nothing happens
SOON: Final = 5.0  # the same, while files wait there for something
MOST: Final = 1000  # folders that are watched; what happens in others is seen at the next look
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
    """Waits until something happens in a drop folder, where the system tells that; elsewhere it only waits.

    Watched are the folders that are looked through, each by itself: the library goes through links. It is the library's
    own loop (https://watchfiles.helpmanual.io/api/rust_backend/), since its generator begins to watch only when it is
    waited for: what came after the last look would be missed.
    """

    def __init__(self, folder: DropFolder, ending: threading.Event) -> None:
        self._folder = folder
        self._ending = ending
        self._watcher: RustNotify | None = None
        self._watched: dict[str, tuple[int, int]] = {}
        self._stale = False
        self._failed = False
        self._said = False

    def wait(self, seconds: float) -> bool:
        """Return after so many seconds or when it is time to end, or True as soon as something may have happened."""
        try:
            first = self._watcher is None
            if not self._begin():
                return self._heard(seconds)
            if not first:  # who makes many folders is waited for as well
                self._heard(_STEP / 1000)
        except FileNotFoundError as error:  # a folder that has gone since
            self._recover(error)
        except (OSError, RuntimeError, UnicodeError) as error:  # the library's own error is a RuntimeError
            self._say(error, seconds)
            self.close()
            self._ending.wait(seconds)
            return False
        return True

    def _begin(self) -> bool:
        """Watch the folders that there are, unless it is those already; True: they have to be looked at."""
        from watchfiles._rust_notify import RustNotify  # noqa: PLC0415  a megabyte for those who have a drop folder

        there = self._folder.folders(MOST)
        folders = {
            str(path): identity for path, identity in there.items() if path == self._folder.path or _is_told(path)
        }
        if self._watched == folders and not self._stale:
            return False
        self.close()
        self._watcher = RustNotify(list(folders), False, False, 0, False, True)
        self._watched = folders
        return True

    def _heard(self, seconds: float) -> bool:
        """Wait for events; one of a file whose name is no UTF-8 breaks the watcher, and is one as well."""
        assert self._watcher is not None
        try:
            heard = self._watcher.watch(_GATHER, _STEP, round(seconds * 1000), self._ending)
        except RuntimeError as error:
            self._recover(error)
            return self._begin()
        self._failed = False
        if self._said:
            _log.info("events from the drop folder come again")
            self._said = False
        if not isinstance(heard, set):
            return False
        self._stale = any(path in self._watched for _, path in heard)  # another folder may have its name and its inode
        return True

    def _recover(self, error: Exception) -> None:
        """Let go of the folder, to begin anew: at once, and after a while when it fails time and again."""
        self.close()
        if self._failed:
            self._say(error, SOON)
            self._ending.wait(SOON)
        self._failed = True

    def _say(self, error: Exception, seconds: float) -> None:
        if not self._said:
            _log.warning("no events from the drop folder, it is looked at every %.0f s: %s", seconds, error)
        self._said = True

    def close(self) -> None:
        """Let go of the folder."""
        if self._watcher is not None:
            self._watcher.close()
        self._watcher, self._watched, self._stale = None, {}, False


def _is_told(path: Path) -> bool:
    """Say whether the library takes a path: it wants UTF-8."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def watched(dropping: Dropping | None, hurry: Callable[[], None], relax: Callable[[], None]) -> Iterator[None]:
    """Look after a drop folder, if there is one, as long as the block lasts; ``hurry`` ends what takes long."""
    if dropping is None:
        yield
        return
    ending = threading.Event()
    events = Events(dropping.folder, ending)
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
