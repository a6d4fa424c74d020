"""All routes of the JSON API on one page."""

from dataclasses import dataclass

import falcon.asgi

from gateway.http.arrivals import Arrivals
from gateway.http.body import Bodies
from gateway.http.companions import endurain, fitotrack, fittrackee, workout_tracker
from gateway.http.companions.companion import Companion
from gateway.http.conversion import Converting
from gateway.http.description import Description
from gateway.http.limits import Limit
from gateway.http.news import News
from gateway.http.ops import Health
from gateway.http.request import Request, Response
from gateway.http.store.activities import (
    ActivityExport,
    ActivityList,
    ActivityTotals,
    ActivityTrack,
    OneActivity,
)
from gateway.http.store.auth import Login, Logout, Me, Refresh, Register
from gateway.http.store.conflicts import ConflictList, OneConflict
from gateway.http.store.devices import DeviceList, OneDevice
from gateway.http.store.download import Download as StoreDownload
from gateway.http.store.feed import Feed
from gateway.http.store.files import Info, List, Move, OneFile, Restore, Versions
from gateway.http.store.keys import KeyList, OneKey
from gateway.http.store.live import Live
from gateway.http.store.rejected import RejectedDownload, RejectedList, RejectedRetry
from gateway.http.store.sync import Pull, Push
from gateway.http.store.sync import Status as SyncStatus
from gateway.http.store.trash import Trash, TrashedFile, TrashRestore
from gateway.http.store.upload import Upload as StoreUpload
from gateway.http.watch.files import Ack, Config, Download, Files
from gateway.http.watch.native import Native
from gateway.http.watch.pair import Pair
from gateway.http.watch.records import Record
from gateway.http.watch.status import Status
from gateway.http.watch.track import Track
from gateway.http.watch.upload import Upload
from gateway.http.work import Work
from gateway.model import WATCHES, FileType
from gateway.service.access import Accesses
from gateway.service.activities import Activities
from gateway.service.conflicts import Conflicts
from gateway.service.deliveries import Deliveries
from gateway.service.devices import Devices
from gateway.service.exports import Exports
from gateway.service.files import Files as StoreFiles
from gateway.service.keys import Keys
from gateway.service.pairing import Pairings
from gateway.service.push import Pushes
from gateway.service.records import Records
from gateway.service.rejections import Rejections
from gateway.service.revising import Revising
from gateway.service.signin import SignIn
from gateway.service.sync import Sync
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
    health: Health,
    starts: Limit,
    polls: Limit,
) -> None:
    """Add the watch API under both of its prefixes, the health check, and what describes the APIs."""
    pairings, deliveries, uploads = services.pairings, services.deliveries, services.uploads
    for kind in WATCHES:
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
        app.add_route(path, health)
    app.add_route("/api/v1/openapi.json", Description(work))


@dataclass(frozen=True, slots=True)
class StoreServices:
    """What the routes of the store API hand requests to."""

    signin: SignIn
    devices: Devices
    keys: Keys
    files: StoreFiles
    revising: Revising
    conflicts: Conflicts
    sync: Sync
    pushes: Pushes
    rejections: Rejections
    activities: Activities
    exports: Exports


def add_store_routes(
    app: App,
    services: StoreServices,
    work: Work,
    bodies: Bodies,
    arrivals: Arrivals,
    news: News,
    attempts: Limit,
    heartbeat: float,
    connections: int,
) -> None:
    """Add the store API; ``attempts`` limits sign-ins, ``heartbeat`` is of live readers, in seconds.

    ``connections``: those that the server takes.
    """
    signin, devices, keys = services.signin, services.devices, services.keys
    prefix = "/api/v1"
    app.add_route(f"{prefix}/auth/register", Register(signin, work, bodies, attempts))
    app.add_route(f"{prefix}/auth/login", Login(signin, work, bodies, attempts))
    app.add_route(f"{prefix}/auth/refresh", Refresh(signin, work, bodies))
    app.add_route(f"{prefix}/auth/logout", Logout(signin, work))
    app.add_route(f"{prefix}/auth/me", Me(signin, work))
    app.add_route(f"{prefix}/devices", DeviceList(devices, work))
    app.add_route(f"{prefix}/devices/{{device_id}}", OneDevice(devices, work, bodies))
    app.add_route(f"{prefix}/keys", KeyList(keys, work, bodies))
    app.add_route(f"{prefix}/keys/{{key_id}}", OneKey(keys, work))
    files, revising, conflicts = services.files, services.revising, services.conflicts
    app.add_route(f"{prefix}/files/upload", StoreUpload(arrivals))
    app.add_route(f"{prefix}/files/download", StoreDownload(files, work))
    app.add_route(f"{prefix}/files/list", List(files, work))
    app.add_route(f"{prefix}/files/{{file_id}}", OneFile(revising, work))
    app.add_route(f"{prefix}/files/{{file_id}}/info", Info(files, work))
    app.add_route(f"{prefix}/files/{{file_id}}/versions", Versions(files, work))
    app.add_route(f"{prefix}/files/{{file_id}}/move", Move(revising, work, bodies))
    app.add_route(f"{prefix}/files/{{file_id}}/restore", Restore(revising, work, bodies))
    app.add_route(f"{prefix}/trash", Trash(revising, work))
    app.add_route(f"{prefix}/trash/{{file_id}}", TrashedFile(revising, work))
    app.add_route(f"{prefix}/trash/{{file_id}}/restore", TrashRestore(revising, work))
    app.add_route(f"{prefix}/conflicts", ConflictList(conflicts, work))
    app.add_route(f"{prefix}/conflicts/{{conflict_id}}", OneConflict(conflicts, work, bodies))
    rejections = services.rejections
    app.add_route(f"{prefix}/rejected", RejectedList(rejections, work))
    app.add_route(f"{prefix}/rejected/{{rejected_id}}/download", RejectedDownload(rejections, work))
    app.add_route(f"{prefix}/rejected/{{rejected_id}}/retry", RejectedRetry(rejections, work))
    _add_activities(app, prefix, services, work)
    app.add_route(f"{prefix}/sync/status", SyncStatus(services.sync, work))
    feed = Feed(services.sync, work, connections)
    app.add_route(f"{prefix}/sync/pull", Pull(services.sync, feed, work, news))
    app.add_route(f"{prefix}/sync/live", Live(services.sync, feed, work, news, heartbeat))
    app.add_route(f"{prefix}/sync/push", Push(services.pushes, work, bodies))


def _add_activities(app: App, prefix: str, services: StoreServices, work: Work) -> None:
    activities, exports = services.activities, services.exports
    app.add_route(f"{prefix}/activities", ActivityList(activities, work))
    app.add_route(f"{prefix}/activities/totals", ActivityTotals(activities, work))
    app.add_route(f"{prefix}/activities/{{activity_id}}", OneActivity(activities, work))
    app.add_route(f"{prefix}/activities/{{activity_id}}/track", ActivityTrack(exports, work))
    app.add_route(f"{prefix}/activities/{{activity_id}}/export.{{ending}}", ActivityExport(exports, work))


def add_companion_routes(
    app: App,
    signin: SignIn,
    accesses: Accesses,
    work: Work,
    bodies: Bodies,
    arrivals: Arrivals,
    attempts: Limit,
) -> None:
    """Add the paths that phone apps of other servers upload to; ``attempts`` limits sign-ins."""
    for version in ("v1", "v2"):
        prefix = f"/api/{version}"
        app.add_route(f"{prefix}/import/generic", Companion(workout_tracker.Import(), arrivals))
        app.add_route(f"{prefix}/import/fitotrack", Companion(fitotrack.Import(), arrivals))
        app.add_route(f"{prefix}/whoami", workout_tracker.Whoami(signin, work, wrapped=version == "v2"))
    app.add_route("/api/v2/workouts", Companion(workout_tracker.Workouts(), arrivals))
    app.add_route("/api/v1/activities/create/upload", Companion(endurain.Activities(), arrivals))
    app.add_route("/api/workouts", Companion(fittrackee.Workouts(), arrivals))
    app.add_route("/api/auth/login", fittrackee.Login(accesses, work, bodies, attempts))
    app.add_route("/api/auth/profile", fittrackee.Profile(signin, work))
    app.add_route("/api/sports", fittrackee.Sports())
