"""The app on the watch: what it shows, fetches and sends, with everything it must remember in Storage."""

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any

from gateway.simwatch.downloads import AfterPart, Downloads
from gateway.simwatch.phone import Phone, ResponseType
from gateway.simwatch.requests import TRIES, Requests, WatchError
from gateway.simwatch.storage import Storage
from gateway.simwatch.uploads import BeforePart, Uploads
from gateway.simwatch.values import Dictionary


@dataclass(frozen=True, slots=True)
class PairingOffer:
    """What the watch shows: the owner types ``code`` at ``url`` within ``ttl`` seconds."""

    code: str
    url: str
    ttl: int
    poll: int


class Watch:
    """A watch at ``base_url``; hand the same ``storage`` to the next one to restart it.

    ``kind`` is the device type, ``garmin`` or ``iot``. ``sleep`` is called between attempts and polls; by default only
    the link's own time passes.
    """

    def __init__(
        self,
        base_url: str,
        phone: Phone | None = None,
        storage: MutableMapping[str, Any] | None = None,
        *,
        name: str = "fenix 7",
        device: str = "a1b2c3d4e5f6a7b8c9d0",
        kind: str = "garmin",
        sleep: Callable[[float], object] | None = None,
        nonce: Callable[[], str] | None = None,
        tries: int = TRIES,
    ) -> None:
        self.phone = phone or Phone()
        self.storage = Storage({} if storage is None else storage)
        self.name = name
        self.device = device
        self._sleep = sleep or self.phone.link.rest
        base = f"{base_url.rstrip('/')}/api/v1/{kind}/"
        self.requests = Requests(base, self.phone, self.storage, sleep=self._sleep, tries=tries)
        self.uploads = Uploads(self.requests, self.storage, nonce)
        self._downloads = Downloads(self.requests, self.storage)

    def start_pairing(self) -> PairingOffer:
        """Ask for a code; the secret id that belongs to it stays in Storage."""
        document = {"device": self.device, "name": self.name, "app": "1.0.0"}
        self.storage.pop("token", None)
        answer = self.requests.post("pair", document)
        self.storage["pairing"] = {"id": answer["id"], "poll": answer["poll"]}
        return PairingOffer(answer["code"], answer["url"], answer["ttl"], answer["poll"])

    def poll_pairing(self) -> bool:
        """Whether the owner has confirmed; then the token is kept before anything else is asked."""
        answer = self.requests.get("pair", {"id": self.storage["pairing"]["id"]})
        if answer["state"] != "ready":
            return False
        self.storage["token"] = str(answer["token"]).strip()
        self.name = str(answer.get("name", self.name))
        del self.storage["pairing"]
        return True

    def pair(self, show: Callable[[PairingOffer], object]) -> None:
        """Show the code, then poll until the owner has confirmed or the code has run out."""
        offer = self.start_pairing()
        show(offer)
        for _ in range(max(1, offer.ttl // max(1, offer.poll))):
            if self.poll_pairing():
                return
            self._sleep(offer.poll)
        raise WatchError("nobody confirmed the code in time")

    def status(self) -> Dictionary:
        """Ask for what a glance shows."""
        return self.requests.get("status")

    def files(self, *, file_type: str = "", everything: bool = False) -> Iterator[Dictionary]:
        """List the files that wait for this watch, newest first, page after page."""
        wanted: dict[str, Any] = {"type": file_type} if file_type else {}
        if everything:
            wanted["all"] = 1
        cursor: dict[str, Any] = {}
        while True:
            page = self.requests.get("files", {**wanted, **cursor})
            yield from page["files"]
            if "next" not in page:
                return
            if page["next"] == cursor.get("cursor"):
                raise WatchError("the list does not go on")
            cursor = {"cursor": page["next"]}

    def download(self, name: str, after_part: AfterPart | None = None) -> tuple[Dictionary, bytes]:
        """Fetch one file by its id or name, part by part: its ``id``, ``v``, ``s``, ``crc``, and the checked bytes."""
        return self._downloads.fetch(name, after_part)

    def document(self, file_id: str) -> Dictionary:
        """Fetch a JSON file as the object that it is."""
        found: Dictionary = self.requests.get(f"download/{file_id}", {"as": "json"})["j"]
        return found

    def native(self, file_id: str, file_type: str) -> bytes:
        """Fetch a course for the watch's own storage, as makeWebRequest's FIT or GPX response type."""
        response = ResponseType.FIT if file_type == "fit" else ResponseType.GPX
        return self.requests.fetch(f"native/{file_id}.{file_type}", response)

    def acknowledge(self, files: Iterable[Dictionary]) -> int:
        """Say that these are on the watch now; how many still wait."""
        versions = [{"id": file["id"], "v": file["v"]} for file in files]
        return int(self.requests.post("ack", {"files": versions})["pending"])

    def config(self) -> Dictionary:
        """Get the settings that the owner wrote for this watch; unchanged ones come from Storage."""
        have = self.storage.get("config")
        answer = self.requests.get("config", {"have": have["v"]} if have else None)
        if not answer.get("same"):
            self.storage["config"] = {"v": answer["v"], "c": answer["c"]}
        kept: Dictionary = self.storage["config"]["c"]
        return kept

    def upload(self, name: str, content: bytes) -> Dictionary:
        """Send a file in one request."""
        return self.uploads.whole(name, content)

    def upload_in_parts(self, name: str, content: bytes, before_part: BeforePart | None = None) -> Dictionary:
        """Send a file part by part, resumed after every drop and restart."""
        return self.uploads.in_parts(name, content, before_part)

    def upload_document(self, name: str, value: Dictionary) -> Dictionary:
        """Send a JSON document as it is."""
        return self.uploads.document(name, value)
