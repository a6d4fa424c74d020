"""The page of refused files: why each was refused, what of it can be saved, and a button that saves it."""

from itertools import islice
from typing import Final

import falcon

from gateway.errors import BadRequest, FormatError, GatewayError, NotFound
from gateway.http.request import Request, Response
from gateway.http.work import Work
from gateway.model import User
from gateway.service.refused import RefusedFile, RefusedFiles, Repair
from gateway.web.browser import Browsers
from gateway.web.render import Renderer

AT_HOME: Final = 3
AT_ONCE: Final = 20


class Refused:
    """The files that were refused to the devices of who is signed in."""

    public = True

    def __init__(self, renderer: Renderer, browsers: Browsers, work: Work, refused: RefusedFiles) -> None:
        self._renderer = renderer
        self._browsers = browsers
        self._work = work
        self._refused = refused

    async def on_get(self, req: Request, resp: Response) -> None:
        """List them."""
        user = self._browsers.user(req)
        if user is None:
            _to_sign_in(resp)
        else:
            await self._show(req, resp, user)

    async def on_post(self, req: Request, resp: Response) -> None:
        """Repair one and say what became of it."""
        form = await self._browsers.form(req)
        user = self._browsers.user(req)
        if user is None:
            _to_sign_in(resp)
            return
        try:
            done = await self._work.write(self._refused.repair, user, form.get("file", ""))
            await self._show(req, resp, user, done=done)
        except (BadRequest, FormatError, NotFound) as error:
            await self._show(req, resp, user, error=error)
            resp.status = falcon.HTTP_422

    async def _show(
        self, req: Request, resp: Response, user: User, *, done: Repair | None = None, error: GatewayError | None = None
    ) -> None:
        files = await self._work.read(_newest, self._refused, user)
        self._renderer.show(
            resp, "refused.html", user=user, files=files[:AT_ONCE], more=len(files) > AT_ONCE, done=done, error=error,
            token=self._browsers.token(req, resp),
        )  # fmt: skip


def waiting(refused: RefusedFiles, user: User) -> list[RefusedFile]:
    """Give the newest that are not repaired, for the home page."""
    return list(islice((file for file in refused.all(user) if file.repaired is None), AT_HOME))


def _newest(refused: RefusedFiles, user: User) -> list[RefusedFile]:
    return list(islice(refused.all(user), AT_ONCE + 1))


def _to_sign_in(resp: Response) -> None:
    resp.set_header("Location", "/signin")
    resp.status = falcon.HTTP_303
