"""One process beside the web workers, which the master starts, starts again when it dies, and ends with itself.

It is a fork of the master: it has the loaded application in memory that both share, and none of the master's sockets.
"""

import logging
import os
import select
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Final

Wait = Callable[[float], bool]
"""Waits so many seconds; True, at once, when the process is to end."""
Body = Callable[[Wait], None]
"""What the process does; it returns soon after ``Wait`` has given True."""

NICE: Final = 10
STEADY: Final = 60.0
"""Seconds; a process that has lived for so long is started again at once, and no two starts are further apart."""
_HANDLED: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)

log = logging.getLogger("gateway.server")


class Sidecar:
    """Which process runs, and when the next one may: at once after the first death, then 1, 2, 4 ... 60 s later."""

    def __init__(self, body: Body, clock: Callable[[], float] = time.monotonic) -> None:
        self.body = body
        self.pid = 0
        self._clock = clock
        self._began = 0.0
        self._not_before = 0.0
        self._deaths = 0

    def is_due(self) -> bool:
        """Say whether none runs and one may be started."""
        return not self.pid and self._clock() >= self._not_before

    def began(self, pid: int) -> None:
        """Note that a process was started."""
        self.pid, self._began = pid, self._clock()

    def reap(self) -> None:
        """Look whether the process has ended; somebody else may have waited for it."""
        if not self.pid:
            return
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            pid, status = self.pid, None
        if pid:
            self.ended(status)

    def ended(self, status: int | None = None) -> None:
        """Note that the process has ended, and how, where that is known."""
        if status:
            log.warning("the agent (process %d) ended by itself: %s", self.pid, _told(status))
        now = self._clock()
        self._deaths = 0 if now - self._began >= STEADY else self._deaths + 1
        self._not_before = now + (min(STEADY, 2.0 ** (self._deaths - 2)) if self._deaths > 1 else 0)
        self.pid = 0

    def send(self, number: int) -> None:
        """Send the process a signal, if it runs."""
        if self.pid:
            os.kill(self.pid, number)


class Ending:
    """When this process is to end: after a signal, or, with a ``lifeline``, when its parent has ended, however.

    The parent holds the write end of that pipe. From then on the kernel ends the process after ``patience`` seconds.
    """

    def __init__(self, patience: int, lifeline: int | None = None) -> None:
        self._patience = patience
        self._parent = os.getppid()
        self._awake, wake = os.pipe()
        os.set_blocking(wake, False)
        self._poll = select.poll()
        for handle in (self._awake, lifeline):
            if handle is not None:
                self._poll.register(handle, select.POLLIN)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._asked = False
        self._watches_parent = lifeline is not None
        for number in _HANDLED:
            signal.signal(number, self._ask)

    def wait(self, seconds: float) -> bool:
        """Wait so long at most; True as soon as the process is to end."""
        if not self._asked and (self._poll.poll(seconds * 1000) or self._is_orphan()):
            self._begin()
        return self._asked

    def over(self) -> None:
        """Let no signal cut off the rest, which is short; the interpreter would give them their defaults back."""
        for number in _HANDLED:
            signal.signal(number, signal.SIG_IGN)

    def _is_orphan(self) -> bool:
        return self._watches_parent and os.getppid() != self._parent

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._begin()

    def _begin(self) -> None:
        if not self._asked:
            self._asked = True
            signal.alarm(self._patience + 1)


def _told(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
