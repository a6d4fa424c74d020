"""What a file shows by its name and its first bytes, without being read."""

from datetime import UTC, datetime
from typing import Final

from gateway import formats
from gateway.errors import FormatError
from gateway.model import Checked, FileType, Kind

HEAD: Final = 4096
"""Bytes that are enough for every function here."""

_ENDINGS: Final = tuple(f".{kind.value}" for kind in FileType)
_TRACKS: Final = (FileType.FIT, FileType.GPX, FileType.TCX)

_MAGIC: Final = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tif"),
    (b"MM\0*", "tif"),
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b\x08", "gz"),
)
"""Beginnings and the endings that go with them."""

# ISO 14496-12: a file begins with its brand, https://mp4ra.org/registered-types/brands lists them
_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "heic"),
    **dict.fromkeys((b"avif", b"avis"), "avif"),
    b"qt  ": "mov",
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VH"), "mp4"),
    **dict.fromkeys((b"MSNV", b"mmp4", b"dash", b"3gp4", b"3gp5", b"3gp6", b"GoPr", b"FACE", b"niko", b"CAEP"), "mp4"),
}
_QUICKTIME: Final = frozenset({b"moov", b"mdat", b"wide"})  # atoms that older cameras begin with, without a brand

_PICTURES: Final = frozenset({"jpg", "png", "gif", "tif", "webp", "heic", "avif", "mp4", "mov"})
_KINDS: Final = frozenset({Kind.ACTIVITY, Kind.COURSE, Kind.WORKOUT})


def claims(name: str, head: bytes) -> bool:
    """Say whether a file claims to be of a type that is read here: by its name, or because it begins like FIT.

    One without a name also does where it begins like GPX or TCX. Such a file is refused when it is damaged; any other
    that cannot be read is a document.
    """
    if name.lower().endswith(_ENDINGS):
        return True
    try:
        return formats.detect(head) in ((FileType.FIT,) if name else _TRACKS)
    except FormatError as error:
        return error.code == "not_fit"


def shows(name: str, head: bytes) -> bool:
    """Say whether a file at a path of somebody's choice shows what it is to be: by its name, else as it begins.

    A name with another ending says that it is something else; without any, only a beginning that nothing else can have
    tells: a FIT header, the root of GPX or TCX. What is damaged of such a file is said, anything else is a document.
    """
    if name.lower().endswith(_ENDINGS):
        return True
    try:
        return "." not in name and formats.detect(head) in _TRACKS
    except FormatError:
        return False


def folder_for_content(head: bytes) -> str:
    """Give the folder for a file that is none of our types: pictures and films have their own."""
    return "/photos" if ending_of(head) in _PICTURES else "/documents"


def ending_of(head: bytes) -> str | None:
    """Give the usual ending of what begins so, without a dot; None: it is not known here."""
    for magic, ending in _MAGIC:
        if head.startswith(magic):
            return ending
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    return "mov" if head[4:8] in _QUICKTIME else None


def default_name(checked: Checked, head: bytes, now: int) -> str:
    """Name a file that came without a name, ``activity-2026-05-01-071500.fit``: when it started, else ``now``, in UTC.

    The ending is by what it is, ``.bin`` where nothing shows that.
    """
    summary = checked.summary
    word = summary.kind.value if summary and summary.kind in _KINDS else "file"
    start = summary.start if summary and summary.start is not None else now
    moment = datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%d-%H%M%S")
    return f"{word}-{moment}.{summary.type.value if summary else ending_of(head) or 'bin'}"
