"""Heart rates that a strap kept while it was under water, and sent behind the records: FIT's ``hr`` messages.

Source: FIT protocol, "Heart Rate Message" (a time now and then, 12 bits of 1/1024 s for each beat after it), and
Garmin's description of how they belong to the records: a rate holds until the next one, for five seconds at most, and a
record has the mean of what held since the record before.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import floor, isnan, nan
from typing import Final

from gateway.formats.fit.definition import FIT_EPOCH, TIMESTAMP, Definition, Field
from gateway.formats.fit.scan import Run
from gateway.formats.track import Column

MAX_RATES: Final = 200_000
"""Beats that are looked at: a day's."""

_FRACTION, _RATES, _EVENT, _EVENTS = 0, 6, 9, 10
_TICKS: Final = 1024.0
_FRACTIONS: Final = 32_768.0
_ROLLS: Final = 0x1000
_STEP: Final = 0.25
_HOLDS: Final = 20  # steps
_NO_UINT32: Final = 0xFFFFFFFF


class HeartRates:
    """Collects rates as they come; ``times`` are Unix times."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.rates: list[int] = []
        self._anchor: tuple[float, int] | None = None
        self._event = 0

    def take(self, run: Run) -> None:
        """Go on to the next messages."""
        fields = run.definition.fields()
        if _RATES not in fields:
            return
        for at in range(run.start, run.end, run.definition.size):
            message = run.data[at : at + run.definition.size]
            events = list(self._events(run.definition, fields, message))
            if self._anchor is None or len(self.times) > MAX_RATES:
                continue
            time, first = self._anchor
            for event, rate in zip(events, _bytes(message, fields[_RATES]), strict=False):
                self._hold(time + (event - first) / _TICKS, rate)

    def _events(self, definition: Definition, fields: dict[int, Field], message: bytes) -> Iterator[int]:
        """Yield the ticks of a message; one that has a time of the day too sets the clock."""

        def value(number: int) -> int | None:
            field = fields.get(number)
            found = None if field is None else int.from_bytes(_bytes(message, field), definition.byteorder)
            return None if found == (1 << 8 * len(_bytes(message, field)) if field else 0) - 1 else found

        event, stamp = value(_EVENT), value(TIMESTAMP)
        if event is not None:
            self._event = event
            if stamp is not None:
                self._anchor = (stamp + FIT_EPOCH + (value(_FRACTION) or 0) / _FRACTIONS, event)
            yield event
        elif _EVENTS in fields:
            for low in _twelve_bits(_bytes(message, fields[_EVENTS])):
                self._event += (low - self._event) % _ROLLS
                yield self._event

    def _hold(self, time: float, rate: int) -> None:
        """Note a rate, and that the one before held until then."""
        if self.times:
            last = self.times[-1]
            steps = min(_HOLDS, max(0, -floor((last - time) / _STEP) - 1))
            self.times += (last + _STEP * step for step in range(1, steps + 1))
            self.rates += [self.rates[-1]] * steps
        self.times.append(time)
        self.rates.append(rate)

    def merged(self, times: Sequence[float], rates: Column) -> Column:
        """Return the heart rates of samples at ``times``: what held up to each, else its own."""
        sums = [0, *accumulate(self.rates)]
        before = nan
        for index, time in enumerate(times):
            since = before if before < time else time - 1
            first, behind = bisect_right(self.times, since), bisect_right(self.times, time)
            if first < behind < len(self.times) and not isnan(time):
                rates[index] = floor((sums[behind] - sums[first]) / (behind - first) + 0.5)
            before = time
        return rates


def _bytes(message: bytes, field: Field) -> bytes:
    return message[field.offset : field.offset + field.size]


def _twelve_bits(packed: bytes) -> Iterator[int]:
    for low, middle, high in zip(packed[::3], packed[1::3], packed[2::3], strict=False):
        yield low | (middle & 0xF) << 8
        yield middle >> 4 | high << 4
