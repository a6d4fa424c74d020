"""A file from the gateway to the watch in parts, kept in Storage part by part and checked by its CRC-32 at the end."""

import zlib
from collections.abc import Callable
from typing import Any

import pybase64

from gateway.simwatch.requests import Refused, Requests, WatchError
from gateway.simwatch.storage import VALUE_LIMIT, Storage
from gateway.simwatch.values import Dictionary

_KEY = "download"
_RESTARTS = 3

AfterPart = Callable[[int, int], object]


class Downloads:
    """Fetches files; a restarted watch goes on at the byte it had."""

    def __init__(self, requests: Requests, storage: Storage) -> None:
        self._requests = requests
        self._storage = storage

    def fetch(self, name: str, after_part: AfterPart | None = None) -> tuple[Dictionary, bytes]:
        """Fetch the file of this id or name: its ``id``, ``v``, ``s``, ``crc``, and its bytes.

        ``after_part(have, size)`` is told of each part.
        """
        for _ in range(_RESTARTS):
            try:
                state = self._parts(name, after_part)
            except Refused as refusal:
                self._forget()
                if refusal.word != "gone":  # gone: the file changed midway
                    raise
                continue
            content = self._assembled(state["s"])
            self._forget()
            if f"{zlib.crc32(content):08x}" == state["crc"]:
                return {key: state[key] for key in ("id", "v", "s", "crc")}, content
        raise WatchError(f"{name} changed or came damaged {_RESTARTS} times")

    def _parts(self, name: str, after_part: AfterPart | None) -> dict[str, Any]:
        state = self._resumed(name)
        while state["off"] < state["s"] or "id" not in state:
            where = {"off": state["off"], "v": state["v"]} if state["off"] else {"off": 0}
            answer = self._requests.get(f"download/{state.get('id', name)}", where)
            part = pybase64.b64decode(answer["d"], validate=True)
            _check(answer, part, state["off"])
            for start in range(0, len(part), VALUE_LIMIT):
                self._storage[f"{_KEY}.{state['off'] + start}"] = part[start : start + VALUE_LIMIT]
            facts = {key: answer[key] for key in ("id", "v", "s", "crc")}
            state = {**facts, "for": name, "off": state["off"] + len(part)}
            self._storage[_KEY] = state
            if after_part:
                after_part(state["off"], state["s"])
        return state

    def _resumed(self, name: str) -> dict[str, Any]:
        kept = self._storage.get(_KEY)
        if kept and kept["for"] == name:
            return dict(kept)
        self._forget()
        return {"off": 0, "s": 0}

    def _assembled(self, size: int) -> bytes:
        content = bytearray()
        while len(content) < size:
            content += self._storage[f"{_KEY}.{len(content)}"]
        return bytes(content)

    def _forget(self) -> None:
        for key in [key for key in self._storage if key == _KEY or key.startswith(f"{_KEY}.")]:
            del self._storage[key]


def _check(answer: Dictionary, part: bytes, offset: int) -> None:
    """Make sure that a part continues what is there, and that ``next`` names the following one, if any."""
    end = offset + len(part)
    expected = end if end < answer["s"] else None
    if answer["off"] != offset or answer.get("next") != expected or end > answer["s"]:
        raise WatchError(f"a part of {len(part)} bytes at {answer['off']} does not continue {offset}")
    if not part and answer["s"]:
        raise WatchError("a part without bytes")
