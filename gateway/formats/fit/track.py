"""From the messages of a FIT file to columns."""

from gateway.formats.fit.summary import read
from gateway.formats.track import Track


def read_track(data: bytes) -> Track:
    """Return the records and course points of a file; raises ``FormatError`` as ``read`` does."""
    return Track(read(data))
