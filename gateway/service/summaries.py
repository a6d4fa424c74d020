"""A summary as JSON and back, as it comes out of the process that reads a long file; and its box for others."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from gateway.model import Device, FileType, Kind, Session, Summary


def told(summary: Summary) -> bytes:
    """Give a summary as JSON."""
    return json.dumps(asdict(summary)).encode()


def retold(data: bytes) -> Summary:
    """Give the summary that ``told`` was given, equal in every value and type."""
    said: dict[str, Any] = json.loads(data)
    said["type"], said["kind"] = FileType(said["type"]), Kind(said["kind"])
    for key in ("sessions", "laps"):
        said[key] = tuple(Session(**part) for part in said[key])
    said["device"] = said["device"] and Device(**said["device"])
    said["bbox"] = said["bbox"] and tuple(said["bbox"])
    said["warnings"] = tuple(said["warnings"])
    return Summary(**said)


def told_box(box: Sequence[float] | None) -> list[float] | None:
    """Give a box of the model, or of a summary that was told, as GeoJSON has it: west, south, east, north."""
    if box is None:
        return None
    south, west, north, east = box
    return [west, south, east, north]
