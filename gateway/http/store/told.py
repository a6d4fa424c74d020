"""How the store API tells of files and activities."""

from collections.abc import Sequence
from typing import Any, Final

from gateway.model import Change, Conflict, FileEntry, Totals, Version, Workout
from gateway.service.activities import Sum
from gateway.service.summaries import told_box

_OF_FILE: Final = frozenset({"path", "version", "sha256", "size", "type", "mtime", "damaged", "encrypted"})
"""What of a journal's entry describes its file."""


def told_file(entry: FileEntry) -> dict[str, Any]:
    """Describe a file by its newest version."""
    return {
        "id": entry.id, "path": entry.path, "version": entry.version, "size": entry.size,
        "sha256": entry.sha256.hex(), "time": entry.time,
        **known(
            type=entry.type, mtime=entry.mtime, device=entry.device, damaged=entry.damaged, encrypted=entry.encrypted
        ),
    }  # fmt: skip


def told_version(version: Version, newest: int) -> dict[str, Any]:
    """Describe one version."""
    facts = version.facts
    return {
        "version": version.number, "size": facts.size, "sha256": facts.sha256.hex(), "time": version.time,
        "newest": version.number == newest,
        **known(
            type=facts.type, kind=facts.kind, damaged=facts.damaged, encrypted=facts.encrypted, mtime=version.mtime,
            device=version.device,
        ),
    }  # fmt: skip


def told_conflict(conflict: Conflict) -> dict[str, Any]:
    """Describe a conflict by ids."""
    return {
        "id": conflict.id, "file": conflict.file, "path": conflict.path, "version": conflict.version,
        "copy": conflict.copy, "copy_path": conflict.beside, "lost": conflict.lost, "time": conflict.time,
        **known(device=conflict.device, loser=conflict.loser),
    }  # fmt: skip


def told_change(item: Change | FileEntry, seq: int) -> dict[str, Any]:
    """Describe one change; a file of the tree is a put as of when the reading of the tree began."""
    if isinstance(item, FileEntry):
        return {"seq": seq, "op": "put", "file": told_file(item), **known(device=item.device)}
    file = {"id": item.file, **{key: value for key, value in item.told.items() if key in _OF_FILE}, "time": item.time}
    moved = {"from": item.told["from"]} if item.op == "move" else {}
    return {"seq": item.seq, "op": item.op, "file": file, **moved, **known(device=item.device)}


def told_workout(workout: Workout) -> dict[str, Any]:
    """Describe an activity; its box is west, south, east, north."""
    return {
        "id": workout.id,
        **known(
            start=workout.start, sport=workout.sport, sub_sport=workout.sub_sport, name=workout.name,
            distance=workout.distance, elapsed=workout.elapsed, timer=workout.timer, moving=workout.moving,
            ascent=workout.ascent, descent=workout.descent, calories=workout.calories, avg_hr=workout.avg_hr,
            max_hr=workout.max_hr, bbox=told_box(workout.bbox), file=workout.file,
        ),
        "sources": workout.sources, "devices": workout.devices,
    }  # fmt: skip


def told_summary(summary: dict[str, Any] | None) -> dict[str, Any] | None:
    """Describe what reading a file has shown; its box is west, south, east, north."""
    return summary if summary is None else summary | known(bbox=told_box(summary.get("bbox")))


def told_sum(period: Sum) -> dict[str, Any]:
    """Describe what was done in a period, in all and by sport."""
    day = period.day.isoformat() if period.day else None
    sports = [known(sport=totals.sport) | _amounts([totals]) for totals in period.sports]
    return known(day=day) | {"from": period.begin, "to": period.end, **_amounts(period.sports), "sports": sports}


def _amounts(rows: Sequence[Totals]) -> dict[str, Any]:
    """Add up; seconds, metres and kilocalories."""
    return {
        "activities": sum(row.activities for row in rows),
        "elapsed": round(sum(row.elapsed for row in rows), 1),
        "timer": round(sum(row.timer for row in rows), 1),
        "distance": round(sum(row.distance for row in rows), 1),
        "ascent": round(sum(row.ascent for row in rows), 1),
        "calories": sum(row.calories for row in rows),
    }


def known(**values: object) -> dict[str, Any]:
    """Give what is known."""
    return {key: value for key, value in values.items() if value is not None}
