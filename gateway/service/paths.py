"""Names and paths of the tree: what is allowed, and how they are compared."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Final

from gateway.errors import BadRequest

NAME_BYTES: Final = 255
PATH_BYTES: Final = 4096
DEPTH: Final = 100  # folders in one another; each costs every change below it
_STEM_BYTES: Final = 16  # of a name are left before its ending is given up; less may be a name of ``_RESERVED``

# Marks that turn the direction of text around: a name must not look like another one.
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file: devices, whatever their ending
_RESERVED: Final = re.compile(
    r"(?i)(con|conin\$|conout\$|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]) *(\.|$)"
)


def clean_name(name: str, key: str = "name") -> str:
    """Check the name of a file and give it in NFC; raises ``BadRequest`` that names ``key``."""
    name = unicodedata.normalize("NFC", name).strip(" ")
    if not name or set(name) == {"."}:
        raise BadRequest(f"{key}: is empty or only dots")
    if "/" in name or "\\" in name:
        raise BadRequest(f"{key}: must be a name, not a path")
    if any("\ud800" <= char <= "\udfff" for char in name):
        raise BadRequest(f"{key}: is not UTF-8")
    if any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} or char in _BIDI for char in name):
        raise BadRequest(f"{key}: has a control character")
    if len(name.encode()) > NAME_BYTES:
        raise BadRequest(f"{key}: takes at most {NAME_BYTES} bytes")
    if _RESERVED.match(name) or name.endswith("."):
        raise BadRequest(f"{key}: is a name that Windows cannot store")
    return name


def clean_path(path: str, key: str = "path") -> str:
    """Check an absolute path of a file or folder and give it in NFC, without a slash at its end; ``/`` stays."""
    if not path.startswith("/"):
        raise BadRequest(f"{key}: must start with /")
    parts = [clean_name(part, key) for part in path.strip("/").split("/")] if path.strip("/") else []
    cleaned = "/" + "/".join(parts)
    if len(parts) > DEPTH:
        raise BadRequest(f"{key}: takes at most {DEPTH} folders in one another")
    if len(cleaned.encode()) > PATH_BYTES:
        raise BadRequest(f"{key}: takes at most {PATH_BYTES} bytes")
    return cleaned


def fold(path: str) -> str:
    """Give the form under which paths are compared: other people's disks fold case."""
    return unicodedata.normalize("NFC", path.casefold())


def numbered(name: str, n: int) -> str:
    """Give the ``n``-th name for a file whose name is taken, ``run (2).fit``."""
    return marked(name, str(n))


def marked(name: str, mark: str) -> str:
    """Put a few words before the ending, ``run (mark).fit``; the name is cut so that it stays a legal one."""
    return _with_mark(name, f" ({mark})")


def conflict_name(name: str, moment: int, sender: str) -> str:
    """Name the version of ``name`` that lost, as Syncthing does: ``run.sync-conflict-20260501-071500-phone.fit``."""
    stamp = datetime.fromtimestamp(moment, UTC).strftime("%Y%m%d-%H%M%S")
    return _with_mark(name, f".sync-conflict-{stamp}-{sender}")


def _with_mark(name: str, mark: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    tail = f"{mark}{dot}{ending}"
    room = NAME_BYTES - len(tail.encode())
    if room < min(len(stem.encode()), _STEM_BYTES):
        return _with_mark(stem, mark)
    return stem.encode()[:room].decode("utf-8", "ignore") + tail


def device_name(name: str) -> str:
    """Make what a device calls itself fit for a folder and a page: no control characters, at most 48 characters."""
    kept = "".join("-" if char in '/\\:*?"<>|' else char for char in unicodedata.normalize("NFC", name))
    kept = "".join(
        char for char in kept if unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"} and char not in _BIDI
    )
    kept = " ".join(kept.split())[:48].strip(". ")
    return "" if _RESERVED.match(kept) else kept
