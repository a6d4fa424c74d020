"""Browsers: their session, and forms that only our own pages can send."""

from collections.abc import Mapping
from typing import Final

import falcon

from gateway.auth.tokens import derive, new_secret, same
from gateway.errors import Forbidden
from gateway.http.body import SMALL, Bodies
from gateway.http.request import Request, Response
from gateway.model import User
from gateway.service.accounts import SESSION_SECONDS, Accounts

SESSION: Final = "wristgate_session"
FORM: Final = "wristgate_form"


class Browsers:
    """Who is at the other end of a page."""

    def __init__(self, accounts: Accounts, bodies: Bodies) -> None:
        self._accounts = accounts
        self._bodies = bodies

    def user(self, req: Request) -> User | None:
        """Give the user who is signed in."""
        session = req.cookies.get(SESSION)
        return self._accounts.signed_in(session) if session else None

    def sign_in(self, req: Request, resp: Response, session: str) -> None:
        """Hand a session to the browser."""
        secure = req.context.base.startswith("https://")
        resp.set_cookie(
            SESSION, session, max_age=SESSION_SECONDS, path="/", secure=secure, http_only=True, same_site="Lax"
        )

    def sign_out(self, req: Request, resp: Response) -> str:
        """Take the session from the browser; gives its secret."""
        resp.unset_cookie(SESSION, path="/", same_site="Lax")
        return req.cookies.get(SESSION, "")

    def token(self, req: Request, resp: Response) -> str:
        """Give the hidden field for a form: made from a cookie that other sites can neither read nor have sent."""
        secret = req.cookies.get(FORM) or ""
        if len(secret) < 32:  # noqa: PLR2004
            secret = new_secret()
            secure = req.context.base.startswith("https://")
            resp.set_cookie(FORM, secret, path="/", secure=secure, http_only=True, same_site="Strict")
        return derive(secret, "form")

    async def form(self, req: Request) -> Mapping[str, str]:
        """Read a form; raises ``Forbidden`` where our own page did not send it."""
        async with self._bodies.raw(req, SMALL) as body:
            fields = falcon.uri.parse_query_string(body.decode("utf-8", "replace"), keep_blank=True, csv=False)
        plain = {key: value if isinstance(value, str) else value[-1] for key, value in fields.items()}
        secret = req.cookies.get(FORM) or ""
        if not secret or not same(derive(secret, "form"), plain.get("form", "")):
            raise Forbidden("this form is too old: go back, reload the page, try again")
        return plain
