"""``trash``: what was deleted, and how it comes back."""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from gateway.http.fields import query_cursor
from gateway.http.request import Request, Response
from gateway.http.store.paging import size_of_page
from gateway.http.store.told import told_file
from gateway.http.work import Work
from gateway.model import Scope
from gateway.service.revising import Revising

PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Trash:
    """What was deleted."""

    scopes: ClassVar = {"GET": Scope.READ}

    revising: Revising
    work: Work

    async def on_get(self, req: Request, resp: Response) -> None:
        """List a page, the latest first."""
        limit = size_of_page(req, PAGE)
        found = await self.work.read(self.revising.trash, req.context.access, limit + 1, query_cursor(req))
        files = [told_file(item.file) | {"deleted": item.deleted} for item in found[:limit]]
        body: dict[str, Any] = {"ok": True, "files": files}
        if len(found) > limit:
            body["cursor"] = f"{found[limit - 1].deleted}.{found[limit - 1].file.id}"
        resp.media = body


@dataclass(frozen=True, slots=True)
class TrashedFile:
    """Removing for good."""

    scopes: ClassVar = {"DELETE": Scope.WRITE}

    revising: Revising
    work: Work

    async def on_delete(self, req: Request, resp: Response, file_id: str) -> None:
        """Remove a file with all of its versions."""
        places = await self.work.write(self.revising.purge, req.context.access, file_id)
        await self.work.read(self.revising.forget, places)
        resp.media = {"ok": True}


@dataclass(frozen=True, slots=True)
class TrashRestore:
    """Taking back."""

    scopes: ClassVar = {"POST": Scope.WRITE}

    revising: Revising
    work: Work

    async def on_post(self, req: Request, resp: Response, file_id: str) -> None:
        """Take a file back, to its path or beside what has that by now."""
        file = await self.work.write(self.revising.revive, req.context.access, file_id)
        resp.media = {"ok": True, "file": told_file(file)}
