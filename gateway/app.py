"""The composition root: builds the application from a ``Config``."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import falcon.asgi

from gateway.assembly import Gateway
from gateway.config import Config
from gateway.errors import GatewayError
from gateway.http import routes
from gateway.http.arrivals import Arrivals
from gateway.http.body import Bodies
from gateway.http.checkup import Checkup
from gateway.http.conversion import Converting
from gateway.http.exchange import Exchanges
from gateway.http.failures import Failures
from gateway.http.limits import Limit
from gateway.http.media import handlers
from gateway.http.metrics import Gate, Metrics, Scrape, Sums
from gateway.http.middleware import Answers, Authentication, Compression, Origin, Shapes
from gateway.http.news import News
from gateway.http.ops import Health
from gateway.http.request import Request, Response
from gateway.http.store.receiving import Receiving
from gateway.http.streams import Streams
from gateway.http.work import Work
from gateway.lifespan import Lifespan
from gateway.service.clock import unix_time
from gateway.service.standing import Standing
from gateway.service.traffic import Traffic
from gateway.web import routes as web
from gateway.web.render import Renderer


def create_app(config: Config) -> Exchanges:
    """Build the ASGI application; it opens nothing and starts no thread before its lifespan begins."""
    gateway = Gateway(config)
    threads = ThreadPoolExecutor(config.threads, thread_name_prefix="work")
    passwords = ThreadPoolExecutor(1, thread_name_prefix="password")
    checks = ThreadPoolExecutor(1, thread_name_prefix="health")
    conversions = ThreadPoolExecutor(1, thread_name_prefix="convert")
    work = Work(threads, passwords, conversions, gateway.store.write)
    converting = Converting(gateway.conversions, work, conversions)
    bodies = Bodies(config.body_timeout)
    news = News(gateway.sync.head, gateway.store.state)
    gateway.store.on_news = news.announce
    renderer = Renderer()
    starts, polls = Limit(config.rate_auth), Limit(config.rate_poll)
    traffic = Traffic()
    metrics = Metrics(Standing(gateway.store, gateway.deliveries))
    middleware: list[Any] = [
        Lifespan(
            gateway.open,
            gateway.store,
            traffic,
            gateway.converter.close,
            threads,
            passwords,
            checks,
            conversions,
        ),
        Origin(config.trusted_proxies, config.base_url),
        Shapes(),
        Authentication(gateway.devices, gateway.accesses, work, (Limit(config.rate_device), Limit(config.rate_key))),
        Answers(),
        Compression(work),
    ]
    app = _bare(middleware, Failures(renderer.error))
    checkup = Checkup(gateway.store.trouble, checks)
    services = routes.Services(gateway.pairings, gateway.deliveries, gateway.uploads, gateway.records, gateway.tracks)
    health = Health(checkup, gateway.token_key, config.trusted_proxies, unix_time)
    routes.add_routes(app, services, work, bodies, converting, health, starts, polls)
    gate = Gate(config.metrics_token)
    app.add_route("/metrics", Scrape(metrics, checkup, gate, work))
    app.add_route("/metricz", Sums(metrics, gate))
    receiving = Receiving(gateway.intake, gateway.incoming, work)
    arrivals = Arrivals(receiving, Streams(config.body_timeout), config.max_file)
    attempts = Limit(config.rate_auth)
    routes.add_store_routes(
        app,
        routes.StoreServices(
            gateway.signin, gateway.devices, gateway.keys, gateway.files, gateway.revising, gateway.conflicts,
            gateway.sync, gateway.pushes, gateway.rejections, gateway.activities, gateway.exports,
        ),
        work,
        bodies,
        arrivals,
        news,
        attempts,
        config.live_heartbeat,
        config.max_connections,
    )  # fmt: skip
    routes.add_companion_routes(app, gateway.signin, gateway.accesses, work, bodies, arrivals, attempts)
    pages = web.Services(
        gateway.accounts, gateway.pairings, gateway.devices, gateway.deliveries, gateway.refused, checkup
    )
    web.add_pages(
        app, renderer, pages, work, bodies, Limit(config.rate_auth), Limit(config.rate_auth), signup=config.allow_signup
    )
    return Exchanges(app, traffic, metrics.count)


def _bare(middleware: list[Any], failures: Failures) -> falcon.asgi.App[Request, Response]:
    """Give an application without routes."""
    app: falcon.asgi.App[Request, Response] = falcon.asgi.App(request_type=Request, middleware=middleware)
    app.req_options.strip_url_path_trailing_slash = True
    app.req_options.auto_parse_qs_csv = False
    app.ws_options.max_receive_queue = 0  # who follows changes reads by itself
    app.resp_options.media_handlers.update(handlers())
    for kind in (Exception, falcon.HTTPError, GatewayError):
        app.add_error_handler(kind, failures)
    return app
