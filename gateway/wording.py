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
        ("Pace" if summary.get("sport") in _ON_FOOT else "Speed", _pace(summary)),
        ("Climb", _climb(summary)),
        ("Heart rate", _pair(summary, "hr", "bpm")),
        ("Power", _pair(summary, "power", "W")),
        ("Cadence", _cadence(summary)),
        ("Energy", f"{summary['calories']} kcal" if summary.get("calories") else ""),
        ("Laps", _laps(summary)),
        ("Samples", f"{summary['records']:,}" if summary.get("records") else ""),
        ("Recorded by", _device(summary.get("device") or {})),
        ("Odd", "; ".join(summary.get("warnings") or ())),
    ]
    return [(label, value) for label, value in lines if value]


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


def size(count: float) -> str:
    """Write a number of bytes; a KB has 1,024, as in the gateway's limit."""
    return f"{count:,.0f} bytes" if count < 1024 else f"{count / 1024:.1f} KB"  # noqa: PLR2004 - the unit itself


def _kind(summary: Mapping[str, Any]) -> str:
    sports = [summary.get("sport"), summary.get("sub_sport")]
    named = " ".join(sport.replace("_", " ") for sport in sports if sport and sport != "generic")
    return f"{summary.get('kind', 'file')}{f', {named}' if named else ''}"


def _duration(summary: Mapping[str, Any]) -> float:
    return float(summary.get("timer") or summary.get("elapsed") or 0)


def _time(summary: Mapping[str, Any]) -> str:
    running = _duration(summary)
    elapsed = summary.get("elapsed") or running
    paused = f" ({clock(elapsed)} with pauses)" if round(elapsed) > round(running) else ""
    return f"{clock(running)}{paused}" if running else ""


def _pace(summary: Mapping[str, Any]) -> str:
    seconds, metres = _duration(summary), summary.get("distance") or 0
    if not seconds or not metres:
        return ""
    return (
        f"{pace(seconds, metres)} min/km" if summary.get("sport") in _ON_FOOT else f"{3.6 * metres / seconds:.1f} km/h"
    )


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
