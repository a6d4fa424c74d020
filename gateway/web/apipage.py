"""``/docs``: the API's description for people, drawn here and without a script."""

from gateway.http.description import described
from gateway.http.request import Request, Response
from gateway.http.unchanging import Unchanging
from gateway.http.work import Work
from gateway.web.apiview import View
from gateway.web.render import Renderer


class ApiPage:
    """The page."""

    public = True

    def __init__(self, work: Work) -> None:
        self._page = Unchanging(_drawn, "text/html; charset=utf-8", work)

    async def on_get(self, req: Request, resp: Response) -> None:
        """Give it."""
        Renderer.protect(resp)
        await self._page.give(req, resp)


def _drawn() -> bytes:
    """Draw with a renderer that goes again: a template that is used once need not stay in memory."""
    return Renderer().draw("api.html", user=None, view=View(described())).encode()
