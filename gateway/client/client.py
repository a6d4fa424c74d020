"""A gateway as scripts use it, by the store API (``docs/store-api.md``)."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Self

from gateway.client import changes as journal
from gateway.client import downloads, live, uploads
from gateway.client.address import Address
from gateway.client.changes import Delete, Move, Put
from gateway.client.connection import Request
from gateway.client.downloads import Downloaded, Progress, Target
from gateway.client.errors import Misused
from gateway.client.fields import flag, inner, objects, onward, text
from gateway.client.identity import Credentials, Fixed, SignIn
from gateway.client.parts import Label
from gateway.client.patience import Patience
from gateway.client.results import Activity, Change, File, Me, Pushed, Status, Uploaded, Version
from gateway.client.session import Session
from gateway.client.transport import TIMEOUT, Transport

FORMATS: Final = ("gpx", "tcx", "fit", "geojson", "csv")
_URL: Final = "WRISTGATE_URL"
_KEY: Final = "WRISTGATE_KEY"

Named = File | Change | str
"""A file that was told of, or the path of one."""


def _quiet(_done: int, _size: int) -> None:
    """Tell nobody."""


class Client(Session):
    """One gateway, as the holder of a key or as a registered device; for one thread at a time.

    ``timeout`` is the longest silence in seconds. ``renewed`` gets the credentials that take the place of the given
    ones; whoever keeps them keeps those. Every method raises a ``ClientError``, whose text can be shown.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        credentials: Credentials | None = None,
        renewed: Callable[[Credentials], object] = lambda _: None,
        timeout: float = TIMEOUT,
        patience: Patience | None = None,
    ) -> None:
        if (key is None) == (credentials is None):
            raise Misused("a client needs a key, or the credentials of a device")
        identity = SignIn(credentials, renewed) if credentials else Fixed((key or "").strip())
        super().__init__(Transport(Address.parse(url), identity, timeout=timeout, patience=patience))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Take the address from WRISTGATE_URL and the key from WRISTGATE_KEY."""
        missing = [name for name in (_URL, _KEY) if not environment.get(name)]
        if missing:
            raise Misused(f"{' and '.join(missing)} must be set")
        return cls(environment[_URL], environment[_KEY])

    def ask(
        self, method: str, path: str, query: Mapping[str, object] | None = None, document: object = None
    ) -> dict[str, Any]:
        """Ask for anything else of the API by its path below ``/api/v1/``; what is no GET is sent once."""
        return self._transport.ask(method, path, query, document)

    def me(self) -> Me:
        """Ask whether the credential works, and for what."""
        return Me.read(self.ask("GET", "auth/me"))

    def status(self) -> Status:
        """Ask how the store stands."""
        return Status.read(self.ask("GET", "sync/status"))

    # Files

    def upload(
        self,
        source: "str | os.PathLike[str] | bytes",
        *,
        to: str | None = None,
        name: str | None = None,
        base: int | None = None,
        new: bool = False,
        reject: bool = False,
        mtime: int | None = None,
        encrypted: str | None = None,
        summary: Mapping[str, object] | None = None,
        progress: Progress = _quiet,
    ) -> Uploaded:
        """Send a file, or bytes. Without ``to``, a path or a folder that ends with a slash, its content decides.

        ``base`` is the version that it was made from: where another is the newest, that one stays beside, or with
        ``reject`` the upload is refused. ``new`` refuses it where something is there. A zip or gz without ``to`` is
        opened, see ``members``. ``encrypted`` says how you have encrypted it, so that nobody looks inside, and
        ``summary`` what the index of activities may know of it.
        """
        wish = uploads.Wish(
            to=to, name=name, base=base, new=new, reject=reject, mtime=mtime, encrypted=encrypted, summary=summary
        )
        return uploads.upload(self._transport, source, wish, progress)

    def download(
        self, file: Named, target: Target, *, version: int | None = None, progress: Progress = _quiet
    ) -> Downloaded:
        """Fetch a file into the target, or into it where it is a folder; without ``version``, the newest.

        What has come lies in ``TARGET.part`` until it is whole and has the announced SHA-256; when it broke off, the
        next call goes on there, unless the file has changed.
        """
        path = file if isinstance(file, str) else file.path
        query = {"path": file} if isinstance(file, str) else {"id": file.id}
        place = downloads.place(target, path.rpartition("/")[2])
        return downloads.download(self._transport, {**query, "version": version}, place, progress)

    def files(self, folder: str = "/", *, recursive: bool = False) -> Iterator[File]:
        """List the files in a folder, by path; with ``recursive`` all below it."""
        for entry in self._listed("files/list", "entries", {"path": folder, "recursive": recursive}):
            if not flag(entry, "folder"):
                yield File.read(entry)

    def folders(self, folder: str = "/") -> Iterator[str]:
        """List the folders in a folder, by path."""
        for entry in self._listed("files/list", "entries", {"path": folder}):
            if flag(entry, "folder"):
                yield text(entry, "path")

    def info(self, file: File) -> File:
        """Ask for all that is known of a file: ``raw`` has its ``kind``, ``summary`` and ``activity`` too."""
        return File.read(inner(self.ask("GET", f"files/{file.id}/info"), "file"))

    def versions(self, file: File) -> list[Version]:
        """List the versions that are kept, newest first."""
        return [Version.read(each) for each in objects(self.ask("GET", f"files/{file.id}/versions"), "versions")]

    def restore(self, file: File, version: int) -> File:
        """Make an earlier version the newest."""
        return File.read(inner(self.ask("POST", f"files/{file.id}/restore", None, {"version": version}), "file"))

    def move(self, file: Named, to: str) -> Pushed:
        """Give a file another path; of a path, the file that is there now."""
        path, base, known = self._named(file)
        return self._one(Move(path, to, base, known))

    def delete(self, file: Named) -> Pushed:
        """Put a file into the trash; has it changed since it was told of, that change stays beside."""
        path, base, known = self._named(file)
        return self._one(Delete(path, base, known))

    # Changes

    def changes(self, cursor: str | None = None, *, wait: int = 0, limit: int | None = None) -> Iterator[Change]:
        """Pull what happened behind the cursor, without one the whole tree; keep the cursor of what was applied.

        ``wait`` seconds, up to 60, for something where there is nothing. Raises ``Reset`` for a cursor that is void.
        """
        return journal.pulled(self._transport, cursor, wait, limit)

    def live(self, cursor: str | None = None, *, silence: float = live.SILENCE) -> Iterator[Change]:
        """Yield changes as they happen, without end, through broken connections; ``silence`` ends one without beats."""
        return live.follow(self._transport, cursor, silence)

    def push(self, changes: Iterable[Put | Move | Delete]) -> list[Pushed]:
        """Tell what was done here, up to 1,000 changes; a result for each, in their order."""
        document = {"changes": [change.told() for change in changes]}
        raw = self._transport.ask("POST", "sync/push", None, document, safe=True)
        return [Pushed.read(result) for result in objects(raw, "results")]

    # Activities

    def activities(
        self,
        *,
        since: int | None = None,
        until: int | None = None,
        sport: str | None = None,
        device: str | None = None,
        box: tuple[float, float, float, float] | None = None,
        text: str | None = None,
    ) -> Iterator[Activity]:
        """List workouts; ``since`` and ``until`` in Unix seconds, ``box`` as the API takes a ``bbox``."""
        place = ",".join(map(str, box)) if box else None
        query = {"from": since, "to": until, "sport": sport, "device": device, "bbox": place, "q": text}
        return map(Activity.read, self._listed("activities", "activities", query))

    def activity(self, activity: str) -> dict[str, Any]:
        """Ask for all that is known of a workout."""
        return self.ask("GET", f"activities/{activity}")

    def track(self, activity: str) -> dict[str, Any]:
        """Ask for the samples of a workout."""
        return self.ask("GET", f"activities/{activity}/track")

    def export(self, activity: str, kind: str, target: Target) -> int:
        """Fetch a workout as ``gpx``, ``tcx``, ``fit``, ``geojson`` or ``csv``; gives its size in bytes."""
        if kind not in FORMATS:
            raise Misused(f"an activity can be had as {', '.join(FORMATS)}")
        place = downloads.place(target, f"{activity}.{kind}")
        return downloads.export(self._transport, f"activities/{activity}/export.{kind}", place)

    def _listed(self, path: str, key: str, query: Mapping[str, object]) -> Iterator[dict[str, Any]]:
        """Read a list page by page."""
        cursor: str | None = None
        while True:
            page = self.ask("GET", path, {**query, "cursor": cursor})
            yield from objects(page, key)
            cursor = onward(page, "cursor", cursor)
            if cursor is None:
                return

    def _named(self, file: Named) -> tuple[str, int, str | None]:
        """Give path, version and id of a file; of a path, without the id, those of the file that is there now."""
        if not isinstance(file, str):
            if file.version is None:
                raise Misused(f"{file.path} is not there any more")
            return file.path, file.version, file.id
        target = self._transport.target("files/download", {"path": file})
        known = Request("GET", target, {"If-None-Match": "*"})  # no bytes, whatever version is there
        return file, self._transport.patience.repeat(lambda: self._version(known)), None

    def _version(self, request: Request) -> int:
        with self._transport.open(request) as answer:
            answer.read(0)
            return Label.of(answer.header("ETag"), answer.header("X-Content-SHA256")).version

    def _one(self, change: Move | Delete) -> Pushed:
        result = self.push([change])[0]
        if result.refused:
            raise result.refused
        return result
