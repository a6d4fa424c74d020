"""``openapi.json``: both APIs, described for programs and, by the page ``/docs``, for people.

``docs/openapi`` is where it is written; ``make openapi`` joins that into the one file beside this one.
"""

from importlib import resources

import falcon

from gateway.http.request import Request, Response
from gateway.http.unchanging import Unchanging
from gateway.http.work import Work


def described() -> bytes:
    """Give the description as it is kept in the repository."""
    return (resources.files("gateway.http") / "openapi.json").read_bytes()


class Description:
    """The description as OpenAPI."""

    public = True

    def __init__(self, work: Work) -> None:
        self._description = Unchanging(described, falcon.MEDIA_JSON, work)

    async def on_get(self, req: Request, resp: Response) -> None:
        """Give it."""
        await self._description.give(req, resp)
