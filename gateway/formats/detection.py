"""What a file is, by its content only."""

from gateway.errors import FormatError, UnknownFormat
from gateway.formats import safexml
from gateway.formats.fit import header
from gateway.formats.refusals import refusal
from gateway.formats.shapes import BLANKS
from gateway.model import FileType

_ROOTS = {"gpx": FileType.GPX, "TrainingCenterDatabase": FileType.TCX}
_TRACKS = frozenset(FileType) - {FileType.JSON}
_XML = b"<"
_JSON = (b"{", b"[")
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_WINDOW = 16


def detect(data: bytes) -> FileType:
    """Tell the type of ``data``.

    Raises ``UnknownFormat`` for what is none of the four, and ``FormatError`` for what is meant to be one and too
    broken to tell: ``truncated`` (empty, blank, half a FIT header), ``not_fit`` (a FIT file without its magic),
    ``bad_encoding`` (UTF-16), ``unknown_root`` (HTML, KML, ...), and what ``safexml`` finds before the root element.
    """
    text = data.removeprefix(safexml.UTF8_BOM).lstrip(BLANKS)
    if not text:
        raise FormatError("truncated", 0, "the file is empty")
    if text.startswith(_XML):
        return _xml_type(data)
    if text.startswith(_JSON):
        return FileType.JSON
    if _is_fit(data):
        return FileType.FIT
    if _is_wide_text(data):
        raise refusal("bad_encoding", 0, "UTF-16 and UTF-32 are not read")
    raise UnknownFormat


def check_name(file_type: FileType, name: str) -> None:
    """Refuse the one name that content contradicts: JSON called .fit, .gpx or .tcx.

    It is some service's answer that was saved in a track's place, and must not pass as the track. Raises
    ``FormatError``: ``not_fit``, ``not_gpx``, ``not_tcx``.
    """
    _, dot, ending = name.lower().rpartition(".")
    if file_type is FileType.JSON and dot and ending in _TRACKS:
        raise refusal(f"not_{ending}", 0, "it is JSON")


def _xml_type(data: bytes) -> FileType:
    name, offset = safexml.root(data)
    if name not in _ROOTS:
        raise refusal("unknown_root", offset)
    return _ROOTS[name]


def _is_fit(data: bytes) -> bool:
    magic = data[header.MAGIC_AT : header.MAGIC_AT + len(header.MAGIC)]
    if magic == header.MAGIC:
        return True
    if header.spoiled_magic(data):
        raise refusal("not_fit", header.MAGIC_AT)
    if header.cut_header(data):
        raise refusal("truncated", len(data))
    return False


def _is_wide_text(data: bytes) -> bool:
    """UTF-16 or UTF-32 that begins like XML or JSON."""
    start = data[:_WINDOW]
    if not start.startswith(_UTF16_BOMS) and b"\0" not in start[:2]:
        return False
    letters = start.lstrip(b"\xff\xfe").replace(b"\0", b"").lstrip(BLANKS)
    return letters.startswith((_XML, *_JSON))
