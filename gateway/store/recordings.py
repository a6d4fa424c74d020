"""What tells of workouts: heads of activity files and summaries from watches, and which tell of the same one."""

from typing import Any

import apsw

from gateway.model import Recording, Source
from gateway.store.noun import Noun

_FACTS = "start, elapsed, timer, distance, sport, type, device"
_SAME = """project = :project and start is :start and elapsed is :elapsed and timer is :timer
           and distance is :distance and sport is :sport and type is :type and device is :device"""


class Recordings(Noun):
    """Recordings by their source, the id of a file or of a record."""

    def __init__(self, connection: apsw.Connection) -> None:
        super().__init__(connection)
        self.touched: set[str] = set()
        """Activities of which other sources tell than before; whoever indexes them empties it."""

    def find(self, source: str) -> tuple[str | None, Recording] | None:
        """Give the activity (None: not compared yet) and the facts of a source."""
        row = self._row(f"select activity, {_FACTS} from recordings where source = :source", source=source)
        return (row[0], Recording(*row[1:])) if row else None

    def put(self, source: str, project: str, activity: str | None, recording: Recording) -> None:
        """Note what a source says now."""
        self._touch(source, activity)
        self._run(
            f"""insert or replace into recordings (source, project, activity, {_FACTS})
                values (:source, :project, :activity, :start, :elapsed, :timer, :distance, :sport, :type, :device)""",
            source=source, activity=activity, **_facts(project, recording),
        )  # fmt: skip

    def remove(self, source: str) -> None:
        """Forget a source that tells of no workout any more."""
        self._touch(source, None)
        self._run("delete from recordings where source = :source", source=source)

    def _touch(self, source: str, activity: str | None) -> None:
        row = self._row("select activity from recordings where source = :source", source=source)
        self.touched |= {each for each in (activity, row[0] if row else None) if each}

    def activities(self, project: str, recording: Recording) -> list[str]:
        """Give the activities of the sources that say exactly this: none or one, unless something is amiss."""
        rows = self._run(
            f"select activity from recordings where {_SAME} and activity is not null limit 1",
            **_facts(project, recording),
        )
        return [row[0] for row in rows]

    def exists(self, project: str, recording: Recording) -> bool:
        """Say whether any source says exactly this."""
        return self._row(f"select 1 from recordings where {_SAME}", **_facts(project, recording)) is not None

    def near(self, project: str, start: int, seconds: int, limit: int) -> list[Recording]:
        """List different facts whose start is at most ``seconds`` from ``start``."""
        rows = self._run(
            f"""select distinct {_FACTS} from recordings indexed by recordings_facts
                where project = :project and start between :start - :seconds and :start + :seconds limit :limit""",
            project=project, start=start, seconds=seconds, limit=limit,
        )  # fmt: skip
        return [Recording(*row) for row in rows]

    def shifted(
        self, project: str, start: int, reach: tuple[int, int, int], most: int, *, text: bool
    ) -> list[Recording]:
        """List different facts with a distance whose start is whole steps from ``start``, the same start left out.

        ``reach`` is, in seconds, how far, the step, and the slack at each. It looks at ``most`` recordings at most.
        ``text``: of GPX and TCX files only.
        """
        far, step, slack = reach
        rows = self._run(
            f"""select distinct {_FACTS} from (
                    select {_FACTS} from recordings indexed by recordings_facts
                    where project = :project and start between :start - :far and :start + :far limit :most)
                where distance > 0 and abs(start - :start) > :slack
                and (abs(start - :start) + :slack) % :step <= 2 * :slack
                and (not :text or type in ('gpx', 'tcx'))""",
            project=project, start=start, far=far + slack, step=step, slack=slack, most=most, text=text,
        )  # fmt: skip
        return [Recording(*row) for row in rows]

    def assign(self, project: str, recording: Recording, activity: str) -> list[tuple[str, bool]]:
        """Give all sources that say exactly this an activity; lists those that had another or none (False: none)."""
        found = self._run(
            f"select source, activity from recordings where {_SAME} and activity is not :activity",
            **_facts(project, recording), activity=activity,
        )  # fmt: skip
        left = dict(found)
        moved = [(source, before is not None) for source, before in left.items()]
        if moved:
            self.touched |= {activity, *filter(None, left.values())}
            self._run(
                f"update recordings set activity = :activity where {_SAME} and activity is not :activity",
                **_facts(project, recording), activity=activity,
            )  # fmt: skip
        return moved

    def waiting(self) -> int:
        """Count those that have no activity yet."""
        count: int = self._value("select count(*) from recordings where activity is null", {})
        return count

    def uncompared(self, limit: int) -> list[tuple[str, str, Recording]]:
        """List (source, project, facts) of those that have no activity yet."""
        rows = self._run(
            f"select source, project, {_FACTS} from recordings where activity is null limit :limit", limit=limit
        )
        return [(row[0], row[1], Recording(*row[2:])) for row in rows]

    def sources(self, activity: str, limit: int) -> tuple[str, list[Source]] | None:
        """List those that tell of an activity with their project, FIT files first; None: nothing does."""
        rows: list[tuple[Any, ...]] = self._run(
            """select project, source, type, device from recordings indexed by recordings_activity
               where activity = :activity
               order by case type when 'fit' then 0 when 'tcx' then 1 when 'gpx' then 2 else 3 end, source
               limit :limit""",
            activity=activity, limit=limit,
        ).fetchall()  # fmt: skip
        return (rows[0][0], [Source(*row[1:]) for row in rows]) if rows else None

    def reset(self, source: str, project: str, activity: str | None, recording: Recording) -> bool:
        """Have a source say what it must, for an index that is made anew; False: it said so already."""
        if self.find(source) == (activity, recording):
            return False
        self.put(source, project, activity, recording)
        return True

    def behind(self, after: str, limit: int) -> list[str]:
        """List the sources of all projects by id, behind one."""
        rows = self._run(
            "select source from recordings where source > :after order by source limit :limit", after=after, limit=limit
        )
        return [row[0] for row in rows]

    def summaries(self, activity: str) -> int:
        """Count a watch's own summaries of an activity."""
        count: int = self._value(
            "select count(*) from recordings r join records s on s.id = r.source where r.activity = :activity",
            {"activity": activity},
        )
        return count


def _facts(project: str, recording: Recording) -> dict[str, object]:
    return {
        "project": project, "start": recording.start, "elapsed": recording.elapsed, "timer": recording.timer,
        "distance": recording.distance, "sport": recording.sport,
        "type": recording.type, "device": recording.device,
    }  # fmt: skip
