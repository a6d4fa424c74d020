"""All routes of the JSON API on one page."""

from dataclasses import dataclass

import falcon.asgi

from gateway.http.body import Bodies
from gateway.http.checkup import Checkup
from gateway.http.conversion import Converting
from gateway.http.limits import Limit
from gateway.http.ops import Health
from gateway.http.request import Request, Response
from gateway.http.watch.files import Ack, Config, Download, Files
from gateway.http.watch.native import Native
from gateway.http.watch.pair import Pair
from gateway.http.watch.records import Record
from gateway.http.watch.status import Status
from gateway.http.watch.track import Track
from gateway.http.watch.upload import Upload
from gateway.http.work import Work
from gateway.model import DeviceType, FileType
from gateway.service.deliveries import Deliveries
from gateway.service.pairing import Pairings
from gateway.service.records import Records
from gateway.service.tracks import Tracks
from gateway.service.uploads import Uploads

App = falcon.asgi.App[Request, Response]


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes hand requests to."""

    pairings: Pairings
    deliveries: Deliveries
    uploads: Uploads
    records: Records
    tracks: Tracks


def add_routes(
    app: App,
    services: Services,
    work: Work,
    bodies: Bodies,
    converting: Converting,
    checkup: Checkup,
    starts: Limit,
    polls: Limit,
) -> None:
    """Add the watch API under both of its prefixes, and the health check."""
    pairings, deliveries, uploads = services.pairings, services.deliveries, services.uploads
    for kind in DeviceType:
        prefix = f"/api/v1/{kind}"
        app.add_route(f"{prefix}/pair", Pair(kind, pairings, work, bodies, starts, polls))
        app.add_route(f"{prefix}/status", Status(deliveries, work, converting))
        app.add_route(f"{prefix}/files", Files(deliveries, work, converting))
        app.add_route(f"{prefix}/download/{{key}}", Download(deliveries, work, converting))
        app.add_route(f"{prefix}/native/{{file_id}}.gpx", Native(FileType.GPX, deliveries, work, converting))
        app.add_route(f"{prefix}/native/{{file_id}}.fit", Native(FileType.FIT, deliveries, work, converting))
        app.add_route(f"{prefix}/ack", Ack(deliveries, work, bodies))
        app.add_route(f"{prefix}/config", Config(deliveries, work))
        app.add_route(f"{prefix}/upload", Upload(uploads, work, bodies))
        app.add_route(f"{prefix}/records", Record(services.records, work, bodies))
        app.add_route(f"{prefix}/track", Track(services.tracks, work, bodies))
    for path in ("/health", "/healthz"):
        app.add_route(path, Health(checkup))
