"""All pages on one page."""

from dataclasses import dataclass

import falcon.asgi

from gateway.http.body import Bodies
from gateway.http.checkup import Checkup
from gateway.http.limits import Limit
from gateway.http.request import Request, Response
from gateway.http.work import Work
from gateway.service.accounts import Accounts
from gateway.service.deliveries import Deliveries
from gateway.service.devices import Devices
from gateway.service.pairing import Pairings
from gateway.service.refused import RefusedFiles
from gateway.web.apipage import ApiPage
from gateway.web.browser import Browsers
from gateway.web.pages import Home, Pair, SignIn, SignOut, Style
from gateway.web.refused import Refused
from gateway.web.render import Renderer

App = falcon.asgi.App[Request, Response]


@dataclass(frozen=True, slots=True)
class Services:
    """What the pages hand requests to."""

    accounts: Accounts
    pairings: Pairings
    devices: Devices
    deliveries: Deliveries
    refused: RefusedFiles
    checkup: Checkup


def add_pages(
    app: App, renderer: Renderer, services: Services, work: Work, bodies: Bodies, attempts: Limit, codes: Limit,
    *, signup: bool,
) -> None:  # fmt: skip
    """Add ``/``, ``/signin``, ``/signout``, ``/pair``, ``/refused`` and ``/docs``."""
    accounts, pairings = services.accounts, services.pairings
    browsers = Browsers(accounts, bodies)
    home = Home(
        renderer, browsers, work, services.checkup, services.devices, services.deliveries, services.refused, accounts
    )
    app.add_route("/", home)
    for sheet in ("style.css", "docs.css"):
        app.add_route(f"/{sheet}", Style(sheet))
    app.add_route("/docs", ApiPage(work))
    app.add_route("/signin", SignIn(renderer, browsers, work, accounts, attempts, signup=signup))
    app.add_route("/signout", SignOut(browsers, work, accounts))
    app.add_route("/pair", Pair(renderer, browsers, work, pairings, codes))
    app.add_route("/refused", Refused(renderer, browsers, work, services.refused))
