"""Files that watches write and read: bytes in, checked facts out. No format knows another.

``detect`` tells the type by content, ``read`` checks everything and sums it up. Both are pure, need time and memory
linear in the size of the file (memory far less than that), and raise ``UnsupportedType`` or ``FormatError`` only.
"""

from gateway.formats import fit, gpx, jsondoc, tcx
from gateway.formats.detection import detect
from gateway.model import FileType, Summary

__all__ = ["detect", "read"]

_READERS = {FileType.FIT: fit.read, FileType.GPX: gpx.read, FileType.TCX: tcx.read, FileType.JSON: jsondoc.read}


def read(data: bytes) -> Summary:
    """Return the summary of a file that is correct in every respect that its format defines."""
    return _READERS[detect(data)](data)
