"""The pages: what this is, signing in, pairing."""

from collections.abc import Mapping
from importlib import resources

import falcon

from gateway.auth.tokens import clean_code
from gateway.errors import BadRequest, GatewayError, Gone, NotFound, Unauthorized
from gateway.http.address import bucket
from gateway.http.checkup import Checkup
from gateway.http.limits import Limit
from gateway.http.request import Request, Response
from gateway.http.work import Work
from gateway.model import User
from gateway.service.accounts import Accounts
from gateway.service.deliveries import Deliveries
from gateway.service.devices import Devices
from gateway.service.pairing import Pairings
from gateway.service.refused import RefusedFiles
from gateway.web.browser import Browsers
from gateway.web.refused import waiting
from gateway.web.render import Renderer


class Style:
    """A style sheet."""

    public = True

    def __init__(self, name: str) -> None:
        self._sheet = (resources.files("gateway.web") / name).read_bytes()

    async def on_get(self, _req: Request, resp: Response) -> None:
        """Give it."""
        resp.content_type = "text/css; charset=utf-8"
        resp.set_header("Cache-Control", "max-age=3600")
        resp.data = self._sheet


class Home:
    """What this is and how it is."""

    public = True

    def __init__(
        self, renderer: Renderer, browsers: Browsers, work: Work, checkup: Checkup, devices: Devices,
        deliveries: Deliveries, refused: RefusedFiles, accounts: Accounts,
    ) -> None:  # fmt: skip
        self._renderer = renderer
        self._browsers = browsers
        self._work = work
        self._checkup = checkup
        self._devices = devices
        self._deliveries = deliveries
        self._refused = refused
        self._accounts = accounts

    async def on_get(self, req: Request, resp: Response) -> None:
        """Show the state; devices and refused files only to who is signed in."""
        user = self._browsers.user(req)
        trouble = await self._checkup.reason()
        rows = await self._work.read(self._rows, user) if user else []
        refused = await self._work.read(waiting, self._refused, user) if user else []
        fresh = not self._accounts.has_owner()
        self._renderer.show(
            resp, "home.html", user=user, trouble=trouble, rows=rows, refused=refused, fresh=fresh,
            token=self._browsers.token(req, resp),
        )  # fmt: skip

    def _rows(self, user: User) -> list[dict[str, object]]:
        return [{"device": device, "status": self._deliveries.status(device)} for device in self._devices.all(user)]


class SignIn:
    """Signing in with a password or with a one-time link, which only the POST uses up."""

    public = True

    def __init__(
        self, renderer: Renderer, browsers: Browsers, work: Work, accounts: Accounts, limit: Limit, *, signup: bool
    ) -> None:
        self._renderer = renderer
        self._browsers = browsers
        self._work = work
        self._accounts = accounts
        self._limit = limit
        self._signup = signup

    async def on_get(self, req: Request, resp: Response) -> None:
        """Show the form."""
        link = req.get_param("link") or ""
        holder: User | None = None
        if link:
            try:
                holder = await self._work.read(self._accounts.linked, link)
            except Gone as error:
                self._show(req, resp, error=f"{error.message}. Run: wristgate signin-link")
                resp.status = falcon.HTTP_410
                return
        self._show(req, resp, link=link, holder=holder)

    def _show(
        self, req: Request, resp: Response, *, error: str = "", link: str = "", holder: User | None = None,
        form: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self._renderer.show(
            resp, "signin.html", user=None, error=error, link=link, holder=holder, signup=self._signup,
            email=(form or {}).get("email", ""), token=self._browsers.token(req, resp), next=_next(form or req.params),
        )  # fmt: skip

    async def on_post(self, req: Request, resp: Response) -> None:
        """Sign in, or say what was wrong on the same page."""
        form = await self._browsers.form(req)
        self._limit.hit(bucket(req.context.address))
        email, password, link = form.get("email", ""), form.get("password", ""), form.get("link", "")
        try:
            if link:
                write = await self._work.hash(self._accounts.use_link, link, email, password)
            elif "signup" in form and self._signup:
                write = await self._work.hash(self._accounts.sign_up, email, password)
            else:
                write = await self._work.hash(self._accounts.sign_in, email, password)
            session = await self._work.commit(write)
        except (BadRequest, Unauthorized, Gone) as error:
            holder = await self._holder(link)
            self._show(req, resp, error=_sentence(error), link=link if holder else "", holder=holder, form=form)
            resp.status = falcon.HTTP_422
            return
        self._browsers.sign_in(req, resp, session)
        resp.set_header("Location", f"/{_next(form)}")
        resp.status = falcon.HTTP_303

    async def _holder(self, link: str) -> User | None:
        try:
            return await self._work.read(self._accounts.linked, link) if link else None
        except Gone:
            return None


class SignOut:
    """Signing out."""

    public = True

    def __init__(self, browsers: Browsers, work: Work, accounts: Accounts) -> None:
        self._browsers = browsers
        self._work = work
        self._accounts = accounts

    async def on_post(self, req: Request, resp: Response) -> None:
        """End the session."""
        await self._browsers.form(req)
        session = self._browsers.sign_out(req, resp)
        await self._work.write(self._accounts.sign_out, session)
        resp.set_header("Location", "/")
        resp.status = falcon.HTTP_303


class Pair:
    """Confirming a device: type the code, see who asks, say yes. A code in a link is never filled in."""

    public = True

    def __init__(self, renderer: Renderer, browsers: Browsers, work: Work, pairings: Pairings, limit: Limit) -> None:
        self._renderer = renderer
        self._browsers = browsers
        self._work = work
        self._pairings = pairings
        self._limit = limit

    async def on_get(self, req: Request, resp: Response) -> None:
        """Ask for the code."""
        user = self._browsers.user(req)
        if user is None:
            _to_sign_in(resp)
        else:
            self._show(req, resp, user)

    async def on_post(self, req: Request, resp: Response) -> None:
        """Show who asks under a code; with ``confirm`` give the device to the user."""
        form = await self._browsers.form(req)
        user = self._browsers.user(req)
        if user is None:
            _to_sign_in(resp)
            return
        code = clean_code(form.get("code", "")) or ""
        self._limit.hit(user.id)  # before the look-up: guesses may come all at once
        try:
            if "confirm" in form:
                device = await self._work.write(self._pairings.confirm, user, code)
                self._show(req, resp, user, done=device)
            else:
                pairing = await self._work.read(self._pairings.look, code)
                self._show(req, resp, user, pairing=pairing)
            self._limit.forgive(user.id)
        except NotFound as error:
            self._show(req, resp, user, error=_sentence(error))
            resp.status = falcon.HTTP_422

    def _show(self, req: Request, resp: Response, user: User, **values: object) -> None:
        shown = {"error": "", "pairing": None, "done": None} | values
        self._renderer.show(resp, "pair.html", user=user, token=self._browsers.token(req, resp), **shown)


def _next(fields: Mapping[str, object]) -> str:
    """Say where to go after signing in: to the pairing page or home, nowhere else."""
    return "pair" if fields.get("next") == "pair" else ""


def _to_sign_in(resp: Response) -> None:
    resp.set_header("Location", "/signin?next=pair")
    resp.status = falcon.HTTP_303


def _sentence(error: GatewayError) -> str:
    """Say it to a person: what the form calls its fields, and a capital letter."""
    message = error.message.replace("email: ", "e-mail: ", 1)
    return message[:1].upper() + message[1:]
