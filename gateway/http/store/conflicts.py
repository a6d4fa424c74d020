"""``conflicts``: what two devices changed at once, and what their owner makes of it."""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from gateway.http.body import SMALL, Bodies
from gateway.http.fields import needed, query_cursor, text
from gateway.http.request import Request, Response
from gateway.http.store.paging import size_of_page
from gateway.http.store.told import told_conflict, told_file
from gateway.http.work import Work
from gateway.model import Scope
from gateway.service.conflicts import Conflicts, Open

PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class ConflictList:
    """The inbox of conflicts."""

    scopes: ClassVar = {"GET": Scope.READ}

    conflicts: Conflicts
    work: Work

    async def on_get(self, req: Request, resp: Response) -> None:
        """List a page of open ones, newest first."""
        limit = size_of_page(req, PAGE)
        found = await self.work.read(self.conflicts.all, req.context.access, limit + 1, query_cursor(req))
        body: dict[str, Any] = {"ok": True, "conflicts": list(map(_told, found[:limit]))}
        if len(found) > limit:
            last = found[limit - 1].conflict
            body["cursor"] = f"{last.time}.{last.id}"
        resp.media = body


@dataclass(frozen=True, slots=True)
class OneConflict:
    """Settling."""

    scopes: ClassVar = {"POST": Scope.WRITE}

    conflicts: Conflicts
    work: Work
    bodies: Bodies

    async def on_post(self, req: Request, resp: Response, conflict_id: str) -> None:
        """Keep the current version, the copy beside it, or both."""
        async with self.bodies.json(req, SMALL) as body:
            keep = needed(text(body, "keep"), "keep")
        await self.work.write(self.conflicts.settle, req.context.access, conflict_id, keep)
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
