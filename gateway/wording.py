"""Quantities and summaries as people read them: kilometres, minutes a kilometre on foot, h:mm:ss, times in UTC.

The input is the JSON of ``model.Summary`` as ``wristgate list --json`` gives it; what that leaves out is left out.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_ON_FOOT = ("running", "walking", "hiking")
_MOST_LAPS = 8


def rows(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and value of everything that is known, in reading order."""
    lines = [
        ("Kind", _kind(summary)),
        ("Name", summary.get("name") or ""),
        ("Start", moment(summary["start"]) if summary.get("start") is not None else ""),
        ("Distance", kilometres(summary["distance"]) if summary.get("distance") else ""),
        ("Time", _time(summary)),
        ("Moving", _moving(summary)),
        (_pace_label(summary), _pace(summary)),
        ("Climb", _climb(summary)),
        ("Heart rate", _pair(summary, "hr", "bpm")),
        ("Power", _pair(summary, "power", "W")),
        ("Cadence", _cadence(summary)),
        ("Energy", f"{summary['calories']} kcal" if summary.get("calories") else ""),
        ("Sports", _sessions(summary)),
        ("Laps", _laps(summary)),
        ("Samples", f"{summary['records']:,}" if summary.get("records") else ""),
        ("Recorded by", _device(summary.get("device") or {})),
        ("Odd", "; ".join(summary.get("warnings") or ())),
    ]
    return [(label, value) for label, value in lines if value]


def title(summary: Mapping[str, Any]) -> str:
    """Give the name of a file's content, else its sport, else what it is."""
    sport = "" if summary.get("sport") == "generic" else _plain(summary.get("sport"))
    return str(summary.get("name") or (sport or _plain(summary.get("kind")) or "file").capitalize())


def subtitle(summary: Mapping[str, Any]) -> str:
    """Say what the title leaves out: kind and sport as far as they are known, and the day."""
    start = summary.get("start")
    day = "" if start is None else f"{datetime.fromtimestamp(start, UTC):%A %-d %B %Y, %H:%M UTC}"
    what = _sports(summary) if summary.get("kind") == "activity" else _kind(summary)
    shown = what.capitalize()
    return " · ".join(part for part in (shown if shown != title(summary) else "", day) if part)


def totals(summary: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Label, figure and unit of the five totals that people look for first, as far as they are known."""
    found = [
        ("Distance", kilometres(summary["distance"]) if summary.get("distance") else ""),
        ("Time", clock(_duration(summary)) if _duration(summary) else ""),
        (_pace_label(summary), _pace(summary)),
        ("Climb", f"{summary['ascent']:,.0f} m" if summary.get("ascent") is not None else ""),
        ("Heart rate", f"{summary['avg_hr']} bpm" if summary.get("avg_hr") else ""),
    ]
    parted = [(label, value.partition(" ")) for label, value in found if value]
    return [(label, figure, unit) for label, (figure, _, unit) in parted]


def moment(seconds: float) -> str:
    """Write a Unix time as date and time in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def kilometres(metres: float) -> str:
    """Write a distance with two decimals."""
    return f"{metres / 1000:.2f} km"


def clock(seconds: float) -> str:
    """Write a duration as h:mm:ss."""
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def pace(seconds: float, metres: float) -> str:
    """Minutes and seconds a kilometre."""
    minutes, second = divmod(round(1000 * seconds / metres), 60)
    return f"{minutes}:{second:02}"


def pace_of(sport: str | None, seconds: float | None, metres: float | None) -> str:
    """Write how fast it went, on foot in minutes a kilometre; empty where that is not known."""
    if not seconds or not metres:
        return ""
    return f"{pace(seconds, metres)} min/km" if sport in _ON_FOOT else f"{3.6 * metres / seconds:.1f} km/h"


def portion(records: int, seconds: float | None, whole: float | None) -> str:
    """Say how much of a recording there is, "12 of about 45 min"; ``whole`` is a guess, None where there is none."""
    if not seconds:
        return f"{records:,} {'sample' if records == 1 else 'samples'}" if records else "what is there"
    part, total = _length(seconds), _length(whole or seconds)
    if part == total:
        return part
    number, _, unit = part.partition(" ")
    return f"{number if total.endswith(unit) else part} of about {total}"


def _length(seconds: float) -> str:
    """Write a duration in whole minutes, under two of them in seconds."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"  # noqa: PLR2004 - two minutes


def size(count: float) -> str:
    """Write a number of bytes; a KB has 1,024, as in the gateway's limit."""
    if count < 1024:  # noqa: PLR2004 - the unit itself
        return f"{count:,.0f} byte{'' if count == 1 else 's'}"
    for unit in ("KB", "MB", "GB"):
        count /= 1024
        if count < 1000:  # noqa: PLR2004 - three digits before the point
            return f"{count:.1f} {unit}"
    return f"{count / 1024:,.1f} TB"


def counted(count: int, word: str, several: str = "") -> str:
    """Write a number with its noun, whose plural is ``several``, without it the noun with an s."""
    return f"{count:,} {word if count == 1 else several or f'{word}s'}"


def span(seconds: float) -> str:
    """Write a length of time in its largest unit: "40 s", "5 min", "3 h", "12 days"."""
    for unit, length in (("s", 60), ("min", 60), ("h", 48)):
        if seconds < length:
            return f"{int(seconds)} {unit}"
        seconds /= length if unit != "h" else 24
    return f"{int(seconds):,} days"


def ago(seconds: float) -> str:
    """Say how long ago something was; a moment that a clock has put into the future is just now."""
    return "just now" if seconds < 2 else f"{span(seconds)} ago"  # noqa: PLR2004 - one second is no length


def _kind(summary: Mapping[str, Any]) -> str:
    named = _sports(summary)
    what = summary.get("kind", "file")
    if what == "other":
        what = summary.get("subtype") or what
    return f"{_plain(what)}{f', {named}' if named else ''}"


def _sports(summary: Mapping[str, Any]) -> str:
    words = [summary.get("sport"), summary.get("sub_sport")]
    return " ".join(_plain(word) for word in words if word and word != "generic")


def _plain(word: str | None) -> str:
    """Write a word of FIT's profile as people do."""
    return (word or "").replace("_", " ")


def _duration(summary: Mapping[str, Any]) -> float:
    return float(summary.get("timer") or summary.get("elapsed") or 0)


def _time(summary: Mapping[str, Any]) -> str:
    running = _duration(summary)
    elapsed = summary.get("elapsed") or running
    paused = f" ({clock(elapsed)} with pauses)" if round(elapsed) > round(running) else ""
    return f"{clock(running)}{paused}" if running else ""


def _moving(summary: Mapping[str, Any]) -> str:
    moving = summary.get("moving")
    return clock(moving) if moving and round(moving) < round(_duration(summary)) else ""


def _pace_label(summary: Mapping[str, Any]) -> str:
    return "Pace" if summary.get("sport") in _ON_FOOT else "Speed"


def _pace(summary: Mapping[str, Any]) -> str:
    return pace_of(summary.get("sport"), _duration(summary), summary.get("distance"))


def _climb(summary: Mapping[str, Any]) -> str:
    signs = (("+", "ascent"), ("-", "descent"))
    known = [f"{sign}{summary[key]:.0f} m" for sign, key in signs if summary.get(key) is not None]
    return ", ".join(known)


def _pair(summary: Mapping[str, Any], what: str, unit: str) -> str:
    parts = [(word, summary.get(f"{word}_{what}")) for word in ("avg", "max")]
    known = [f"{word} {value:.0f}" for word, value in parts if value]
    return f"{', '.join(known)} {unit}" if known else ""


def _cadence(summary: Mapping[str, Any]) -> str:
    if summary.get("sport") not in _ON_FOOT:
        return _pair(summary, "cadence", "rpm")
    # files count the steps of one leg
    doubled = {key: 2 * (summary.get(key) or 0) for key in ("avg_cadence", "max_cadence")}
    return _pair(doubled, "cadence", "steps/min")


def _sessions(summary: Mapping[str, Any]) -> str:
    sessions = summary.get("sessions") or ()
    if len(sessions) <= 1:
        return ""
    timed = [(_sports(session) or "other", _duration(session)) for session in sessions]
    return ", ".join(f"{sport} {clock(seconds)}" if seconds else sport for sport, seconds in timed)


def _laps(summary: Mapping[str, Any]) -> str:
    laps = summary.get("laps") or ()
    if not laps:
        return ""
    splits = [pace(_duration(lap), lap["distance"]) for lap in laps if lap.get("distance") and _duration(lap)]
    if len(splits) != len(laps) or summary.get("sport") not in _ON_FOOT:
        return str(len(laps))
    more = " ..." if len(splits) > _MOST_LAPS else ""
    return f"{len(laps)}: {' '.join(splits[:_MOST_LAPS])}{more} min/km"


def _device(device: Mapping[str, Any]) -> str:
    named = [str(device[key]) for key in ("manufacturer", "product") if device.get(key)]
    serial = f", serial {device['serial']}" if device.get("serial") else ""
    return " ".join(named) + serial
