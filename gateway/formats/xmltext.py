"""Text, numbers, moments and places as XML holds them: what the GPX and the TCX writer share.

Each function gives the text of an element, empty for what cannot be said; ``element`` leaves such an element out.
"""

import re
from time import gmtime, strftime

from gateway.formats.geo import MAX_LATITUDE, MAX_LONGITUDE
from gateway.formats.quantities import MAX_INT

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DEGREE_DECIMALS = 7  # 1 cm, what FIT's semicircles resolve
_EAST_END, _WEST_END = "180", "-180"


def plain(text: str | None) -> str:
    """Return ``text`` on one line, blanks folded, without the characters that XML 1.0 cannot hold."""
    return " ".join(_FORBIDDEN.sub("", text).split()) if text else ""


def escaped(text: str | None) -> str:
    """Return ``text`` as it stands between tags, as ``plain`` has it."""
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def element(name: str, text: str) -> str:
    """Return the element around a text or children that are escaped already; empty when they are."""
    return f"<{name}>{text}</{name}>" if text else ""


def fixed(value: float | None, decimals: int, low: float = 0.0, high: float = MAX_INT) -> str:
    """Return a number of [low, high] in fixed notation, without zeros that say nothing; empty outside, and for nan."""
    if value is None or not low <= value <= high:
        return ""
    text = f"{value:.{decimals}f}"
    if decimals:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def moment(seconds: float | None) -> str:
    """Return a Unix time as ISO 8601 in UTC, with milliseconds only when there are any."""
    if seconds is None or not 0 <= seconds <= MAX_INT:
        return ""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    text = strftime("%Y-%m-%dT%H:%M:%S", gmtime(whole))
    return f"{text}.{thousandths:03}Z" if thousandths else f"{text}Z"


def place(latitude: float, longitude: float) -> tuple[str, str] | None:
    """Return both coordinates in degrees, ``None`` for no place on Earth.

    Longitude ends before 180 in both schemas, so the date line is at -180.
    """
    south_north = fixed(latitude, _DEGREE_DECIMALS, -MAX_LATITUDE, MAX_LATITUDE)
    west_east = fixed(longitude, _DEGREE_DECIMALS, -MAX_LONGITUDE, MAX_LONGITUDE)
    if not south_north or not west_east:
        return None
    return south_north, _WEST_END if west_east == _EAST_END else west_east
