"""From the messages of a FIT file to the summary that the index keeps."""

from dataclasses import replace

from gateway.formats.fit import profile
from gateway.formats.fit.definition import FIT_EPOCH
from gateway.formats.fit.header import parts
from gateway.formats.fit.message import (
    COURSE,
    DEVICE_INFO,
    FILE_CREATOR,
    FILE_ID,
    LAP,
    RECORD,
    SESSION,
    SPORT,
    WANTED,
    WORKOUT,
    Message,
    layout_of,
)
from gateway.formats.fit.mixture import Mixture
from gateway.formats.fit.recorded import recorded_of
from gateway.formats.fit.records import Records
from gateway.formats.fit.scan import Run, Scanner
from gateway.formats.indexing import summary_of
from gateway.formats.quantities import pulse, whole, within
from gateway.formats.totals import combine
from gateway.model import Device, FileType, Kind, Session, Summary

MAX_LAPS = 2000
MAX_MESSAGES = 256
"""How many messages of a kind are kept; more are checked and counted out with a warning."""

MAX_SHOWN = 100_000
"""How many records of an interrupted recording are looked at for climb and moving time: a day's."""

MAX_SHOWN_STEPS = 20_000
"""How much the walk may have cost for a second one."""

_MINUTE, _MOST = 60, 0.75
_SHOWN = frozenset({"time", "lat", "lon", "altitude"})
_CLOCK_SET = 0x10000000  # smaller times count from the device's start, says the profile
_KINDS = {4: Kind.ACTIVITY, 6: Kind.COURSE, 5: Kind.WORKOUT}
_UINT32 = 2**32 - 1
_RAW_VERSION = 100


def read(data: bytes) -> Summary:
    """Check all parts, then sum them up as one file; raises ``FormatError`` as ``header`` and ``scan`` list.

    What no session says (average heart rate, distance, ...) comes from the records; in an interrupted recording also
    climb and moving time.
    """
    messages = _Messages()
    scanner = Scanner(data, WANTED.keys() | {RECORD}, messages.take_turns)
    for part in parts(data):
        for run in scanner.runs(part):
            messages.take(run)
    messages.records.flush()
    summary = messages.summary()
    interrupted = summary.kind is Kind.ACTIVITY and not summary.sessions
    if interrupted and 0 < summary.records <= MAX_SHOWN and scanner.steps <= MAX_SHOWN_STEPS:
        return _shown(summary, recorded_of(data, _SHOWN).samples.session())
    return summary


def _shown(summary: Summary, measured: Session) -> Summary:
    """Complete what an interrupted recording says by what its samples show."""
    return replace(
        summary,
        moving=measured.moving,
        distance=measured.distance if summary.distance is None else summary.distance,
        ascent=measured.ascent,
        descent=measured.descent,
    )


def check(data: bytes) -> None:
    """Check all parts and no more; raises ``FormatError`` as ``read`` does."""
    scanner = Scanner(data, frozenset())
    for part in parts(data):
        for _ in scanner.runs(part):
            pass


class _Messages:
    """The messages that the summary needs, by global message number."""

    def __init__(self) -> None:
        self.records = Records()
        self.skipped = False
        self._found: dict[int, list[Message]] = {number: [] for number in WANTED}

    def take(self, run: Run) -> None:
        """Keep what the run tells."""
        definition = run.definition
        if definition.message == RECORD:
            self.records.add(run)
            return
        kept = self._found[definition.message]
        room = (MAX_LAPS if definition.message == LAP else MAX_MESSAGES) - len(kept)
        count = (run.end - run.start) // definition.size
        if count > room:
            self.skipped = self.skipped or definition.message in {LAP, SESSION}
            count = room
        if count:
            layout = layout_of(definition)
            kept += (layout.read(run.data, run.start + i * definition.size) for i in range(count))

    def take_turns(self, mixed: Mixture) -> bool:
        """Keep what messages tell that take turns, if those of one number are records."""
        others = [
            Run(definition, messages, 0, len(messages), None, None)
            for definition, messages in mixed.messages.values()
            if definition.message != RECORD
        ]
        if len({run.definition.message for run in others}) < len(others):
            return False
        for run in others:
            self.take(run)
        self.records.add_turns(mixed.turns(RECORD))
        return True

    def summary(self) -> Summary:
        kind = self._kind()
        sessions = tuple(map(_session, self._found[SESSION]))
        laps = tuple(map(_session, self._found[LAP]))
        total = self._total(sessions or (laps if kind is Kind.COURSE else ()))
        return summary_of(
            FileType.FIT,
            kind,
            total,
            subtype=self._subtype() if kind is Kind.OTHER else None,
            name=self._name(),
            sessions=sessions,
            laps=laps,
            records=self.records.count,
            device=self._device(),
            bbox=self.records.box(),
            polyline=self.records.line.encoded(),
            warnings=tuple(self._warnings(kind, total)),
        )

    def _kind(self) -> Kind:
        return next((kind for number, kind in _KINDS.items() if number in self._types()), Kind.OTHER)

    def _subtype(self) -> str | None:
        """Name what is none of the kinds; the profile has three sorts of monitoring, which differ in nothing here."""
        name = next((profile.file_type(number) for number in self._types() if number not in _KINDS), None)
        return "monitoring" if name and name.startswith("monitoring") else name

    def _types(self) -> list[int | None]:
        return [message.whole("type") for message in self._found[FILE_ID]]

    def _total(self, sessions: tuple[Session, ...]) -> Session:
        total = combine(sessions) if sessions else Session()
        records = self.records
        sport, sub_sport = self._sport()
        start = _moment(records.first) if total.start is None else total.start
        elapsed = total.elapsed
        if elapsed is None and records.first is not None and records.last is not None:
            elapsed = within(float(records.last - records.first))
        return replace(
            total,
            sport=total.sport or sport,
            sub_sport=total.sub_sport if total.sport else sub_sport,
            start=start,
            elapsed=elapsed,
            distance=within(records.distance) if total.distance is None else total.distance,
            avg_hr=total.avg_hr or pulse(records.hr.mean()),
            max_hr=total.max_hr or pulse(records.hr.highest()),
            avg_power=whole(records.power.mean()) if total.avg_power is None else total.avg_power,
            max_power=whole(records.power.highest()) if total.max_power is None else total.max_power,
            avg_cadence=whole(records.cadence.mean()) if total.avg_cadence is None else total.avg_cadence,
            max_cadence=whole(records.cadence.highest()) if total.max_cadence is None else total.max_cadence,
        )

    def _sport(self) -> tuple[str | None, str | None]:
        """Return what a message other than a session says."""
        for message in self._found[SPORT] + self._found[COURSE] + self._found[WORKOUT]:
            sport = profile.sport(message.whole("sport"))
            if sport is not None:
                return sport, profile.sub_sport(message.whole("sub_sport"))
        return None, None

    def _name(self) -> str | None:
        messages = self._found[COURSE] + self._found[WORKOUT] + self._found[SPORT]
        return next((message.names["name"] for message in messages if "name" in message.names), None)

    def _device(self) -> Device | None:
        """Take the first file_id, completed by the creator's device_info (index 0) and file_creator."""
        sources = self._found[FILE_ID][:1]
        sources += [message for message in self._found[DEVICE_INFO] if message.whole("index") == 0]
        sources += self._found[FILE_CREATOR][:1]
        makers = [message for message in sources if message.whole("manufacturer") is not None]
        if not makers:
            return None
        number = makers[0].whole("manufacturer")
        names = (message.names["product_name"] for message in sources if "product_name" in message.names)
        products = (message.whole("product") for message in makers)
        product = next((found for found in products if found is not None), None)
        serials = (message.whole("serial", _UINT32) for message in sources)
        versions = (message.whole("software") for message in sources)
        version = next((found for found in versions if found), None)
        return Device(
            manufacturer=profile.manufacturer(number),
            product=next(names, None) or profile.product(number, product),
            serial=next((found for found in serials if found), None),
            software=None if version is None else f"{version / _RAW_VERSION:.2f}",
        )

    def _warnings(self, kind: Kind, total: Session) -> list[str]:
        warnings = []
        if not self._found[FILE_ID]:
            warnings.append("no file_id message: the file does not say what it is")
        if kind is Kind.ACTIVITY and not self._found[SESSION]:
            warnings.append("no session message: the recording was interrupted")
        if kind is Kind.ACTIVITY and not self.records.count:
            warnings.append("no records")
        starts = [message.numbers["start"] for message in self._found[SESSION] if "start" in message.numbers]
        if min(starts, default=_CLOCK_SET) < _CLOCK_SET:
            warnings.append("the clock of the device was not set")
        if self.skipped:
            warnings.append("more sessions or laps than the index keeps")
        first, last, timer = self.records.first, self.records.last, total.timer
        if first is not None and last is not None and timer is not None and last - first < timer * _MOST - _MINUTE:
            warnings.append(f"samples of {(last - first) // _MINUTE} of {timer // _MINUTE:.0f} min only")
        return warnings


def _moment(seconds: float | None) -> int | None:
    return None if seconds is None else whole(seconds + FIT_EPOCH, FIT_EPOCH)


def _moving(message: Message) -> float | None:
    """Return the moving time, else the timer; devices round it up beyond the elapsed time now and then."""
    known = [seconds for name in ("moving", "timer") if (seconds := message.real(name)) is not None]
    elapsed = message.real("elapsed")
    return known[0] if known and elapsed is None else min(known[0], elapsed or 0) if known else None


def _session(message: Message) -> Session:
    """Put a session or lap message in the model's words; the profile gives both the same names."""
    return Session(
        sport=profile.sport(message.whole("sport")),
        sub_sport=profile.sub_sport(message.whole("sub_sport")),
        start=_moment(message.real("start")),
        elapsed=message.real("elapsed"),
        timer=message.real("timer"),
        moving=_moving(message),
        distance=message.real("distance"),
        ascent=message.real("ascent"),
        descent=message.real("descent"),
        avg_hr=pulse(message.real("avg_hr")),
        max_hr=pulse(message.real("max_hr")),
        avg_power=message.whole("avg_power"),
        max_power=message.whole("max_power"),
        avg_cadence=message.whole("avg_cadence"),
        max_cadence=message.whole("max_cadence"),
        calories=message.whole("calories"),
    )
