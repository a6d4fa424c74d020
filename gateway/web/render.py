"""Templates, and what every page has."""

from datetime import UTC, datetime
from typing import Final

import falcon
from jinja2 import Environment, PackageLoader, StrictUndefined

from gateway import __version__
from gateway.errors import GatewayError
from gateway.http.errors import status_of
from gateway.http.request import Response
from gateway.web.prose import prose, words
from gateway.wording import moment, portion

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class Renderer:
    """Renders templates; everything is escaped."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("gateway.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True, auto_reload=False,
        )  # fmt: skip
        self._environment.filters.update(ago=ago, moment=moment, prose=prose, words=words)
        self._environment.globals["portion"] = portion
        self._environment.globals["version"] = __version__

    def show(self, resp: Response, template: str, **values: object) -> None:
        """Make a page the answer."""
        resp.content_type = falcon.MEDIA_HTML
        resp.text = self.draw(template, **values)
        self.protect(resp)

    def draw(self, template: str, **values: object) -> str:
        """Give a page."""
        return self._environment.get_template(template).render(**values)

    @staticmethod
    def protect(resp: Response) -> None:
        """Say what a browser may do with a page: show it, and load our own style and pictures."""
        resp.set_header("Content-Security-Policy", POLICY)
        resp.set_header("Referrer-Policy", "no-referrer")
        resp.set_header("X-Frame-Options", "DENY")

    def error(self, resp: Response, error: GatewayError) -> None:
        """Make an error's page the answer."""
        self.show(resp, "error.html", code=status_of(error), message=error.message, user=None)


def ago(moment: int | None) -> str:
    """Say how long ago a moment was, in words."""
    if moment is None:
        return "never"
    seconds = max(0, int(datetime.now(UTC).timestamp()) - moment)
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            n = seconds // length
            return f"{n} {unit}{'' if n == 1 else 's'} ago"
    return "just now"
