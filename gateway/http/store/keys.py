"""``keys``: personal keys for scripts."""

from dataclasses import dataclass
from typing import Any, ClassVar

import falcon

from gateway.http.body import SMALL, Bodies
from gateway.http.fields import items, needed, text
from gateway.http.request import Request, Response
from gateway.http.work import Work
from gateway.model import Access, Key, Scope
from gateway.service.keys import Keys, read_wish


@dataclass(frozen=True, slots=True)
class KeyList:
    """All of a user's keys."""

    scopes: ClassVar = {"GET": Scope.ACCOUNT, "POST": Scope.ACCOUNT}

    keys: Keys
    work: Work
    bodies: Bodies

    async def on_get(self, req: Request, resp: Response) -> None:
        """List those that are not revoked, without their secrets."""
        access = req.context.access
        keys = await self.work.read(self.keys.all, access.user)
        resp.media = {"ok": True, "keys": [_told(key, access) for key in keys]}

    async def on_post(self, req: Request, resp: Response) -> None:
        """Make one; only this answer shows its secret."""
        access = req.context.access
        async with self.bodies.json(req, SMALL) as body:
            name, scopes = needed(text(body, "name"), "name"), items(body, "scopes") or []
            wish = read_wish(name, scopes, text(body, "folder", longest=4096))
        made = await self.work.write(self.keys.make_own, access, wish)
        resp.status = falcon.HTTP_201
        resp.media = {"ok": True, "key": made.secret, **_told(made.key, access)}


@dataclass(frozen=True, slots=True)
class OneKey:
    """One of a user's keys."""

    scopes: ClassVar = {"DELETE": Scope.ACCOUNT}

    keys: Keys
    work: Work

    async def on_delete(self, req: Request, resp: Response, key_id: str) -> None:
        """Revoke it."""
        await self.work.write(self.keys.revoke, key_id, req.context.access)
        resp.media = {"ok": True}


def _told(key: Key, access: Access) -> dict[str, Any]:
    own = access.key is not None and access.key.id == key.id
    return {
        "id": key.id, "name": key.name, "scopes": sorted(key.scopes), "folder": key.folder, "created": key.created,
        "last_used": key.last_used, **({"current": True} if own else {}),
    }  # fmt: skip
