"""Names out of archives and from other disks, which anybody may have written on any system."""

import re
import unicodedata
from typing import Final

from gateway.errors import BadRequest
from gateway.service.paths import NAME_BYTES, clean_name

_LONGEST_ENDING: Final = 16  # characters; what is longer is no ending that a program looks at


def base_name(name: str) -> str:
    """Give a name without the folders before it, whichever way their slashes lean."""
    return re.split(r"[/\\]", name)[-1]


def without_gz(name: str) -> str | None:
    """Give the name that a packed file has unpacked; None: this one does not say."""
    stem, _, ending = base_name(name).rpartition(".")
    match ending.lower():
        case "gz":
            return stem or None
        case "tgz":
            return f"{stem}.tar"
    return None


def cleaned_name(name: str) -> str:
    """Make a name a legal one, with "-" for what is not; "" stays for the caller to name."""
    name = "".join(char if _is_legal(char) else "-" for char in unicodedata.normalize("NFC", base_name(name)))
    name = name.strip(" ").rstrip(".").strip(" ")
    if not name:
        return ""
    name = shortened(name)
    return name if _is_legal(name) else shortened(f"-{name}")


def _is_legal(name: str) -> bool:
    """Ask about a name, or about a letter of one."""
    try:
        return bool(clean_name(f"x{name}x" if len(name) == 1 else name))
    except BadRequest:
        return False


def shortened(name: str, most: int = NAME_BYTES) -> str:
    """Shorten a name to what a disk takes, or fewer bytes, and leave it its ending."""
    if len(name.encode()) <= most:
        return name
    stem, dot, ending = name.rpartition(".")
    tail = f".{ending}" if dot and stem and len(ending) <= _LONGEST_ENDING else ""
    room = most - len(tail.encode())
    return name.removesuffix(tail).encode()[:room].decode("utf-8", "ignore").rstrip(". ") + tail
