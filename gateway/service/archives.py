"""Archives that people send as they got them: a watch maker's export, a service's whole history.

Zip files, and gzip files alone or inside of a zip, are unpacked one member after another, in pieces of 64 KB. What
somebody has made to burst a machine costs it no more than the limits: an archive over one is refused as a whole,
before anything more of it is unpacked; what is wrong with one member is said of that member.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from gateway.errors import GatewayError, UnsupportedType
from gateway.service.inflating import GZIP, Allowance, Limits, Pieces, gunzipped, header_name
from gateway.service.membernames import base_name, cleaned_name, without_gz
from gateway.service.zipfiles import ZIP_MAGIC, directory, unpacked

LIMITS: Final = Limits()
_EMPTY_ZIP: Final = b"PK\x05\x06"
_DEPTH: Final = 2  # a gzip file in a zip file; nobody packs tracks deeper
_HEADER: Final = 1024  # bytes by which a file is known, and in which a gzip file may say its name


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: ``source`` to read it, or the ``error`` that says why it cannot be read.

    ``name`` is a legal one, "" where the archive says none. The source may be read until the next member is asked for;
    reading raises ``FormatError`` when the member turns out to be damaged, and ``TooLarge`` when the archive is over a
    limit, which asking for the next member then raises too.
    """

    name: str
    source: Pieces | None
    error: GatewayError | None = None


def is_archive(name: str, head: bytes) -> bool:
    """Say whether an upload is to be opened: gzip by its beginning, zip by that and a name that does not say other.

    Many documents are zip files, and must stay what they are.
    """
    if head.startswith(GZIP):
        return True
    zipped = head.startswith((ZIP_MAGIC, _EMPTY_ZIP))
    return zipped and (name.lower().endswith(".zip") or "." not in name.strip("."))


def members(source: BinaryIO, name: str, limits: Limits = LIMITS) -> Iterator[Member]:
    """Unpack an archive that ``is_archive``; ``source`` can be sought in.

    Folders, names that begin with a dot and what macOS adds are left out. Raises ``TooLarge`` over a limit and
    ``FormatError`` when the archive itself is damaged.
    """
    size = source.seek(0, 2)
    allowance = Allowance(limits, size)
    source.seek(0)
    if source.read(len(GZIP)) == GZIP:
        source.seek(0)
        yield _member(Pieces(iter(lambda: source.read(limits.piece), b"")), base_name(name), allowance, 0)
        allowance.check()
        return
    listed = directory(source, size, limits)
    allowance.announce(sum(packed.size for packed in listed))
    for packed in listed:
        if not _is_left_out(packed.name):
            yield _member(Pieces(unpacked(source, packed, allowance)), base_name(packed.name), allowance, 1)
            allowance.check()


def _is_left_out(path: str) -> bool:
    *folders, name = path.replace("\\", "/").split("/")
    return not name or name.startswith(".") or "__MACOSX" in folders


def _member(pieces: Pieces, name: str, allowance: Allowance, depth: int) -> Member:
    """Give a file that lies ``depth`` archives deep, opened while it is one itself and that is not too deep."""
    try:
        head = pieces.head(_HEADER)
        if not is_archive(name, head):
            return Member(cleaned_name(name), pieces)
        if not head.startswith(GZIP):
            raise UnsupportedType("a zip file in an archive is not opened, send it alone")
        if depth == _DEPTH:
            raise UnsupportedType("the file is packed too often, unpack it first")
    except GatewayError as error:
        allowance.check()
        return Member(cleaned_name(name), None, error)
    inner = without_gz(name) or base_name(header_name(head) or name)
    return _member(Pieces(gunzipped(pieces, allowance)), inner, allowance, depth + 1)
