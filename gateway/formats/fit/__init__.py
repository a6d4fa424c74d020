"""FIT, Garmin's binary format: every check, without an object for a message that nobody wants.

Source: developer.garmin.com/fit/protocol.
"""

from gateway.formats.fit.activity_writer import write_activity
from gateway.formats.fit.course_writer import write_course
from gateway.formats.fit.repair import Repaired, repair
from gateway.formats.fit.summary import check, read
from gateway.formats.fit.track import read_track

__all__ = ["Repaired", "check", "read", "read_track", "repair", "write_activity", "write_course"]
