"""Files that watches write and read: bytes in, checked facts out. No format knows another.

``detect`` tells the type by content, ``read`` checks everything and sums it up, ``read_track`` gives as columns what
was recorded or planned. All are pure, take time and memory linear in the file's size, and raise ``FormatError`` only:

    from gateway.formats import FormatError, read

    try:
        summary = read(data)
    except FormatError as error:
        print(error.message, error.code, error.offset)
"""

from dataclasses import replace

from gateway.errors import FormatError, UnsupportedType
from gateway.formats import fit, gpx, jsondoc, tcx
from gateway.formats.detection import check_name, detect
from gateway.formats.track import Track
from gateway.model import FileType, Kind, Summary

__all__ = ["FormatError", "Track", "check_name", "detect", "read", "read_track", "write"]

_READERS = {FileType.FIT: fit.read, FileType.GPX: gpx.read, FileType.TCX: tcx.read, FileType.JSON: jsondoc.read}
_TRACKS = {FileType.FIT: fit.read_track, FileType.GPX: gpx.read_track, FileType.TCX: tcx.read_track}


def read(data: bytes) -> Summary:
    """Return the summary of a file that is correct in every respect that its format defines."""
    return _READERS[detect(data)](data)


def read_track(data: bytes) -> Track:
    """Return the samples of a correct file, and its way-points; a file that has none gives a track of length 0."""
    reader = _TRACKS.get(detect(data))
    return reader(data) if reader else Track(read(data))


def write(track: Track, file_type: FileType) -> bytes:
    """Return the track as a file: a course as one, anything else that happened (it has times) as an activity.

    A planned track becomes a course in FIT and TCX, which know no activity without times. Raises
    ``UnsupportedType`` for JSON, for a file without samples, and for a track that lacks what the format needs.
    """
    if not len(track) and (file_type is not FileType.GPX or not track.waypoints):
        raise UnsupportedType(f"a file without samples ({track.summary.subtype or track.summary.kind}) is no track")
    if file_type is not FileType.GPX and track.summary.kind is not Kind.COURSE:
        kind = Kind.ACTIVITY if "time" in track.columns else Kind.COURSE
        track = replace(track, summary=replace(track.summary, kind=kind))
    match file_type:
        case FileType.FIT:
            return fit.write_activity(track) if track.summary.kind is Kind.ACTIVITY else fit.write_course(track)
        case FileType.GPX:
            return gpx.write(track)
        case FileType.TCX:
            return tcx.write(track)
    raise UnsupportedType("a track cannot become JSON")
