"""``/metrics`` for Prometheus and ``/metricz`` in JSON: what this process has answered, and how the data stand.

One process answers all requests, so its counts are all there are; they begin at zero with it. Files that came in are
counted in the database, whichever process takes them: the web process, the agent's drop folder, a command.
"""

import hmac
import ipaddress
import time
from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.samples import Sample

from gateway import __version__
from gateway.errors import Unauthorized
from gateway.http.checkup import Checkup
from gateway.http.exchange import SOCKET, Exchange
from gateway.http.request import Request, Response
from gateway.http.work import Work
from gateway.service.standing import Standing

BUCKETS: Final = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
"""Upper bounds in seconds; a long-poll waits for up to a minute."""

_NO_ROUTE: Final = "none"
_CUT: Final = "cut"  # the word of a request whose client went away unanswered
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", SOCKET})
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Via")
_WITHIN: Final = {"hour": 3600, "day": 24 * 3600, "week": 7 * 24 * 3600}

disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """What the web process has answered, by route, method and status."""

    def __init__(self, standing: Standing, clock: Callable[[], float] = time.monotonic) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(_Data(standing))
        ProcessCollector(namespace="wristgate_web", registry=self.registry)
        self._requests = self._counter("requests", "Requests answered", "route", "method", "status")
        self._seconds = Histogram(
            "wristgate_request_seconds", "Seconds from a request's head to the end of its answer", ["route"],
            buckets=BUCKETS, registry=self.registry,
        )  # fmt: skip
        self._errors = self._counter("errors", "Errors told to clients, by word", "error")
        self._received = self._counter("received_bytes", "Bytes of bodies that came in")
        self._sent = self._counter("sent_bytes", "Bytes of bodies that went out")
        self._events = self._counter("push_events", "Changes of the tree that were pushed and taken")
        self._by: dict[tuple[str, str, int], tuple[Counter, Histogram | None]] = {}
        self._clock = clock
        self._began = clock()

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"wristgate_{name}", text, labels, registry=self.registry)

    def count(self, exchange: Exchange, seconds: float) -> None:
        """Count an exchange that is over."""
        key = exchange.route or _NO_ROUTE, exchange.method, exchange.status
        counted = self._by.get(key) or self._begin(*key)
        counted[0].inc()
        if counted[1] is not None:
            counted[1].observe(seconds)
        self._received.inc(exchange.received)
        self._sent.inc(exchange.sent)
        if exchange.error is not None or not exchange.status:
            self._errors.labels(exchange.error or _CUT).inc()
        if exchange.events:
            self._events.inc(exchange.events)

    def _begin(self, route: str, method: str, status: int) -> tuple[Counter, Histogram | None]:
        """Look up what a kind of request is counted by, once; a WebSocket's seconds say nothing."""
        known = method if method in _METHODS else "other"
        seconds = None if method == SOCKET else self._seconds.labels(route)
        found = self._requests.labels(route, known, str(status)), seconds
        if known == method:  # whoever makes up methods fills no memory
            self._by[route, method, status] = found
        return found

    def told(self) -> dict[str, int]:
        """Give the sums that ``/metricz`` tells, under the names that td's server gives them."""
        rows = [(sample.labels, int(sample.value)) for sample in _samples(self._requests)]
        return {
            "uptime_seconds": int(self._clock() - self._began),
            "requests": sum(count for _, count in rows),
            "server_errors": sum(count for labels, count in rows if labels["status"].startswith("5")),
            "client_errors": sum(count for labels, count in rows if labels["status"].startswith("4")),
            "push_events_accepted": sum(int(sample.value) for sample in _samples(self._events)),
            "pull_requests": sum(count for labels, count in rows if labels["route"].endswith("/sync/pull")),
        }


def _samples(counter: Counter) -> list[Sample]:
    return [sample for family in counter.collect() for sample in family.samples]


class _Data:
    """How the data stand, looked up when somebody asks; a collector of Prometheus's client."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def collect(self) -> Iterable[Metric]:
        """Give all figures."""
        seen = self._standing.look()
        yield _gauge("info", "The release that runs", [(1, __version__)], "version")
        yield _gauge("users", "Users", [(seen.counts.users,)])
        yield _gauge("files", "Files in all trees", [(seen.counts.files,)])
        yield _gauge("activities", "Activities in the index", [(seen.counts.activities,)])
        yield _gauge("open_conflicts", "Conflicts that wait for somebody", [(seen.counts.conflicts,)])
        yield _gauge("refused_files", "Refused files that are kept", [(seen.counts.refused,)])
        yield _gauge("devices", "Devices that are not revoked", [(len(seen.devices),)])
        heard = [device.last_seen or 0 for device in seen.devices]
        within = [(sum(seen.now - moment < seconds for moment in heard), name) for name, seconds in _WITHIN.items()]
        yield _gauge("devices_seen", "Devices that were here within a time", within, "within")
        yield _gauge("waiting_files", "Files that wait for their watches", [(seen.waiting,)])
        yield _gauge(
            "storage_bytes", "What files, database and its log take",
            [(seen.counts.bytes, "files"), (seen.room.database, "database"), (seen.room.log, "log")], "what",
        )  # fmt: skip
        yield _gauge("disk_free_bytes", "What is free on the disk of the data", [(seen.room.free,)])
        yield _gauge(
            "done_timestamp_seconds", "When a chore was last finished, 0: never",
            [(done[0] if done else 0, name) for name, done in seen.chores.items()], "chore",
        )  # fmt: skip
        uploads = CounterMetricFamily(
            "wristgate_uploads", "Files sent here, by what became of them", labels=["type", "result"]
        )
        for kind, result, count in seen.tallies:
            uploads.add_metric([kind, result], count)
        yield uploads


def _gauge(name: str, text: str, values: Iterable[tuple[float, *tuple[str, ...]]], *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"wristgate_{name}", text, labels=labels)
    for value, *names in values:
        family.add_metric(names, value)
    return family


class Gate:
    """Lets in whoever shows the token, and whoever asks on this machine and not through a proxy."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    def pass_through(self, req: Request) -> None:
        """Raise ``Unauthorized`` for all others."""
        scheme, _, shown = (req.get_header("Authorization") or "").partition(" ")
        if self._token and scheme.lower() == "bearer" and hmac.compare_digest(shown.strip().encode(), self._token):
            return
        client = req.scope.get("client")
        if not _is_local(client[0] if client else "") or any(req.get_header(name) is not None for name in _FORWARDED):
            raise Unauthorized("metrics are for this machine, or for who sends SYNC_METRICS_TOKEN as Bearer")


def _is_local(peer: str) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


class Scrape:
    """``/metrics``."""

    public = True

    def __init__(self, metrics: Metrics, checkup: Checkup, gate: Gate, work: Work) -> None:
        self._registry = metrics.registry
        self._well = Gauge("wristgate_well", "Whether the gateway can store anything", registry=metrics.registry)
        self._checkup = checkup
        self._gate = gate
        self._work = work

    async def on_get(self, req: Request, resp: Response) -> None:
        """Tell everything, as Prometheus or OpenMetrics has it."""
        self._gate.pass_through(req)
        encode, kind = choose_encoder(req.get_header("Accept") or "")
        self._well.set(await self._checkup.reason() is None)
        resp.data = await self._work.read(encode, self._registry)
        resp.content_type = kind


class Sums:
    """``/metricz``."""

    public = True

    def __init__(self, metrics: Metrics, gate: Gate) -> None:
        self._metrics = metrics
        self._gate = gate

    async def on_get(self, req: Request, resp: Response) -> None:
        """Tell the sums."""
        self._gate.pass_through(req)
        resp.media = self._metrics.told()
