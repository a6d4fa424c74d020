"""An upload whose link breaks on purpose: half a request, a lost answer and a closed app, the last answer."""

from collections.abc import Callable

from gateway.simwatch.link import Fault, Link
from gateway.simwatch.values import Dictionary
from gateway.simwatch.watch import Watch
from gateway.wording import size

_PARTS = 6  # at least, so that there is something to drop in a small file too
_MIDWAY = "a request broke in the middle; sent it again"
_CLOSED = "an answer was lost, then the app closed; opened again"
_LAST = "the last answer was lost; sent the last part again"


class AppClosed(Exception):
    """The app on the watch was closed in the middle of an upload."""


class BrokenSending:
    """Sends one file; ``open_watch`` opens the app on what Storage kept, ``tell`` hears of each drop in words.

    The watch must call ``dropped`` before each repetition, as its ``sleep`` can. ``progress`` is told the bytes sent.
    """

    def __init__(
        self,
        content: bytes,
        link: Link,
        open_watch: Callable[[], Watch],
        tell: Callable[[str], object],
        progress: Callable[[int], object] = lambda _: None,
    ) -> None:
        self.parts = 0
        self._content = content
        self._link = link
        self._open_watch = open_watch
        self._tell = tell
        self._progress = progress
        self._plan = [(0.33, Fault.MIDWAY, _MIDWAY), (0.66, Fault.AFTER, _CLOSED)]
        self._at = 0
        self._sentence = ""

    def send(self, name: str) -> Dictionary:
        """Send everything; the app is opened anew where it was closed."""
        while True:
            watch = self._open_watch()
            room = len(self._content) // _PARTS * 4 // 3
            watch.uploads.request_size = min(watch.uploads.request_size, room + 200)
            try:
                return watch.upload_in_parts(name, self._content, self._before_part)
            except AppClosed:
                continue

    def dropped(self) -> None:
        """Tell of a drop; after the one with a closed app this watch ends."""
        sentence, self._sentence = self._sentence or "no answer; asked again", ""
        self._tell(f"{size(self._at)} of {size(len(self._content))}: {sentence}")
        if sentence == _CLOSED:
            self.parts -= 1  # it is sent again by the next one
            raise AppClosed

    def _before_part(self, start: int, end: int, total: int) -> None:
        self.parts += 1
        self._at = start
        self._progress(start)
        if end == total:
            self._sentence = _LAST
            self._link.inject(Fault.AFTER)
        elif self._plan and end >= self._plan[0][0] * total:
            _, fault, self._sentence = self._plan.pop(0)
            self._link.inject(fault)
