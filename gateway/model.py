"""Values that pass between the layers: frozen, without I/O. Long because it is a list of them.

Units everywhere: seconds (Unix time, UTC, for moments), metres, beats and revolutions per minute, watts, kilocalories,
degrees. ``None`` means that the source does not say.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class FileType(StrEnum):
    """The four types that a watch may send or fetch; also the ending and the ``y`` of the watch API."""

    FIT = "fit"
    GPX = "gpx"
    TCX = "tcx"
    JSON = "json"


class Kind(StrEnum):
    """What a file is about; decides its folder."""

    ACTIVITY = "activity"
    COURSE = "course"  # a FIT or TCX course, a GPX route
    WORKOUT = "workout"
    WAYPOINTS = "waypoints"
    OTHER = "other"  # settings, monitoring, totals, any JSON document


@dataclass(frozen=True, slots=True)
class Device:
    """Who recorded a file, as far as the file tells."""

    manufacturer: str | None = None
    product: str | None = None
    serial: int | None = None
    software: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One sport of an activity (a triathlon has several) or one lap of it."""

    sport: str | None = None
    sub_sport: str | None = None
    start: int | None = None
    elapsed: float | None = None
    timer: float | None = None
    moving: float | None = None
    distance: float | None = None
    ascent: float | None = None
    descent: float | None = None
    avg_hr: int | None = None
    max_hr: int | None = None
    avg_power: int | None = None
    max_power: int | None = None
    avg_cadence: int | None = None
    max_cadence: int | None = None
    calories: int | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What the index keeps of one checked file.

    ``subtype`` is the format's own word where it says more than ``kind``: ``settings``, ``monitoring`` and so on of a
    FIT file, ``track``, ``route``, ``waypoints`` or ``empty`` of a GPX file.
    ``elapsed`` is wall-clock time from start to end (of several sessions the sum), ``timer`` the time that the
    recording ran, ``moving`` the time in motion: what the file states, else what the points show. ``bbox`` is
    (south, west, north, east); ``polyline`` Google's encoded polyline of at most some hundred points.
    ``warnings`` are short sentences about what is odd in a file that was accepted all the same.
    """

    type: FileType
    kind: Kind
    subtype: str | None = None
    name: str | None = None
    sport: str | None = None
    sub_sport: str | None = None
    start: int | None = None
    elapsed: float | None = None
    timer: float | None = None
    moving: float | None = None
    distance: float | None = None
    ascent: float | None = None
    descent: float | None = None
    avg_hr: int | None = None
    max_hr: int | None = None
    avg_power: int | None = None
    max_power: int | None = None
    avg_cadence: int | None = None
    max_cadence: int | None = None
    calories: int | None = None
    sessions: tuple[Session, ...] = ()
    laps: tuple[Session, ...] = ()
    records: int = 0
    device: Device | None = None
    bbox: tuple[float, float, float, float] | None = None
    polyline: str | None = None
    warnings: tuple[str, ...] = ()


class DeviceType(StrEnum):
    """What a device is. ``garmin`` and ``iot`` are prefixes of the watch API and name default config documents."""

    GARMIN = "garmin"
    IOT = "iot"
    LINUX = "linux"
    MOBILE = "mobile"
    WEB = "web"


WATCHES = (DeviceType.GARMIN, DeviceType.IOT)
"""Those that speak the watch API."""


class Scope(StrEnum):
    """What a credential of the store API may do."""

    READ = "read"
    WRITE = "write"  # and upload
    UPLOAD = "upload"  # new files and versions, nothing else
    ACCOUNT = "account"  # devices and keys


class Role(StrEnum):
    """What a member may do in a project; each may do what the later ones may."""

    OWNER = "owner"
    WRITER = "writer"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class User:
    """A person; ``project`` is the person's home tree. ``email`` is None until the owner has signed in once."""

    id: str
    email: str | None
    owner: bool
    project: str
    created: int


@dataclass(frozen=True, slots=True)
class PairedDevice:
    """A watch or the like that a user has paired. ``folders`` are those whose files wait for it."""

    id: str
    user: str
    project: str
    type: DeviceType
    ident: str
    name: str
    app: str | None
    folders: tuple[str, ...]
    created: int
    last_seen: int | None
    last_sync: int | None
    sent: int
    revoked: int | None
    pulled: int | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """A personal key for a script. What lies outside of ``folder`` does not exist for it; None: it sees all."""

    id: str
    user: str
    name: str
    scopes: frozenset[Scope]
    folder: str | None
    created: int
    last_used: int | None
    revoked: int | None


@dataclass(frozen=True, slots=True)
class Pairing:
    """A device that asks to be paired; ``device`` is set once its owner has confirmed."""

    code: str
    token_hash: bytes
    type: DeviceType
    ident: str
    name: str
    app: str | None
    address: str
    created: int
    expires: int
    device: str | None


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of a tree with the facts of its newest version.

    ``device`` is the device or key that sent that, None: a page or a command. ``mtime`` is what the source says,
    ``damaged`` why the content is not a correct file of its type, None: it is one, or of no known type. ``encrypted``
    is how the sender has encrypted it, None: not.
    """

    id: str
    project: str
    path: str
    version: int
    sha256: bytes
    size: int
    type: str | None
    device: str | None
    time: int
    mtime: int | None = None
    damaged: str | None = None
    encrypted: str | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The path without the last part, ``/`` for the top."""
        return self.path.rpartition("/")[0] or "/"


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes by their hash: in the database (``body``) or in a file of the contents folder (``location``).

    ``key`` is the id of the master key with which that file is sealed.
    """

    sha256: bytes
    size: int
    crc32: int
    body: bytes | None = None
    location: str | None = None
    key: bytes | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What the sender of an encrypted file says of it: ``values`` has keys of ``Summary`` and their values as JSON."""

    kind: Kind
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """A content with what reading it has shown; ``damaged`` is the sentence of a content that was kept all the same.

    One that its sender has ``encrypted`` has not been read; of it the sender may have ``said`` what summaries say.
    """

    content: Content
    summary: Summary | None
    damaged: str | None = None
    encrypted: str | None = None
    said: Said | None = None

    @property
    def kind(self) -> Kind | None:
        """What it is, as far as that is known."""
        known = self.summary or self.said
        return known.kind if known else None

    @property
    def start(self) -> int | None:
        """When it began, as far as that is known."""
        return self.summary.start if self.summary else self.said.values.get("start") if self.said else None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a user, from a device, by a key, or by a page or a command; no user: the gateway itself."""

    user: str | None
    project: str
    device: PairedDevice | None = None
    key: str | None = None

    @property
    def sender(self) -> str | None:
        """The id of the device or key."""
        return self.device.id if self.device else self.key


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody who has shown a credential of the store API and may do ``scopes`` in a project.

    ``token`` is what nonces belong to: it stays the same for a device, however often that signs in. ``family`` is the
    sign-in of a device, ``expires`` the Unix time until which its token is good. What lies outside of ``folder`` does
    not exist for this caller; None: everything exists.
    ``operator``: it is a command on the gateway's own machine. ``home`` is the user's own project, in whose journal it
    stands when the credential ends.
    """

    user: str
    home: str
    project: str
    scopes: frozenset[Scope]
    token: bytes
    device: PairedDevice | None = None
    family: str | None = None
    expires: int | None = None
    key: Key | None = None
    folder: str | None = None
    operator: bool = False

    @property
    def actor(self) -> Actor:
        """The caller as the author of a change."""
        return Actor(self.user, self.project, self.device, self.key.id if self.key else None)


@dataclass(frozen=True, slots=True)
class Upload:
    """An unfinished upload in parts; ``have`` bytes have come in."""

    nonce: str
    name: str
    size: int
    have: int
    updated: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two versions of one name: the last to arrive has it, the other lies beside it until somebody settles.

    ``version`` of ``file`` won and came from ``device`` (0: it was deleted or moved); ``lost`` is the number that the
    content of ``copy`` has in the file, ``loser`` the device that sent it. ``path`` and ``beside`` are where both lay
    then. ``kept`` is the word of the settlement.
    """

    id: str
    project: str
    file: str
    version: int
    device: str | None
    copy: str
    lost: int
    loser: str | None
    time: int
    path: str
    beside: str
    settled: int | None = None
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """Where bytes ended up; ``duplicate``: they were there already, ``summary``: what reading them has just shown."""

    file: FileEntry
    duplicate: bool
    warning: str | None = None
    conflict: Conflict | None = None
    summary: Summary | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a content: ``kind``, ``damaged`` (a sentence) and ``summary`` are what reading it has shown.

    ``summary`` is a ``Summary`` as JSON, without what the source does not say. Of a content that is ``encrypted`` it is
    what the sender says.
    """

    sha256: bytes
    size: int
    crc32: int
    type: str | None = None
    kind: str | None = None
    damaged: str | None = None
    summary: dict[str, Any] | None = None
    encrypted: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a file; ``device`` is the device or key that sent it."""

    file: str
    number: int
    facts: Facts
    device: str | None
    time: int
    mtime: int | None


@dataclass(frozen=True, slots=True)
class Trashed:
    """A deleted file that can come back."""

    file: FileEntry
    deleted: int


@dataclass(frozen=True, slots=True)
class Change:
    """A file's change as the journal has it: ``op`` is put, delete or move, ``told`` the entry's payload."""

    seq: int
    op: str
    file: str
    told: dict[str, Any]
    device: str | None
    time: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the journal about ``entity`` (type, id)."""

    seq: int
    action: str
    entity: tuple[str, str]
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which files of a device's folders are asked for. ``config`` is the device's own document, which never waits."""

    device: PairedDevice
    cap: int
    config: str | None = None
    type: str | None = None
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Rejection:
    """A refused upload. ``error`` is the stable word, ``message`` the sentence."""

    id: str
    project: str
    device: str | None
    name: str
    sha256: bytes
    size: int
    error: str
    message: str
    time: int


@dataclass(frozen=True, slots=True)
class Record:
    """A small fact that a watch has sent; ``day`` is set for a day's totals only, in days since 1970."""

    id: str
    project: str
    device: str
    type: str
    time: int
    day: int | None
    digest: bytes
    body: dict[str, object]


@dataclass(frozen=True, slots=True)
class Recording:
    """What one file or one summary from a watch says of a workout.

    ``type`` is the file's or ``act``, ``device`` the one that sent it; None: another way.
    """

    start: int | None
    elapsed: float | None
    timer: float | None
    distance: float | None
    sport: str | None
    type: str | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Workout:
    """An activity as the index has it, out of all files and summaries that tell of it.

    ``start`` None: nobody says; ``moment`` is the start, else when the first of them came. ``bbox`` as in ``Summary``.
    ``file`` is the one that tells most, None: only summaries tell. ``devices`` are the devices and keys that sent them.
    """

    id: str
    project: str
    moment: int
    start: int | None
    sport: str | None
    sub_sport: str | None
    name: str | None
    elapsed: float | None
    timer: float | None
    moving: float | None
    distance: float | None
    ascent: float | None
    descent: float | None
    calories: int | None
    avg_hr: int | None
    max_hr: int | None
    bbox: tuple[float, float, float, float] | None
    file: str | None
    sources: int
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """What the activities of one sport amount to in a span of time."""

    sport: str | None
    activities: int
    elapsed: float
    timer: float
    distance: float
    ascent: float
    calories: int


@dataclass(frozen=True, slots=True)
class Source:
    """One that tells of a workout: a file (its newest version) or the summary of a watch (its record), by id."""

    id: str
    type: str | None
    device: str | None


@dataclass(frozen=True, slots=True)
class UnfinishedTrack:
    """A track that comes in batches; ``have`` rows are there. ``sport`` and ``sub_sport`` are FIT's numbers."""

    token: bytes
    nonce: str
    device: str
    start: int
    sport: int | None
    sub_sport: int | None
    columns: tuple[str, ...]
    have: int
    updated: int


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a content is to become: a ``target`` of at most ``points`` samples (0: any number) and ``cap`` bytes."""

    source: bytes
    target: str
    points: int
    cap: int


@dataclass(frozen=True, slots=True)
class Converted:
    """How a conversion went: it has a size and a CRC-32, or it failed for a reason."""

    size: int
    crc32: int
    made: int
    used: int
    failure: tuple[str, int, str] | None = None
