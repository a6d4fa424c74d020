"""A file from the watch to the gateway in parts, resumed where the gateway says, however often the link drops."""

import secrets
import zlib
from collections.abc import Callable
from typing import Any

import pybase64

from gateway.simwatch.requests import Refused, Requests, RequestTooLarge, WatchError
from gateway.simwatch.storage import Storage
from gateway.simwatch.values import Dictionary

REQUEST_SIZE = 2048  # of a body: "what to plan with" in connectiq-platform.md
_KEY = "upload"
_ENVELOPE = 160  # everything in a part's JSON but the name and the base64
_SMALLEST_PART = 48
_CORRECTIONS = 5

BeforePart = Callable[[int, int, int], object]


class Uploads:
    """Sends files; ``nonce`` makes the name of one upload, under which the gateway knows repetitions."""

    def __init__(self, requests: Requests, storage: Storage, nonce: Callable[[], str] | None = None) -> None:
        self.request_size = REQUEST_SIZE
        self._requests = requests
        self._storage = storage
        self._nonce = nonce or (lambda: secrets.token_hex(8))

    def whole(self, name: str, content: bytes) -> Dictionary:
        """Send the file in one request."""
        document = {"n": self._nonce(), "name": name, "file": pybase64.b64encode_as_string(content)}
        return self._requests.post("upload", document)

    def document(self, name: str, value: Dictionary) -> Dictionary:
        """Send a JSON document as it is."""
        return self._requests.post("upload", {"n": self._nonce(), "name": name, "json": value})

    def in_parts(self, name: str, content: bytes, before_part: BeforePart | None = None) -> Dictionary:
        """Send the file in requests of ``request_size``; ``before_part(from, to, size)`` is told of each.

        Where it stands is kept in Storage before the next part is sent, so that a restarted watch goes on there.
        """
        state = self._resumed(name, content)
        corrections = 0
        while True:
            start = state["have"]
            end = min(len(content), start + self._part_size(name))
            if before_part:
                before_part(start, end, len(content))
            try:
                answer = self._requests.post("upload", _part(state, content, start, end))
            except RequestTooLarge:
                self._halve()
                continue
            except Refused as refusal:
                corrections += 1
                if refusal.word != "offset" or corrections > _CORRECTIONS:
                    self._storage.pop(_KEY, None)  # asking again cannot help: the next attempt starts over
                    raise
                answer = {"have": refusal.have}
            if "id" in answer:
                del self._storage[_KEY]
                return answer
            state = {**state, "have": _advance(answer, len(content))}
            self._storage[_KEY] = state

    def _resumed(self, name: str, content: bytes) -> dict[str, Any]:
        fresh = {"name": name, "size": len(content), "crc": f"{zlib.crc32(content):08x}"}
        kept = self._storage.get(_KEY)
        if kept and all(kept[key] == fresh[key] for key in fresh):
            return dict(kept)
        state = {**fresh, "up": self._nonce(), "have": 0}
        self._storage[_KEY] = state
        return state

    def _part_size(self, name: str) -> int:
        room = self.request_size - _ENVELOPE - len(name.encode())
        return max(_SMALLEST_PART, room * 3 // 4)

    def _halve(self) -> None:
        if self.request_size <= _SMALLEST_PART:
            raise RequestTooLarge("the phone refuses even the smallest part")
        self.request_size //= 2


def _part(state: dict[str, Any], content: bytes, start: int, end: int) -> Dictionary:
    return {
        "up": state["up"],
        "name": state["name"],
        "size": state["size"],
        "off": start,
        "file": pybase64.b64encode_as_string(content[start:end]),
    }


def _advance(answer: Dictionary, size: int) -> int:
    have = int(answer.get("have", -1))
    if not 0 <= have < size:
        raise WatchError(f"the gateway has {have} of {size} bytes and gives no id")
    return have
