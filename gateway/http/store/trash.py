"""``trash`` and ``conflicts``: what was deleted, and what two devices changed at once."""

from typing import Any, ClassVar, Final

from gateway.http.body import SMALL, Bodies
from gateway.http.fields import needed, text
from gateway.http.request import Request, Response
from gateway.http.store.paging import entry, size_of_page
from gateway.http.store.told import told_conflict, told_file
from gateway.http.work import Work
from gateway.model import Scope
from gateway.service.conflicts import Conflicts, Open
from gateway.service.revising import Revising

PAGE: Final = 1000


class Trash:
    """What was deleted."""

    scopes: ClassVar = {"GET": Scope.READ}

    def __init__(self, revising: Revising, work: Work) -> None:
        self._revising = revising
        self._work = work

    async def on_get(self, req: Request, resp: Response) -> None:
        """List a page, the latest first."""
        limit = size_of_page(req, PAGE)
        found = await self._work.read(self._revising.trash, req.context.access, limit + 1, entry(req))
        files = [told_file(item.file) | {"deleted": item.deleted} for item in found[:limit]]
        body: dict[str, Any] = {"ok": True, "files": files}
        if len(found) > limit:
            body["cursor"] = f"{found[limit - 1].deleted}.{found[limit - 1].file.id}"
        resp.media = body


class TrashedFile:
    """Removing for good."""

    scopes: ClassVar = {"DELETE": Scope.WRITE}

    def __init__(self, revising: Revising, work: Work) -> None:
        self._revising = revising
        self._work = work

    async def on_delete(self, req: Request, resp: Response, file_id: str) -> None:
        """Remove a file with all of its versions."""
        places = await self._work.write(self._revising.purge, req.context.access, file_id)
        await self._work.read(self._revising.forget, places)
        resp.media = {"ok": True}


class TrashRestore:
    """Taking back."""

    scopes: ClassVar = {"POST": Scope.WRITE}

    def __init__(self, revising: Revising, work: Work) -> None:
        self._revising = revising
        self._work = work

    async def on_post(self, req: Request, resp: Response, file_id: str) -> None:
        """Take a file back, to its path or beside what has that by now."""
        file = await self._work.write(self._revising.revive, req.context.access, file_id)
        resp.media = {"ok": True, "file": told_file(file)}


class ConflictList:
    """The inbox of conflicts."""

    scopes: ClassVar = {"GET": Scope.READ}

    def __init__(self, conflicts: Conflicts, work: Work) -> None:
        self._conflicts = conflicts
        self._work = work

    async def on_get(self, req: Request, resp: Response) -> None:
        """List a page of open ones, newest first."""
        limit = size_of_page(req, PAGE)
        found = await self._work.read(self._conflicts.all, req.context.access, limit + 1, entry(req))
        body: dict[str, Any] = {"ok": True, "conflicts": list(map(_told, found[:limit]))}
        if len(found) > limit:
            last = found[limit - 1].conflict
            body["cursor"] = f"{last.time}.{last.id}"
        resp.media = body


class OneConflict:
    """Settling."""

    scopes: ClassVar = {"POST": Scope.WRITE}

    def __init__(self, conflicts: Conflicts, work: Work, bodies: Bodies) -> None:
        self._conflicts = conflicts
        self._work = work
        self._bodies = bodies

    async def on_post(self, req: Request, resp: Response, conflict_id: str) -> None:
        """Keep the current version, the copy beside it, or both."""
        async with self._bodies.json(req, SMALL) as body:
            keep = needed(text(body, "keep"), "keep")
        await self._work.write(self._conflicts.settle, req.context.access, conflict_id, keep)
        resp.media = {"ok": True}


def _told(found: Open) -> dict[str, Any]:
    names = {"by": found.winner, "lost_by": found.loser}
    return {
        **told_conflict(found.conflict),
        "path": found.path,
        **({"current": told_file(found.file)} if found.file else {}),
        "other": told_file(found.copy),
        **{key: name for key, name in names.items() if name},
    }
