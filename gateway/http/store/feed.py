"""Reading the journal for many at once: those who ask for the same at the same time are answered by one look."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from gateway.errors import Busy
from gateway.http.media import dump
from gateway.http.store.told import told_change
from gateway.http.work import Work
from gateway.model import Access
from gateway.service.sync import Pulled, Sync

Question = tuple[str, str | None, str | None, int, int]
"""Project, folder, cursor, limit, and the last entry when it was asked: whoever has seen a newer one reads anew."""


RESERVE: Final = 64
"""Connections that are left to everybody else, a quarter at most."""


class Feed:
    """Pulls for callers that may wait long; whether each still may have what it gets is asked each time.

    ``connections``: those that the server takes; some of them nobody who waits may hold.
    """

    def __init__(self, sync: Sync, work: Work, connections: int) -> None:
        self._sync = sync
        self._work = work
        self._free = connections - min(RESERVE, connections // 4)
        self._asked: dict[Question, asyncio.Task[Pulled]] = {}
        self._text: tuple[Pulled, str] | None = None

    async def pull(self, access: Access, cursor: str | None, limit: int) -> Pulled:
        """Give the changes behind a cursor; raises as ``Sync.pull`` does, and ``Unauthorized``."""
        self._sync.check(access)  # a look-up by primary key: cheaper than a thread
        question = (access.project, access.folder, cursor, limit, self._sync.head(access.project))
        asked = self._asked.get(question)
        if asked is None:
            asked = asyncio.create_task(self._work.read(self._sync.pull, access, cursor, limit))
            self._asked[question] = asked
            asked.add_done_callback(lambda task: self._answered(question, task))
        return await asyncio.shield(asked)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Hold a connection for long; raises ``Busy`` where too many are held."""
        if self._free <= 0:
            raise Busy("too many follow the changes already")
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1

    def text(self, pulled: Pulled) -> str:
        """Give an answer as JSON; of one that many have, it is written once."""
        if self._text is None or self._text[0] is not pulled:
            self._text = pulled, dump(told(pulled)).decode()
        return self._text[1]

    def _answered(self, question: Question, task: "asyncio.Task[Pulled]") -> None:
        del self._asked[question]
        if not task.cancelled():
            task.exception()  # whoever asked has it, unless all of them have gone


def told(pulled: Pulled) -> dict[str, Any]:
    """Describe changes with where their reader is afterwards."""
    changes = [told_change(item, pulled.cursor.seq) for item in pulled.changes]
    return {"ok": True, "changes": changes, "cursor": pulled.cursor.encode(), "has_more": pulled.more}
