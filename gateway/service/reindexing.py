"""Making the index of activities anew out of the journal, while the gateway goes on.

The journal says which activity each file and summary was given, and which name its sender meant; what they say is with
the versions and records. It is read first, and then, source by source and activity by activity, in short transactions,
the rows are written as they must be. What happens meanwhile is in the journal too, and is read before each of these.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.model import Entry, Kind, Recording
from gateway.service.clock import Clock, unix_time
from gateway.service.indexing import index
from gateway.service.pacing import Progress
from gateway.service.paths import fold
from gateway.service.workouts import compare, recording_of, recording_of_summary
from gateway.store import Store, Transaction, Write

PAGE: Final = 2000  # entries that are read at once
AT_ONCE: Final = 100  # rows in one transaction

Rest = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What was read and written; ``mended`` rows were not as they had to be."""

    entries: int
    sources: int
    activities: int
    mended: int


@dataclass(slots=True)
class _Said:
    """What the journal says of a source: its activity, None: it has none; of a file where it came to lie.

    ``stem`` is the path that its sender meant, where that is another.
    """

    project: str
    activity: str | None
    stem: str | None = None
    path: str = ""


class Reindexing:
    """The work on one store; it is done once."""

    def __init__(self, store: Store, progress: Progress, rest: Rest, clock: Clock = unix_time) -> None:
        self._store = store
        self._clock = clock
        self._progress = progress
        self._rest = rest
        self._said: dict[str, _Said] = {}
        self._seen: dict[str, int] = {}  # the last entry that was read, by project
        self._mended = 0

    def run(self) -> Reindexed:
        """Read all of the journal and put all rows right."""
        self._read_journal()
        sources = sorted(self._said)
        self._each("files and summaries", sources, self._restore)
        self._each("strays", self._strays(), self._leave_stray)
        self._compare()
        activities = sorted({said.activity for said in self._said.values() if said.activity})
        self._each("activities", activities, self._index)
        self._each("strays", self._stray_activities(frozenset(activities)), self._index)
        while self._store.write(lambda transaction: transaction.workouts.drop_strays(AT_ONCE)).result():
            self._rest()
        return Reindexed(sum(self._seen.values()), len(sources), len(activities), self._mended)

    def _read_journal(self) -> None:
        with self._store.read() as transaction:
            projects = transaction.projects.all()
            heads = {project: transaction.journal.head(project) for project in projects}
        whole, done = sum(heads.values()), 0
        for project in projects:
            self._seen[project] = 0
            while True:
                with self._store.read() as transaction:
                    count = self._read_on(transaction, project)
                done += count
                self._progress("journal", min(done, whole), whole)
                if count < PAGE:
                    break

    def _read_on(self, transaction: Transaction, project: str) -> int:
        entries = transaction.journal.entries(project, self._seen.get(project, 0), PAGE)
        for entry in entries:
            self._take(project, entry)
            self._seen[project] = entry.seq
        return len(entries)

    def _take(self, project: str, entry: Entry) -> None:
        """Learn from one entry."""
        (kind, key), told = entry.entity, entry.told
        if kind == "file" and entry.action == "put":
            self._said[key] = _Said(project, told.get("activity"), told.get("stem"), told.get("path", ""))
        elif kind == "file" and entry.action == "delete":
            self._said[key] = _Said(project, None)
        elif kind == "record" and "activity" in told:
            self._said[key] = _Said(project, told["activity"])
        elif kind == "activity" and entry.action == "join":
            for source in told["sources"]:
                self._said.setdefault(source, _Said(project, None)).activity = key

    def _each(self, what: str, keys: Sequence[str], write: Callable[[Transaction, str], None]) -> None:
        """Do something for each key, some at once; each transaction knows what has happened before it."""
        for at in range(0, len(keys), AT_ONCE):
            self._store.write(self._slice(keys[at : at + AT_ONCE], write)).result()
            self._progress(what, min(at + AT_ONCE, len(keys)), len(keys))
            self._rest()

    def _slice(self, keys: Sequence[str], write: Callable[[Transaction, str], None]) -> Write[None]:
        def run(transaction: Transaction) -> None:
            for project in transaction.projects.all():  # somebody may have come meanwhile
                while self._read_on(transaction, project) == PAGE:
                    pass
            for key in keys:
                write(transaction, key)
            transaction.recordings.touched.clear()  # all activities are written afterwards

        return run

    def _restore(self, transaction: Transaction, source: str) -> None:
        """Have a source belong to the activity that the journal says, with what its newest version says."""
        said = self._said[source]
        entry = transaction.files.by_id(said.project, source)
        version = transaction.versions.find(entry.id, entry.version) if entry else None
        record = transaction.records.find(source)
        if entry and version:
            known = transaction.files.stem(source)  # of what an early release has stored the journal does not say it
            stem = fold(said.stem) if said.stem else known or fold(said.path)
            transaction.files.note_stem(entry, stem, version)
        else:
            transaction.files.forget_stem(source)
        if entry and version and version.facts.kind == Kind.ACTIVITY:
            self._reset(transaction, source, said, recording_of(version.facts, entry.device))
        elif record:
            self._reset(transaction, source, said, recording_of_summary(record[1], record[0]))
        else:
            self._leave(transaction, source)

    def _reset(self, transaction: Transaction, source: str, said: _Said, recording: Recording) -> None:
        """Of what an early release has stored the journal says no activity; then the one that it has stays."""
        known, _ = transaction.recordings.find(source) or (None, None)
        said.activity = said.activity or known
        self._mended += transaction.recordings.reset(source, said.project, said.activity, recording)

    def _leave_stray(self, transaction: Transaction, source: str) -> None:
        if source not in self._said:  # it may have come a moment ago
            self._leave(transaction, source)

    def _leave(self, transaction: Transaction, source: str) -> None:
        if transaction.recordings.find(source) is not None:
            transaction.recordings.remove(source)
            self._mended += 1

    def _compare(self) -> None:
        """Give activities to those that have none; what the journal is told of it is read with the next slice."""
        with self._store.read() as transaction:
            waiting = transaction.recordings.waiting()
        for _ in range(0, waiting, AT_ONCE):
            self._store.write(lambda transaction: compare(transaction, AT_ONCE, self._clock())).result()
            self._rest()

    def _index(self, transaction: Transaction, activity: str) -> None:
        with_project = transaction.recordings.sources(activity, 1)
        project = with_project[0] if with_project else ""
        before = transaction.workouts.find(project, activity)
        index(transaction, activity)
        self._mended += transaction.workouts.find(project, activity) != before

    def _strays(self) -> list[str]:
        """List sources that the index has and the journal does not know."""
        found = self._pages(lambda transaction, after: transaction.recordings.behind(after, PAGE))
        return [source for source in found if source not in self._said]

    def _stray_activities(self, known: frozenset[str]) -> list[str]:
        found = self._pages(lambda transaction, after: transaction.workouts.behind(after, PAGE))
        return [activity for activity in found if activity not in known]

    def _pages(self, behind: Callable[[Transaction, str], list[str]]) -> Iterator[str]:
        after = ""
        while True:
            with self._store.read() as transaction:
                page = behind(transaction, after)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1]
