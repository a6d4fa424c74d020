"""Names as a watch gets them: short enough that one list entry always fits in 256 bytes."""

from typing import Final

from gateway.http.errors import escaped_length

NAME_BYTES: Final = 48
_ENDING_BYTES: Final = 12


def short_name(name: str) -> str:
    """Shorten a file name to 48 bytes as escaped in JSON, keeping its ending."""
    if escaped_length(name) <= NAME_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or escaped_length(ending) > _ENDING_BYTES:
        stem, dot, ending = name, "", ""
    return cut(stem, NAME_BYTES - escaped_length(dot + ending)) + dot + ending


def cut(text: str, room: int) -> str:
    """Give the longest beginning of ``text`` that takes at most ``room`` bytes escaped."""
    if escaped_length(text) <= room:
        return text
    for end, char in enumerate(text):
        room -= escaped_length(char)
        if room < 0:
            return text[:end]
    return text
