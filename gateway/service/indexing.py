"""From all files and summaries that tell of a workout to its one row in the index of activities."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.formats.fit import profile
from gateway.model import FileEntry, Source, Workout
from gateway.service.identity import SUMMARY
from gateway.service.terms import terms_of
from gateway.store import Transaction

LOOK: Final = 16
"""Sources of one activity that are looked at; a hundred copies of a file say no more than some."""

_RANKS: Final = {"fit": 0, "tcx": 1, "gpx": 2, SUMMARY: 9}
_OTHER: Final = 5


@dataclass(frozen=True, slots=True)
class Telling:
    """What one source says: ``said`` has the keys of ``Summary``. ``file`` None: it is a watch's own summary."""

    source: Source
    said: Mapping[str, Any]
    came: int
    file: FileEntry | None

    @property
    def rank(self) -> tuple[int, int, str]:
        """Order sources by how much they tell: FIT has what the watch measured, then whatever has more samples."""
        return _RANKS.get(self.source.type or "", _OTHER), -int(self.said.get("records", 0)), self.source.id


def index_touched(transaction: Transaction, more: Iterable[str] = ()) -> None:
    """Write the rows of all activities of which other sources tell by now, and of ``more``."""
    touched = transaction.recordings.touched
    for activity in sorted({*touched, *more}):
        index(transaction, activity)
    touched.clear()


def index(transaction: Transaction, activity: str) -> None:
    """Write the row of an activity as its sources tell, or take it out where there are none."""
    found = transaction.recordings.sources(activity, LOOK)
    tellings = [] if found is None else told_by(transaction, *found)
    if found is None or not tellings:
        transaction.workouts.remove(activity)
        return
    workout = merged(activity, found[0], tellings)
    transaction.workouts.put(workout, terms_of(workout, _texts(workout, tellings), _sports(tellings)))


def told_by(transaction: Transaction, project: str, sources: Iterable[Source]) -> list[Telling]:
    """Give what sources say, the one that tells most first."""
    tellings = (_file(transaction, project, source) or _summary(transaction, source) for source in sources)
    return sorted((telling for telling in tellings if telling), key=lambda telling: telling.rank)


def merged(activity: str, project: str, tellings: list[Telling]) -> Workout:
    """Give what all sources together say, in their order: what the first does not say, the next may."""

    def first(key: str) -> Any:
        return next((telling.said[key] for telling in tellings if telling.said.get(key) is not None), None)

    start = first("start")
    sport = next((telling.said for telling in tellings if telling.said.get("sport")), {})
    return Workout(
        id=activity, project=project, start=start,
        moment=min(telling.came for telling in tellings) if start is None else start,
        sport=sport.get("sport"), sub_sport=sport.get("sub_sport"), name=first("name"),
        elapsed=first("elapsed"), timer=first("timer"), moving=first("moving"), distance=first("distance"),
        ascent=first("ascent"), descent=first("descent"), calories=first("calories"), avg_hr=first("avg_hr"),
        max_hr=first("max_hr"), bbox=_around([box for telling in tellings if (box := telling.said.get("bbox"))]),
        file=next((telling.file.id for telling in tellings if telling.file), None), sources=len(tellings),
        devices=tuple(sorted({telling.source.device for telling in tellings if telling.source.device})),
    )  # fmt: skip


def _file(transaction: Transaction, project: str, source: Source) -> Telling | None:
    entry = transaction.files.by_id(project, source.id)
    version = transaction.versions.find(entry.id, entry.version) if entry else None
    return Telling(source, version.facts.summary or {}, entry.time, entry) if entry and version else None


def _summary(transaction: Transaction, source: Source) -> Telling | None:
    found = transaction.records.find(source.id)
    if found is None:
        return None
    _, body, came = found
    said = {
        "start": body["t"], "elapsed": float(body["d"]), "sport": profile.sport(body.get("sp")),
        "sub_sport": profile.sub_sport(body.get("ss")), "distance": body.get("m"), "ascent": body.get("asc"),
        "calories": body.get("cal"), "avg_hr": body.get("hr"),
    }  # fmt: skip
    return Telling(source, said, came, None)


def _around(boxes: list[list[float]]) -> tuple[float, float, float, float] | None:
    if not boxes:
        return None
    souths, wests, norths, easts = zip(*boxes, strict=True)
    return min(souths), min(wests), max(norths), max(easts)


def _texts(workout: Workout, tellings: list[Telling]) -> list[str | None]:
    texts: list[str | None] = [workout.name, workout.sport, workout.sub_sport]
    for telling in tellings:
        device = telling.said.get("device") or {}
        texts += [telling.said.get("name"), device.get("manufacturer"), device.get("product")]
        texts.append(telling.file.name.rpartition(".")[0] if telling.file else None)
    return texts


def _sports(tellings: list[Telling]) -> list[str | None]:
    parts = [telling.said for telling in tellings]
    parts += [session for said in parts for session in said.get("sessions") or ()]
    return [part.get(key) for part in parts for key in ("sport", "sub_sport")]
