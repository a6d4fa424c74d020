"""What a file is, by content."""

import zlib

import pytest

from gateway import formats
from gateway.errors import FormatError, UnknownFormat
from gateway.model import FileType
from tests.formats.fit_files import file_id, frame

FIT = frame(file_id())
BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("data", "file_type"),
    [
        (FIT, FileType.FIT),
        (FIT[:12], FileType.FIT),
        (frame(file_id(), header_size=12), FileType.FIT),
        (b"<gpx/>", FileType.GPX),
        (BOM + b"\r\n\t <gpx/>", FileType.GPX),
        (b"<?xml version='1.0'?><!-- x --><?y?><g:gpx", FileType.TCX),
        (b"<TrainingCenterDatabase>", FileType.TCX),
        (b"{}", FileType.JSON),
        (b" [", FileType.JSON),
        (BOM + b"{", FileType.JSON),
        (b'{"nam":".FIT"}', FileType.JSON),
        (b"[  broken", FileType.JSON),
    ],
)
def test_types(data: bytes, file_type: FileType) -> None:
    if data.endswith(b"<g:gpx"):
        data, file_type = data + b">", FileType.GPX
    assert formats.detect(data) is file_type


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"PK\x03\x04" + bytes(100),
        b"\x1f\x8b" + zlib.compress(b"x" * 100),
        b"\0" * 1000,
        b"\xff\xd8\xff\xe0" + bytes(100),
        b"%PDF-1.7",
        b"name,lat,lon\n",
        b'"a json string"',
        b"12",
        b"\xff\xfeh\0e\0l\0l\0o\0",
        BOM + b"hello",
        b"\x0e\x10" + bytes(20),
        bytes(range(256)),
    ],
)
def test_what_is_none_of_the_four(data: bytes) -> None:
    with pytest.raises(UnknownFormat):
        formats.detect(data)
    with pytest.raises(UnknownFormat):
        formats.read(data)


@pytest.mark.parametrize("data", [b"", b" ", b"\r\n\t ", BOM, BOM + b"\n"])
def test_nothing_is_truncated(data: bytes) -> None:
    with pytest.raises(FormatError) as refusal:
        formats.detect(data)
    assert (refusal.value.code, refusal.value.offset) == ("truncated", 0)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (FIT.replace(b".FIT", b"FIT."), "not_fit"),
        (FIT[:4], "truncated"),
        (FIT[:10], "truncated"),
        ("{}".encode("utf-16"), "bad_encoding"),
        ("<gpx/>".encode("utf-16-be"), "bad_encoding"),
        ("[1]".encode("utf-32"), "bad_encoding"),
        (b"<", "truncated"),
        (b"<3 you", "not_well_formed"),
    ],
)
def test_broken_beyond_detection(data: bytes, reason: str) -> None:
    with pytest.raises(FormatError) as refusal:
        formats.detect(data)
    assert refusal.value.code == reason


def test_messages_fit_a_watch() -> None:
    for data in (b"", FIT[:20], FIT[:-1], FIT + b"x", b"<gpx>", b"<html/>", b"{", b'{"x":}'):
        with pytest.raises(FormatError) as refusal:
            formats.read(data)
        assert len(refusal.value.message) <= 80
        assert refusal.value.message.isascii()


@pytest.mark.parametrize(("name", "code"), [("run.GPX", "not_gpx"), ("a.b.tcx", "not_tcx"), ("run.fit", "not_fit")])
def test_json_may_not_bear_a_tracks_name(name: str, code: str) -> None:
    with pytest.raises(FormatError) as refusal:
        formats.check_name(FileType.JSON, name)
    assert refusal.value.code == code


@pytest.mark.parametrize("name", ["run.json", "run", "gpx", ""])
def test_other_names_say_nothing(name: str) -> None:
    formats.check_name(FileType.JSON, name)
    formats.check_name(FileType.GPX, f"{name}.fit")
