"""What the writers and the repair promise for whatever was read, as assertions that the fuzzer and the tests share."""

from functools import partial

from gateway import formats
from gateway.errors import FormatError, TooLarge, UnsupportedType
from gateway.formats import fit
from gateway.formats.simplify import MIN_POINTS, fitted, simplified
from gateway.formats.track import Track
from gateway.model import FileType
from tests.fuzz.reading import check_reading, check_refusal, check_track

FEW = 5
SMALL = 2000
WRITTEN = (FileType.FIT, FileType.GPX, FileType.TCX)


def check_repairing(data: bytes) -> None:
    """What is saved of a file is a FIT file that is read, and a file that is read is left alone."""
    try:
        repaired = fit.repair(data)
    except FormatError as error:
        check_refusal(error, len(data))
        return
    summary = check_reading(repaired.data)
    assert summary is not None
    assert summary.type is FileType.FIT
    assert summary.records == repaired.records
    if repaired.fault is None:
        assert repaired.data == data
    else:
        check_refusal(repaired.fault, len(data))
    assert fit.repair(repaired.data).fault is None


def check_writing(data: bytes) -> None:
    """Every track that is read can be thinned out, and what is written of it in any format is read again."""
    try:
        track = formats.read_track(data)
    except FormatError:
        return
    fewer = simplified(track, FEW)
    check_track(fewer)
    assert len(fewer) <= max(FEW, MIN_POINTS)
    for file_type in WRITTEN:
        _check_written(track, file_type)
        _check_written(fewer, file_type)
        _check_fitted(track, file_type)


def _check_written(track: Track, file_type: FileType) -> None:
    try:
        written = formats.write(track, file_type)
    except UnsupportedType:
        return
    summary = check_reading(written)
    assert summary is not None, formats.read(written)
    assert summary.type is file_type


def _check_fitted(track: Track, file_type: FileType) -> None:
    try:
        written = fitted(track, partial(formats.write, file_type=file_type), SMALL)
    except (UnsupportedType, TooLarge):
        return
    assert len(written) <= SMALL
    assert check_reading(written) is not None, formats.read(written)
