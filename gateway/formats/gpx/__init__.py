"""GPX 1.0 and 1.1, the format of tracks and routes that every program knows.

Source: topografix.com/GPX/1/1.
"""

from gateway.formats.gpx.reader import read, read_track
from gateway.formats.gpx.writer import write

__all__ = ["read", "read_track", "write"]
