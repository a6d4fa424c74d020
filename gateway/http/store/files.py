"""``files``: pages of the tree, one file, its versions, moving, going back, deleting."""

from dataclasses import dataclass
from typing import Any, ClassVar

from gateway.errors import BadRequest
from gateway.http.body import SMALL, Bodies
from gateway.http.fields import LARGEST, needed, query_flag, query_text, text, whole
from gateway.http.request import Request, Response
from gateway.http.store import preconditions
from gateway.http.store.paging import opaque, place, size_of_page
from gateway.http.store.told import told_conflict, told_file, told_summary, told_version
from gateway.http.work import Work
from gateway.model import Scope
from gateway.service.files import PAGE, Files
from gateway.service.paths import PATH_BYTES
from gateway.service.revising import Revising


@dataclass(frozen=True, slots=True)
class List:
    """A page of a folder."""

    scopes: ClassVar = {"GET": Scope.READ}

    files: Files
    work: Work

    async def on_get(self, req: Request, resp: Response) -> None:
        """List folders and files, by path."""
        recursive = query_flag(req, "recursive")
        page = await self.work.read(
            self.files.page, req.context.access, query_text(req, "path") or "/", place(req),
            size_of_page(req, PAGE), recursive=recursive,
        )  # fmt: skip
        folders: list[dict[str, Any]] = [{"path": folder, "folder": True} for folder in page.folders]
        files = list(map(told_file, page.files))
        body: dict[str, Any] = {"ok": True, "entries": sorted(folders + files, key=lambda entry: str(entry["path"]))}
        if page.start is not None:
            body["cursor"] = opaque(page.start)
        resp.media = body


@dataclass(frozen=True, slots=True)
class OneFile:
    """Deleting."""

    scopes: ClassVar = {"DELETE": Scope.WRITE}

    revising: Revising
    work: Work

    async def on_delete(self, req: Request, resp: Response, file_id: str) -> None:
        """Put a file into the trash; with a stale ``If-Match`` the newer version stays beside it."""
        done = await self.work.write(self.revising.delete, req.context.access, file_id, preconditions.base(req))
        resp.media = {"ok": True, **({"conflict": told_conflict(done.conflict)} if done.conflict else {})}


@dataclass(frozen=True, slots=True)
class Info:
    """All that is known of a file."""

    scopes: ClassVar = {"GET": Scope.READ}

    files: Files
    work: Work

    async def on_get(self, req: Request, resp: Response, file_id: str) -> None:
        """Tell."""
        told = await self.work.read(self.files.told, req.context.access, file_id)
        facts = told.version.facts
        known = {"kind": facts.kind, "summary": told_summary(facts.summary), "activity": told.activity}
        resp.set_header("ETag", preconditions.tag(told.file.version))
        resp.media = {
            "ok": True,
            "file": told_file(told.file) | {key: value for key, value in known.items() if value is not None},
            "delivered": [{"device": device, "version": version} for device, version in told.fetched],
        }


@dataclass(frozen=True, slots=True)
class Versions:
    """The history of a file."""

    scopes: ClassVar = {"GET": Scope.READ}

    files: Files
    work: Work

    async def on_get(self, req: Request, resp: Response, file_id: str) -> None:
        """List what is kept, newest first."""
        versions = await self.work.read(self.files.versions, req.context.access, file_id)
        resp.media = {"ok": True, "versions": [told_version(each, versions[0].number) for each in versions]}


@dataclass(frozen=True, slots=True)
class Move:
    """Another path."""

    scopes: ClassVar = {"POST": Scope.WRITE}

    revising: Revising
    work: Work
    bodies: Bodies

    async def on_post(self, req: Request, resp: Response, file_id: str) -> None:
        """Move a file; its id and history stay."""
        async with self.bodies.json(req, SMALL) as body:
            path = needed(text(body, "path", longest=PATH_BYTES), "path")
        resp.media = {
            "ok": True,
            "file": told_file(await self.work.write(self.revising.move, req.context.access, file_id, path)),
        }


@dataclass(frozen=True, slots=True)
class Restore:
    """An earlier version."""

    scopes: ClassVar = {"POST": Scope.WRITE}

    revising: Revising
    work: Work
    bodies: Bodies

    async def on_post(self, req: Request, resp: Response, file_id: str) -> None:
        """Make it the newest."""
        async with self.bodies.json(req, SMALL) as body:
            version = whole(body, "version", LARGEST)
        if not version:
            raise BadRequest("version: is missing")
        stored = await self.work.write(self.revising.restore, req.context.access, file_id, version)
        resp.media = {"ok": True, "file": told_file(stored.file), "same": stored.duplicate}
