"""The samples of a FIT file, with the events and course points between them."""

from array import array
from collections.abc import Collection, Iterator
from math import nan
from typing import Final

from gateway.formats.fit.definition import FIT_EPOCH, Definition
from gateway.formats.fit.developer import Developers
from gateway.formats.fit.gather import Gatherer
from gateway.formats.fit.header import parts
from gateway.formats.fit.heartrates import HeartRates
from gateway.formats.fit.message import EVENT, FIELD_DESCRIPTION, HEART_RATE, OF_TRACKS, RECORD, Message, layout_of
from gateway.formats.fit.mixture import Mixture
from gateway.formats.fit.scan import Run, Scanner
from gateway.formats.fit.sources import PackedDistance, Source, sources, values
from gateway.formats.samples import Samples
from gateway.formats.track import Column

MAX_MESSAGES: Final = 10_000
"""How many events and course points are looked at."""

_TIMER, _START = 0, 0
_STOPS: Final = frozenset({1, 4, 8, 9})  # stop, stop_all, stop_disable, stop_disable_all


def recorded_of(data: bytes, only: Collection[str] | None = None) -> "Recorded":
    """Return what all parts of a file hold, of the columns ``only`` those; raises ``FormatError`` as ``read`` does."""
    recorded = Recorded(only)
    scanner = Scanner(
        data, OF_TRACKS.keys() | {RECORD, HEART_RATE}, recorded.take_turns, {EVENT, FIELD_DESCRIPTION, HEART_RATE}
    )
    for part in parts(data):
        recorded.begin_part()
        for run in scanner.runs(part):
            recorded.take(run)
        recorded.gatherer.flush()
    return recorded


class Recorded:
    """The messages of a track, while they are read."""

    def __init__(self, only: Collection[str] | None) -> None:
        self.samples = Samples()
        self.developers = Developers()
        self.gatherer = Gatherer(self._take_records)
        self.heart_rates = HeartRates()
        self.restarts: list[int] = []
        """The samples at which the timer was started again, or another part begins."""
        self.course_points: list[Message] = []
        self._only = only
        self._events = 0
        self._stopped = False
        self._packed = PackedDistance()
        self._sources: dict[Definition, list[Source]] = {}

    def begin_part(self) -> None:
        """Go on to the next part of the chain."""
        self.developers.begin_part()
        self._sources.clear()
        self.restarts.append(self.samples.count)

    def take(self, run: Run) -> None:
        """Go on to the next run."""
        message = run.definition.message
        if message == RECORD:
            self._take_run(run)
        elif message == FIELD_DESCRIPTION:
            self.gatherer.flush()
            self._sources.clear()
            for described in _messages(run):
                self.developers.describe(described)
        elif message == EVENT:
            self._take_events(run)
        elif message == HEART_RATE:
            self.heart_rates.take(run)
        else:
            room = range(MAX_MESSAGES - len(self.course_points))
            self.course_points += (found for _, found in zip(room, _messages(run), strict=False))

    def merge_heart_rates(self) -> None:
        """Give the samples the heart rates that came behind them."""
        if self.heart_rates.times and "time" in self.samples.columns:
            columns = self.samples.full_columns()
            rates = columns.get("hr") or array("d", [nan]) * self.samples.count
            self.samples.columns["hr"] = self.heart_rates.merged(columns["time"], rates)

    def _take_events(self, run: Run) -> None:
        self.gatherer.flush()
        for _, event in zip(range(MAX_MESSAGES - self._events), _messages(run), strict=False):
            self._events += 1
            if event.whole("event") != _TIMER:
                continue
            kind = event.whole("event_type")
            if kind == _START and self._stopped:
                self.restarts.append(self.samples.count)
            self._stopped = kind in _STOPS or (self._stopped and kind != _START)

    def take_turns(self, mixed: Mixture) -> bool:
        """Take messages that take turns, if those of one number are records: their columns are put in order."""
        turns = mixed.turns(RECORD)
        if len(turns.parts) < len(mixed.messages) or any(self._packs(part) for part, _ in turns.parts.values()):
            return False
        self.gatherer.flush()
        ordered: dict[str, Column] = {}
        for header, (definition, messages) in turns.parts.items():
            rank = turns.ranks(header)
            for name, column in self._columns(definition, messages).items():
                target = ordered.setdefault(name, array("d", [nan]) * len(turns.order))
                for index, value in zip(rank, column, strict=True):
                    target[index] = value
        self.samples.extend(len(turns.order), ordered)
        return True

    def _take_run(self, run: Run) -> None:
        if run.first is None:
            self.gatherer.add(run)
            return
        self.gatherer.flush()
        times = array("d", [time + FIT_EPOCH for time in run.times()])
        columns = self._columns(run.definition, run.data[run.start : run.end]) | {"time": times}
        self.samples.extend(len(times), columns)

    def _take_records(self, definition: Definition, messages: bytes) -> None:
        self.samples.extend(len(messages) // definition.size, self._columns(definition, messages))

    def _packs(self, definition: Definition) -> bool:
        """Tell whether a distance depends on the record before."""
        return any(source.column == PackedDistance.COLUMN for source in self._of(definition))

    def _of(self, definition: Definition) -> list[Source]:
        found = self._sources.get(definition)
        if found is None:
            found = self._sources[definition] = [
                source
                for source in sources(definition, self.developers)
                if self._only is None or source.column in self._only
            ]
        return found

    def _columns(self, definition: Definition, messages: bytes) -> dict[str, Column]:
        columns: dict[str, Column] = {}
        for source in self._of(definition):
            if source.column == PackedDistance.COLUMN:
                columns |= self._packed.unpack(definition, messages, source.field)
            elif source.column not in columns:
                columns[source.column] = values(definition, messages, source)
        return columns


def _messages(run: Run) -> Iterator[Message]:
    layout = layout_of(run.definition)
    return (layout.read(run.data, start) for start in range(run.start, run.end, run.definition.size))
