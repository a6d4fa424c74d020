"""A file from the gateway, however often the connection breaks: never a mix of two versions, never half a file."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.client.connection import Request
from gateway.client.errors import ClientError, Misused, NotUnderstood, Refused, Unreachable
from gateway.client.parts import Label, Part
from gateway.client.transport import Transport

Progress = Callable[[int, int], object]
"""Told the bytes that are there, and those of the whole."""
Target = str | os.PathLike[str]

_PARTIAL: Final = 206
_RESTARTS: Final = 3
_RANGE: Final = "range"
_LONGEST_EXPORT: Final = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that is here: ``version`` is which one it is at the gateway."""

    target: Path
    version: int
    size: int
    sha256: str


def place(target: Target, name: str) -> Path:
    """Give where a file is to go: the target itself, or ``name`` in it where it is a folder."""
    path = Path(target)
    if not path.is_dir():
        return path
    if not name or name in {".", ".."} or Path(name).name != name or "\0" in name:
        raise Misused(f"{name or 'this file'!r} is no name for a file in {path}: say which")
    return path / name


def download(transport: Transport, query: Mapping[str, object], target: Path, progress: Progress) -> Downloaded:
    """Fetch bytes into the target's part file, go on where they broke off, put them into place when they are whole."""
    with Part(target) as part:
        _until_whole(transport, transport.target("files/download", query), part, progress)
        part.finish()
        assert part.label is not None
        return Downloaded(target, part.label.version, part.size, part.label.sha256)


def export(transport: Transport, path: str, target: Path) -> int:
    """Fetch what the gateway makes anew at each request, whole or not at all; gives its size in bytes."""

    def attempt() -> int:
        with Part(target) as part, transport.open(Request("GET", transport.target(path))) as answer:
            if not answer.bounded:
                raise NotUnderstood(f"the gateway's answer does not say where {target.name} ends")
            part.restart(None)
            for piece in answer.pieces():
                part.write(piece)
                if part.size > _LONGEST_EXPORT:
                    raise NotUnderstood(f"{target.name} does not end")
            part.finish()
            return part.size

    return transport.patience.repeat(attempt)


def _until_whole(transport: Transport, target: str, part: Part, progress: Progress) -> None:
    """Ask until the part is whole; breaks that brought nothing count as failures, bytes of another hash as restarts."""
    failures = restarts = 0
    while True:
        before = part.size
        try:
            _fetch(transport, target, part, progress)
        except (Unreachable, Refused) as error:
            if isinstance(error, Refused) and error.word == _RANGE:
                part.restart(None)
            failures = 1 if part.size > before else failures + 1
            _go_on(transport, error, failures)
            continue
        if part.is_whole():
            return
        part.restart(None)
        restarts += 1
        if restarts >= _RESTARTS:
            raise NotUnderstood(f"{part.target.name} came damaged {restarts} times")


def _go_on(transport: Transport, error: ClientError, failures: int) -> None:
    if not (isinstance(error, Refused) and error.word == _RANGE and failures == 1):
        transport.patience.pause(error, failures)


def _fetch(transport: Transport, target: str, part: Part, progress: Progress) -> None:
    """Ask for what is missing; an answer of other bytes begins anew."""
    fields = {}
    if part.size and part.label:
        fields = {"Range": f"bytes={part.size}-", "If-Range": part.label.tag}
    with transport.open(Request("GET", target, fields)) as answer:
        label = Label.of(answer.header("ETag"), answer.header("X-Content-SHA256"))
        if answer.status != _PARTIAL:
            part.restart(label)
        elif label != part.label or not answer.header("Content-Range").startswith(f"bytes {part.size}-"):
            part.restart(None)  # the same version of another file, which has come to the path
            return
        if answer.length is None:
            raise NotUnderstood("the gateway does not say how long this is")
        size = part.size + answer.length
        for piece in answer.pieces():
            part.write(piece)
            progress(part.size, size)
