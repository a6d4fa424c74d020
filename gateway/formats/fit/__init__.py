"""FIT, Garmin's binary format: every check, without an object for a message that nobody wants.

Source: developer.garmin.com/fit/protocol.
"""

from gateway.formats.fit.summary import read
from gateway.formats.fit.track import read_track

__all__ = ["read", "read_track"]
