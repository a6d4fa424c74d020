"""XML from strangers: what is refused, where, and what is read all the same."""

import pytest

from gateway import formats
from gateway.errors import FormatError
from gateway.formats import safexml
from gateway.model import FileType


def refusal(data: bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        formats.read(data)
    return caught.value


def gpx(inside: str, before: str = "") -> bytes:
    return f"{before}<gpx>{inside}</gpx>".encode()


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE gpx><gpx/>",
        b'<!DOCTYPE gpx SYSTEM "http://127.0.0.1:9/x.dtd"><gpx/>',
        b'<!DOCTYPE gpx [<!ENTITY a SYSTEM "file:///etc/passwd">]><gpx>&a;</gpx>',
        b'<!DOCTYPE gpx [<!ENTITY % a SYSTEM "file:///etc/passwd">%a;]><gpx/>',
        b'<!DOCTYPE TrainingCenterDatabase [<!ATTLIST gpx a CDATA "b">]><TrainingCenterDatabase/>',
        b"\xef\xbb\xbf \n<!DOCTYPE gpx><gpx/>",
        b"<!--" + b"-x" * 4000 + b"--><!DOCTYPE gpx><gpx/>",
    ],
)  # fmt: skip
def test_no_document_type(data: bytes) -> None:
    error = refusal(data)
    assert error.code == "dtd_forbidden"
    assert error.offset >= data.index(b"<!DOCTYPE")


@pytest.mark.parametrize("data", [b"<html/>", b"<!doctype html><p>", b"<!DOCTYPE HTML><html>", b"<kml/>", b"<GPX/>"])
def test_roots_that_are_none_of_ours(data: bytes) -> None:
    assert refusal(data).code in {"unknown_root", "not_well_formed"}


def test_the_root_decides() -> None:
    assert formats.detect(b"<gpx><broken") is FileType.GPX
    assert formats.detect(b"<x:TrainingCenterDatabase><broken") is FileType.TCX
    assert refusal(b"<gpxx/>").code == "unknown_root"


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE"])
def test_wide_encodings_are_refused(encoding: str) -> None:
    assert refusal('<?xml version="1.0"?><gpx/>'.encode(encoding)).code == "bad_encoding"


@pytest.mark.parametrize("encoding", ["UTF-16", "utf-7", "unicode_escape", "punycode", "idna", "shift_jis", "x" * 500])
def test_declared_encodings_that_are_refused(encoding: str) -> None:
    assert refusal(f'<?xml version="1.0" encoding="{encoding}"?><gpx/>'.encode()).code == "bad_encoding"


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8", "ISO-8859-1", "windows-1252", "ISO-8859-15"])
def test_declared_encodings_that_are_read(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><gpx><rte><name>Höhe</name></rte></gpx>'
    assert formats.read(text.encode(encoding)).name == "Höhe"


@pytest.mark.parametrize(
    ("data", "reason", "offset"),
    [
        (b"<gpx><trk></gpx>", "not_well_formed", 12),
        (b" \n<gpx><trk></gpx>", "not_well_formed", 14),
        (b"\xef\xbb\xbf<gpx>&nbsp;</gpx>", "not_well_formed", 8),
        (b"<gpx></gpx>x", "not_well_formed", 11),
        (b"<gpx><trk>", "truncated", 10),
        (b"<gpx><trk", "truncated", 5),
        (b"<gpx>\xc3", "truncated", 5),
        (b"<gpx><![CDATA[x", "truncated", 15),
    ],
)
def test_faults_carry_the_byte(data: bytes, reason: str, offset: int) -> None:
    error = refusal(data)
    assert (error.code, error.offset) == (reason, offset)


def test_a_fault_behind_the_first_chunk_carries_the_byte() -> None:
    data = gpx(" " * 300_000 + "<a></b>")
    assert refusal(data).offset == data.index(b"</b>") + 2


def test_depth_is_limited() -> None:
    inside = safexml.MAX_DEPTH - 1
    formats.read(gpx("<a>" * inside + "</a>" * inside))
    assert refusal(gpx("<a>" * (inside + 1) + "</a>" * (inside + 1))).code == "too_deep"


def test_attributes_are_limited() -> None:
    def flood(count: int) -> bytes:
        return gpx("<a " + " ".join(f'a{i}="1"' for i in range(count)) + "/>")

    formats.read(flood(safexml.MAX_ATTRIBUTES))
    assert refusal(flood(safexml.MAX_ATTRIBUTES + 1)).code == "too_many_attributes"


def test_names_are_limited() -> None:
    assert refusal(gpx("".join(f"<a{i}/>" for i in range(safexml.MAX_NAMES)))).code == "too_many_names"


def test_tokens_are_limited() -> None:
    formats.read(gpx(f"<!--{'x' * 200_000}-->"))
    for token in (f"<!--{'x' * 400_000}-->", f"<a b='{'x' * 400_000}'/>", f"<?a {'x' * 400_000}?>"):
        assert refusal(gpx(token)).code == "token_too_long"


def test_a_long_text_is_no_token() -> None:
    summary = formats.read(gpx(f"<rte><name>{'x' * 500_000}</name></rte>"))
    assert summary.name == "x" * 64


def test_the_root_must_come_soon() -> None:
    assert refusal(gpx("", before=f"<!--{'x' * 1000}-->" * 100)).code == "no_root"


def test_text_of_an_element_with_children_is_not_taken() -> None:
    assert formats.read(gpx("<rte><name>a<b>c</b>d</name></rte>")).name is None


def test_references_and_cdata_are_text() -> None:
    assert formats.read(gpx("<rte><name>a &amp; <![CDATA[<b>]]> &#99;</name></rte>")).name == "a & <b> c"
