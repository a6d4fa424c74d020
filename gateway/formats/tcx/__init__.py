"""TCX, Garmin's Training Center XML: activities with laps, courses and workouts.

Source: garmin.com/xmlschemas/TrainingCenterDatabasev2.xsd and ActivityExtensionv2.xsd.
"""

from gateway.formats.tcx.reader import read, read_track
from gateway.formats.tcx.writer import write

__all__ = ["read", "read_track", "write"]
