"""The index of activities: pages of it by what they are found by, newest first, and what they amount to."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from gateway.model import Totals, Workout
from gateway.store import jsontext
from gateway.store.noun import Noun

_SHIFT: Final = 20
_LAST: Final = 1 << 42  # seconds; no key begins with a later moment
_ID_CHARS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_TOLD: Final = (
    "sport", "sub_sport", "name", "elapsed", "timer", "moving", "distance", "ascent", "descent", "calories", "avg_hr",
    "max_hr",
)  # fmt: skip
_FACTS: Final = f"start, {', '.join(_TOLD)}, south, west, north, east, file, sources, devices"
_FIELDS: Final = f"w.key, w.activity, w.project, {_FACTS}"


class Workouts(Noun):
    """One row an activity. Keys are places in time: a page goes on before the key of the last row seen."""

    def put(self, workout: Workout, words: str) -> None:
        """Write what is known of an activity now, and the words that it is found by, blanks between."""
        row = self._row("select key from workouts where activity = :activity", activity=workout.id)
        if row is not None:
            self._remove(row[0])
        key = row[0] if row and row[0] >> _SHIFT == _moment(workout.moment) else self._free_key(workout)
        south, west, north, east = workout.bbox or (None, None, None, None)
        self._run(
            f"""insert into workouts (key, activity, project, {_FACTS})
                values (:key, :activity, :project, :start, :sport, :sub_sport, :name, :elapsed, :timer, :moving,
                    :distance, :ascent, :descent, :calories, :avg_hr, :max_hr, :south, :west, :north, :east, :file,
                    :sources, :devices)""",
            key=key, activity=workout.id, project=workout.project, start=workout.start, sport=workout.sport,
            sub_sport=workout.sub_sport, name=workout.name, elapsed=workout.elapsed, timer=workout.timer,
            moving=workout.moving, distance=workout.distance, ascent=workout.ascent, descent=workout.descent,
            calories=workout.calories, avg_hr=workout.avg_hr, max_hr=workout.max_hr, south=south, west=west,
            north=north, east=east, file=workout.file, sources=workout.sources, devices=jsontext.dumps(workout.devices),
        )  # fmt: skip
        self._run("insert into workout_words (rowid, said) values (:key, :words)", key=key, words=words)

    def remove(self, activity: str) -> None:
        """Take out an activity that nothing tells of any more."""
        row = self._row("select key from workouts where activity = :activity", activity=activity)
        if row is not None:
            self._remove(row[0])

    def _remove(self, key: int) -> None:
        self._run("delete from workouts where key = :key", key=key)
        self._run("delete from workout_words where rowid = :key", key=key)

    def _free_key(self, workout: Workout) -> int:
        """Give the key of a moment; of activities that begin together each has one by its id."""
        number = 0
        for char in workout.id[:4]:
            number = number << 5 | max(0, _ID_CHARS.find(char))
        key = _moment(workout.moment) << _SHIFT | number
        while self._row("select 1 from workouts where key = :key", key=key):
            key += 1
        return key

    def find(self, project: str, activity: str) -> Workout | None:
        """Find an activity of a project."""
        row = self._row(
            f"select {_FIELDS} from workouts w where activity = :id and project = :project",
            id=activity, project=project,
        )  # fmt: skip
        return _workout(row) if row else None

    def newest(self, project: str, span: tuple[int, int], limit: int) -> Iterator[tuple[int, Workout]]:
        """Give activities by key, newest first; ``span`` is the least key and the one before which they lie."""
        for row in self._run(
            f"""select {_FIELDS} from workouts w indexed by workouts_newest
                where project = :project and key >= :least and key < :before order by key desc limit :limit""",
            project=project, least=span[0], before=span[1], limit=limit,
        ):  # fmt: skip
            yield row[0], _workout(row)

    def matching(self, project: str, span: tuple[int, int], words: str, limit: int) -> Iterator[tuple[int, Workout]]:
        """Give activities by key whose words fit an FTS5 query, newest first; as ``newest`` does otherwise."""
        for (key,) in self._run(
            """select rowid from workout_words where workout_words match :words
               and rowid >= :least and rowid < :before order by rowid desc limit :limit""",
            words=words, least=span[0], before=span[1], limit=limit,
        ):  # fmt: skip
            row = self._row(f"select {_FIELDS} from workouts w where key = :key", key=key)
            if row is not None and row[2] == project:
                yield key, _workout(row)

    def totals(self, project: str, begin: int, end: int, sports: Sequence[str] = ()) -> list[Totals]:
        """Sum up the activities that begin in [begin, end), a row a sport, most time first.

        ``sports``, two at most: each is the sport or the sub-sport of what is summed.
        """
        first, second = (*sports, None, None)[:2]
        rows = self._run(
            """select sport, count(*), total(elapsed), total(coalesce(timer, elapsed)), total(distance), total(ascent),
                   cast(total(calories) as integer)
               from workouts indexed by workouts_totals
               where project = :project and start >= :begin and start < :end
               and (:first is null or :first in (sport, sub_sport))
               and (:second is null or :second in (sport, sub_sport))
               group by sport order by 4 desc, sport""",
            project=project, begin=begin, end=end, first=first, second=second,
        )  # fmt: skip
        return [Totals(*row) for row in rows]

    def bounds(self, project: str) -> tuple[int, int] | None:
        """Give the first and the last start of a project's activities, None where there is none."""
        row = self._row(
            "select min(start), max(start) from workouts where project = :project and start is not null",
            project=project,
        )
        return (row[0], row[1]) if row and row[0] is not None else None

    def missing(self, limit: int) -> list[str]:
        """List activities that something tells of and the index does not have."""
        rows = self._run(
            """select distinct activity from recordings r indexed by recordings_activity
               where activity is not null and not exists (select 1 from workouts where activity = r.activity)
               limit :limit""",
            limit=limit,
        )
        return [row[0] for row in rows]

    def behind(self, after: str, limit: int) -> list[str]:
        """List the activities of all projects by id, behind one."""
        rows = self._run(
            "select activity from workouts where activity > :after order by activity limit :limit",
            after=after, limit=limit,
        )  # fmt: skip
        return [row[0] for row in rows]

    def drop_strays(self, limit: int) -> int:
        """Forget words of which there is no row, at most so many; gives how many."""
        rows = self._run(
            "select rowid from workout_words where rowid not in (select key from workouts) limit :limit", limit=limit
        ).fetchall()
        for (key,) in rows:
            self._run("delete from workout_words where rowid = :key", key=key)
        return len(rows)


def span(begin: int | None, end: int | None, before: int | None) -> tuple[int, int]:
    """Give the span of keys of activities that begin in [begin, end), None: any time, before a key seen last."""
    least = 0 if begin is None else _moment(begin) << _SHIFT
    last = (_LAST + 1 if end is None else _moment(end)) << _SHIFT
    return least, last if before is None else min(last, before)


def _moment(seconds: int) -> int:
    return min(max(seconds, 0), _LAST)


def _workout(row: tuple[Any, ...]) -> Workout:
    key, activity, project, start, *told = row
    south, west, north, east, file, sources, devices = told[12:]
    bbox = None if south is None else (south, west, north, east)
    known = dict(zip(_TOLD, told, strict=False))
    return Workout(
        id=activity, project=project, moment=key >> _SHIFT, start=start, **known, bbox=bbox, file=file,
        sources=sources, devices=tuple(jsontext.loads(devices)),
    )  # fmt: skip
