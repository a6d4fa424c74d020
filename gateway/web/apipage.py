"""``/docs``: the API's description for people, drawn here and without a script."""

from gateway.http.description import described
from gateway.http.request import Request, Response
from gateway.http.unchanging import Unchanging
from gateway.http.work import Work
from gateway.web.apiview import View
from gateway.web.render import Renderer


class ApiPage:
    """The page; of the description nothing but the page is kept."""

    public = True

    def __init__(self, renderer: Renderer, work: Work) -> None:
        self._renderer = renderer
        self._page = Unchanging(self._drawn, "text/html; charset=utf-8", work)

    async def on_get(self, req: Request, resp: Response) -> None:
        """Give it."""
        self._renderer.protect(resp)
        await self._page.give(req, resp)

    def _drawn(self) -> bytes:
        return self._renderer.draw("api.html", user=None, view=View(described())).encode()
