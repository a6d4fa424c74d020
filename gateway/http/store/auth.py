"""``auth``: a phone or computer registers, signs in, renews its tokens and signs out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import falcon

from gateway.errors import Unauthorized
from gateway.http.address import bucket
from gateway.http.body import SMALL, Bodies
from gateway.http.fields import needed, text
from gateway.http.limits import Limit
from gateway.http.request import Request, Response
from gateway.http.work import Work
from gateway.model import Scope
from gateway.service.signin import Identity, Pair, SignIn

NO_SCOPES: Mapping[str, Scope | None] = {}


@dataclass(frozen=True, slots=True)
class Register:
    """A new device of somebody with a password."""

    public = True
    scopes: ClassVar = NO_SCOPES

    signin: SignIn
    work: Work
    bodies: Bodies
    attempts: Limit

    async def on_post(self, req: Request, resp: Response) -> None:
        """Make it and sign it in; passwords are tried a limited number of times."""
        async with self.bodies.json(req, SMALL) as body:
            email, password, name, kind = (
                needed(text(body, key), key) for key in ("email", "password", "name", "type")
            )
            app = text(body, "app")
        self.attempts.hit(bucket(req.context.address))
        write = await self.work.hash(self.signin.register, email, password, name, kind, app)
        made = await self.work.commit(write)
        resp.status = falcon.HTTP_201
        resp.media = {"ok": True, "device_id": made.device.id, "device_secret": made.secret, **_told(made.pair)}


@dataclass(frozen=True, slots=True)
class Login:
    """A device signs in."""

    public = True
    scopes: ClassVar = NO_SCOPES

    signin: SignIn
    work: Work
    bodies: Bodies
    attempts: Limit

    async def on_post(self, req: Request, resp: Response) -> None:
        """Check its secret; only failures count."""
        async with self.bodies.json(req, SMALL) as body:
            device, secret = (needed(text(body, key), key) for key in ("device_id", "device_secret"))
            app = text(body, "app")
        address = bucket(req.context.address)
        self.attempts.hit(address)  # before the look-up: guesses may come all at once
        pair = await self.work.write(self.signin.login, device, secret, app)
        self.attempts.forgive(address)
        resp.media = {"ok": True, **_told(pair)}


@dataclass(frozen=True, slots=True)
class Refresh:
    """A device renews its tokens."""

    public = True
    scopes: ClassVar = NO_SCOPES

    signin: SignIn
    work: Work
    bodies: Bodies

    async def on_post(self, req: Request, resp: Response) -> None:
        """Exchange the refresh token."""
        async with self.bodies.json(req, SMALL) as body:
            token = needed(text(body, "refresh_token"), "refresh_token")
        outcome = await self.work.write(self.signin.refresh, token)
        if isinstance(outcome, Unauthorized):
            raise outcome
        resp.media = {"ok": True, **_told(outcome)}


@dataclass(frozen=True, slots=True)
class Logout:
    """A device signs out."""

    scopes: ClassVar = {"POST": None}

    signin: SignIn
    work: Work

    async def on_post(self, req: Request, resp: Response) -> None:
        """End its sign-in."""
        await self.work.write(self.signin.logout, req.context.access)
        resp.media = {"ok": True}


@dataclass(frozen=True, slots=True)
class Me:
    """Whether a credential works, and for what."""

    scopes: ClassVar = {"GET": None}

    signin: SignIn
    work: Work

    async def on_get(self, req: Request, resp: Response) -> None:
        """Tell."""
        resp.media = _described(await self.work.read(self.signin.me, req.context.access))


def _told(pair: Pair) -> dict[str, Any]:
    return {
        "access_token": pair.access_token, "refresh_token": pair.refresh_token, "expires_in": pair.expires_in,
    }  # fmt: skip


def _described(me: Identity) -> dict[str, Any]:
    device, key = me.access.device, me.access.key
    return {
        "ok": True,
        "user": {"id": me.user.id, "email": me.user.email},
        **({"device": {"id": device.id, "name": device.name, "type": device.type}} if device else {}),
        **({"key": {"id": key.id, "name": key.name, "folder": key.folder}} if key else {}),
        "scopes": sorted(me.access.scopes),
        "project": {"id": me.access.project, "name": me.project},
    }
