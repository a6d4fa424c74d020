"""The composition root: builds the application, and what the commands need, from a ``Config``."""

import asyncio
import gc
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

import falcon.asgi

from gateway.auth.passwords import Passwords
from gateway.config import Config
from gateway.contents import FileContents
from gateway.errors import Busy, GatewayError
from gateway.http import routes
from gateway.http.body import Bodies
from gateway.http.exchange import Exchanges
from gateway.http.failures import Failures
from gateway.http.limits import Limit
from gateway.http.media import handlers
from gateway.http.middleware import Answers, DeviceAuthentication, Origin
from gateway.http.request import Request, Response
from gateway.http.work import Work
from gateway.model import User
from gateway.service.accounts import Accounts
from gateway.service.deliveries import Deliveries
from gateway.service.devices import Devices
from gateway.service.health import Health
from gateway.service.housekeeping import forget
from gateway.service.pairing import Pairings
from gateway.service.tree import Tree
from gateway.service.uploads import Uploads
from gateway.store import Store
from gateway.web import routes as web
from gateway.web.render import Renderer

COLLECT: Final = (50_000, 50, 100)
HOUSEKEEPING: Final = 3600.0  # seconds between two rounds

_log: Final = logging.getLogger("gateway.app")


class Gateway:
    """All services over one data folder. ``polite``: for a command beside a running gateway."""

    def __init__(self, config: Config, *, polite: bool = False) -> None:
        self.config = config
        self.store = Store(config.data_dir, polite=polite)
        contents = FileContents(config.data_dir / "contents")
        self.accounts = Accounts(self.store, Passwords())
        self.pairings = Pairings(self.store)
        self.devices = Devices(self.store)
        self.deliveries = Deliveries(self.store, contents, config.device_max_file)
        self.uploads = Uploads(self.store, config.device_max_file)
        self.tree = Tree(self.store, contents)
        self.health = Health(self.store)

    def open(self) -> User:
        """Open the data folder, creating it and its owner where they are missing; gives the owner."""
        try:
            self.config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise Busy(f"SYNC_DATA_DIR is {self.config.data_dir}: {error.strerror}") from error
        self.store.open()
        return self.store.write(self.accounts.ensure_owner()).result()


class Lifespan:
    """Opens the gateway when its process starts and closes it when that ends."""

    def __init__(self, gateway: Gateway, *pools: ThreadPoolExecutor) -> None:
        self._gateway = gateway
        self._pools = pools
        self._housekeeping: asyncio.Task[None] | None = None

    async def process_startup(self, _scope: dict[str, Any], _event: dict[str, Any]) -> None:
        """Open; nothing was open before the fork."""
        gc.collect()
        gc.freeze()  # what the application is made of stays; looking at it again costs a quarter of an upload
        gc.set_threshold(*COLLECT)
        await asyncio.to_thread(self._gateway.open)
        self._housekeeping = asyncio.create_task(self._keep_house())

    async def process_shutdown(self, _scope: dict[str, Any], _event: dict[str, Any]) -> None:
        """Finish what waits and move the log into the database."""
        if self._housekeeping is not None:
            self._housekeeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._housekeeping
        for pool in self._pools:
            await asyncio.to_thread(pool.shutdown)
        await asyncio.to_thread(self._gateway.store.close)

    async def _keep_house(self) -> None:
        while True:
            try:
                await asyncio.wrap_future(self._gateway.store.write(forget()))
            except GatewayError as error:
                _log.warning("housekeeping: %s", error)
            await asyncio.sleep(HOUSEKEEPING)


def create_app(config: Config) -> Exchanges:
    """Build the ASGI application; it opens nothing and starts no thread before its lifespan begins."""
    gateway = Gateway(config)
    threads = ThreadPoolExecutor(config.threads, thread_name_prefix="work")
    passwords = ThreadPoolExecutor(1, thread_name_prefix="password")
    work = Work(threads, passwords, gateway.store.write)
    bodies = Bodies(config.body_timeout)
    renderer = Renderer()
    starts, polls = Limit(config.rate_auth), Limit(config.rate_poll)
    middleware: list[Any] = [
        Lifespan(gateway, threads, passwords),
        Origin(config.trusted_proxies, config.base_url),
        DeviceAuthentication(gateway.devices, work, Limit(config.rate_device)),
        Answers(),
    ]
    app: falcon.asgi.App[Request, Response] = falcon.asgi.App(request_type=Request, middleware=middleware)
    app.req_options.strip_url_path_trailing_slash = True
    app.req_options.auto_parse_qs_csv = False
    app.resp_options.media_handlers.update(handlers())
    failures = Failures(renderer.error)
    for kind in (Exception, falcon.HTTPError, GatewayError):
        app.add_error_handler(kind, failures)
    services = routes.Services(gateway.pairings, gateway.deliveries, gateway.uploads, gateway.health)
    routes.add_routes(app, services, work, bodies, starts, polls)
    pages = web.Services(gateway.accounts, gateway.pairings, gateway.devices, gateway.deliveries, gateway.health)
    web.add_pages(
        app, renderer, pages, work, bodies, Limit(config.rate_auth), Limit(config.rate_auth), signup=config.allow_signup
    )
    return Exchanges(app)
