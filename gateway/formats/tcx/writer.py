"""TCX from any recording or course.

Source: garmin.com/xmlschemas/TrainingCenterDatabasev2.xsd (the order of elements, what is required, how long names
may be) and ActivityExtensionv2.xsd; its prefix is ``ns3`` as in Garmin Connect's files, which many readers insist on.
"""

from gateway.formats.tcx.activities import activities
from gateway.formats.tcx.course import course
from gateway.formats.track import Track
from gateway.formats.xmltext import DECLARATION
from gateway.model import Kind

_OPEN = (
    '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"'
    ' xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
)
_CLOSE = "</TrainingCenterDatabase>\n"


def write(track: Track) -> bytes:
    """Return the track as TCX: a course with its course points, anything else as activities with laps.

    TCX has no place for temperature, developer fields, and way-points beside the way; of sports it knows running and
    biking. Raises ``UnsupportedType`` for an activity without times and for a course without positions.
    """
    content = course(track) if track.summary.kind is Kind.COURSE else activities(track)
    return "".join([DECLARATION, _OPEN, *content, _CLOSE]).encode()
