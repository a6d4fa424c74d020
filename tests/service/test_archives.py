"""Archives: what is in them, what is wrong with them, and that none of them costs more than the limits."""

import bz2
import gzip
import io
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.errors import FormatError, GatewayError, TooLarge, UnsupportedType
from gateway.service.archives import LIMITS, is_archive, members
from gateway.service.inflating import Limits
from gateway.service.membernames import cleaned_name
from gateway.service.paths import clean_name
from tests.samples import fit, gpx_route

MB = 1 << 20
RUN, ROUTE = fit(), gpx_route(200)
Found = tuple[str, bytes | str]


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return made.getvalue()


def unpacked(data: bytes, name: str = "export.zip", limits: Limits = LIMITS) -> Iterator[Found]:
    """Each member's name with its bytes, or with the type of the error that it has."""
    for member in members(io.BytesIO(data), name, limits):
        assert member.name == cleaned_name(member.name)
        assert (member.source is None) != (member.error is None)
        if member.source is None:
            yield member.name, type(member.error).__name__
            continue
        whole = b""
        try:
            while piece := member.source.read():
                assert len(piece) <= limits.piece
                whole += piece
        except (FormatError, UnsupportedType) as error:
            yield member.name, type(error).__name__
        else:
            yield member.name, whole


def refusal(data: bytes, name: str = "export.zip") -> str:
    """What is said of an archive as a whole, if anything; any other error fails the test."""
    try:
        list(unpacked(data, name))
    except GatewayError as error:
        return error.message
    return ""


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_the_files_of_a_zip(method: int) -> None:
    data = zipped(
        ("1234_ACTIVITY.fit", RUN), ("routes/", b""), ("routes/river.gpx", ROUTE), ("empty", b""), method=method
    )
    assert list(unpacked(data)) == [("1234_ACTIVITY.fit", RUN), ("river.gpx", ROUTE), ("empty", b"")]
    assert list(unpacked(zipped())) == []
    assert len(list(unpacked(data, limits=Limits(members=4)))) == 3
    with pytest.raises(TooLarge):
        list(unpacked(data, limits=Limits(members=3)))


@given(st.integers(1, 3), st.sampled_from([-1, 0, 1]), st.binary(min_size=1, max_size=9), st.integers(0, 9))
def test_a_file_that_ends_with_a_piece(pieces: int, more: int, letters: bytes, level: int) -> None:
    data = (b"-" + letters * (pieces * LIMITS.piece))[: pieces * LIMITS.piece + more]
    assert list(unpacked(gzip.compress(data, level), "a.gz")) == [("a", data)]
    assert list(unpacked(zipped(("a", data)))) == [("a", data)]


def test_a_zip_that_was_written_to_a_pipe_and_one_with_a_comment() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    made = Pipe()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run.fit", RUN)
        archive.comment = b"PK\x05\x06 is how a list ends" * 9
    assert list(unpacked(made.getvalue())) == [("run.fit", RUN)]


def test_gzip_alone_and_inside() -> None:
    packed = gzip.compress(RUN)
    assert list(unpacked(packed, "run.fit.gz")) == [("run.fit", RUN)]
    assert list(unpacked(packed + gzip.compress(ROUTE), "both.GZ")) == [("both", RUN + ROUTE)]
    assert list(unpacked(gzip.compress(packed), "run.fit.gz.gz")) == [("run.fit", RUN)]
    assert list(unpacked(zipped(("activities/77.fit.gz", packed), ("a.gpx", ROUTE)))) == [
        ("77.fit", RUN),
        ("a.gpx", ROUTE),
    ]
    assert list(unpacked(zipped(("all.tgz", gzip.compress(b"tar"))))) == [("all.tar", b"tar")]


def test_the_name_that_a_gzip_file_says() -> None:
    made = io.BytesIO()
    with gzip.GzipFile("../../evil\x07.fit", "wb", fileobj=made) as file:
        file.write(RUN)
    for name in ("", "upload"):
        assert list(unpacked(made.getvalue(), name)) == [("evil-.fit", RUN)]
    assert list(unpacked(made.getvalue(), "mine.fit.gz")) == [("mine.fit", RUN)]
    assert list(unpacked(gzip.compress(RUN), "")) == [("", RUN)]
    with_extra = b"\x1f\x8b\x08\x0c" + bytes(6) + b"\x02\x00xx" + b"a.fit\0" + gzip.compress(RUN)[10:]
    assert list(unpacked(with_extra, "")) == [("a.fit", RUN)]


def test_what_is_opened() -> None:
    z, g = zipped(("a", b"a"))[:100], gzip.compress(b"a")
    assert is_archive("export.zip", z)
    assert is_archive("EXPORT.ZIP", z)
    assert is_archive("", z)
    assert is_archive("export", z)
    assert is_archive("export.zip", zipped())
    assert not is_archive("report.docx", z)
    assert not is_archive("export.zip", b"<html>")
    assert is_archive("anything", g)
    assert not is_archive("run.fit.gz", RUN)


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("../../x", "x"), ("/etc/passwd", "passwd"), ("C:\\x", "x"), ("..\\..\\a\\run.fit", "run.fit"),
        ("a/b/con.fit", "-con.fit"), ("run\n.fit", "run-.fit"), ("run\u202etif.fit", "run-tif.fit"),
        ("dots...", "dots"),
        (" run.fit ", "run.fit"), ("ü" * 200 + ".fit", "ü" * 125 + ".fit"), ("Lauf äöü.fit", "Lauf äöü.fit"),
    ],
)  # fmt: skip
def test_names_that_lead_elsewhere(name: str, becomes: str) -> None:
    assert list(unpacked(zipped((name, RUN)))) == [(becomes, RUN)]


@given(st.text() | st.text(alphabet="ab./\\ -\0CONnul\u0301\u202e\ud800"))
@example("." * 300)
def test_every_name_becomes_a_legal_one(name: str) -> None:
    cleaned = cleaned_name(name)
    assert cleaned == "" or clean_name(cleaned) == cleaned


def test_what_nobody_wants() -> None:
    data = zipped(
        ("__MACOSX/._run.fit", b"x"), ("a/__MACOSX/run.fit", b"x"), (".DS_Store", b"x"), ("a/.hidden", b"x"),
        ("..", b"x"),
        ("folder\\", b""), ("run.fit", RUN),
    )  # fmt: skip
    assert list(unpacked(data)) == [("run.fit", RUN)]


def patched(data: bytes, magic: bytes, at: int, value: bytes) -> bytes:
    """Change bytes behind the last place that begins so."""
    where = data.rindex(magic) + at
    return data[:where] + value + data[where + len(value) :]


LISTED, END = b"PK\x01\x02", b"PK\x05\x06"


@pytest.mark.parametrize(
    ("at", "value", "error"),
    [
        (8, b"\x01", "UnsupportedType"),  # encrypted
        (10, b"\x0c", "UnsupportedType"),  # bzip2
        (16, b"\0\0\0\0", "FormatError"),  # another CRC
        (24, struct.pack("<I", len(ROUTE) - 1), "FormatError"),
        (24, struct.pack("<I", len(ROUTE) + 1), "FormatError"),
        (24, b"\0\0\0\0", "FormatError"),
        (20, b"\x09\0\0\0", "FormatError"),  # cut short
    ],
)
def test_a_bad_member_spoils_no_other(at: int, value: bytes, error: str) -> None:
    data = patched(zipped(("run.fit", RUN), ("a.gpx", ROUTE)), LISTED, at, value)
    assert list(unpacked(data)) == [("run.fit", RUN), ("a.gpx", error)]


def test_archives_in_archives_and_damage_inside() -> None:
    deep = gzip.compress(gzip.compress(RUN))
    cut, more = gzip.compress(RUN)[:-9], gzip.compress(RUN) + b"more"
    inner = zipped(("a", b"a"))
    data = zipped(
        ("deep.gz", deep), ("b.zip", inner), ("b.docx", inner), ("c.gz", cut), ("d.gz", more), ("e.gpx", ROUTE)
    )
    wrong = "FormatError"
    assert list(unpacked(data)) == [
        ("deep", "UnsupportedType"), ("b.zip", "UnsupportedType"), ("b.docx", inner), ("c", wrong), ("d", wrong),
        ("e.gpx", ROUTE),
    ]  # fmt: skip
    assert list(unpacked(gzip.compress(inner), "b.zip.gz")) == [("b.zip", "UnsupportedType")]
    assert list(unpacked(gzip.compress(deep), "x.gz")) == [("x", "UnsupportedType")]


@pytest.mark.parametrize("made", [zipped(("a.fit.gz", gzip.compress(RUN)), ("b.gpx", ROUTE)), gzip.compress(RUN)])
def test_an_archive_that_is_cut_anywhere(made: bytes) -> None:
    for end in range(3, len(made), 50):
        try:
            found = list(unpacked(made[:end]))
        except FormatError:
            continue
        assert all(isinstance(content, str) for _, content in found)


def test_a_byte_that_has_changed_anywhere() -> None:
    made = zipped(("a.fit.gz", gzip.compress(RUN)), ("b.gpx", ROUTE))
    for at in range(0, len(made), 3):
        try:
            contents = [content for _, content in unpacked(made[:at] + bytes([made[at] ^ 255]) + made[at + 1 :])]
        except GatewayError:
            continue
        assert {content for content in contents if isinstance(content, bytes)} <= {RUN, ROUTE, gzip.compress(RUN)}


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "a.zip", "a.gz"]),
    st.sampled_from([b"", b"\x1f\x8b\x08", b"PK\x03\x04"]),
)
def test_any_bytes(data: bytes, name: str, start: bytes) -> None:
    assert len(refusal(start + data, name)) <= 80


@given(
    st.lists(st.tuples(st.text(max_size=9), st.binary(max_size=200)), max_size=3),
    st.lists(st.tuples(st.integers(0, 600), st.binary(max_size=4)), max_size=4),
)
def test_any_change_of_a_zip(files: list[tuple[str, bytes]], changes: list[tuple[int, bytes]]) -> None:
    made = zipped(*((f"{n}{name}".encode(errors="replace").decode(), data) for n, (name, data) in enumerate(files)))
    for at, value in changes:
        made = made[:at] + value + made[at + len(value) :]
    assert len(refusal(made)) <= 80


def zeros(size: int) -> bytes:
    """A deflate stream of so many zeros."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"".join(stream.compress(bytes(MB)) for _ in range(size // MB)) + stream.flush()


def by_hand(count: int, body: bytes, size: int, *, step: int, crc: int = 0, method: int = 8) -> bytes:
    """A zip whose members begin every ``step`` bytes of one heap; the last is whole."""
    heap = b""
    for _ in range(count):
        heap += (b"PK\x03\x04" + struct.pack("<5H3I2H", 20, 0, method, 0, 0, crc, len(body), size, 1, 0) + b"a" + body)[
            :step
        ]
    heap += body
    listed = b"".join(
        LISTED
        + struct.pack("<6H3I5H2I", 20, 20, 0, method, 0, 0, crc, len(body), size, 1, 0, 0, 0, 0, 0, n * step)
        + b"a"
        for n in range(count)
    )
    return (
        heap
        + listed
        + END
        + struct.pack("<4H2IH", 0, 0, min(count, 65535), min(count, 65535), len(listed), len(heap), 0)
    )


def nested() -> bytes:
    """Zip files in zip files, five deep, each with sixteen of the next."""
    data = zipped(("0.txt", bytes(MB)))
    for _ in range(4):
        data = zipped(*((f"{n}.zip", data) for n in range(16)))
    return data


ZEROS = zeros(10 * MB)
LONG_NAMES = [(f"{n:04}{'x' * 1000}", b"") for n in range(1100)]
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "ten megabytes a thousand times": (lambda: by_hand(1000, ZEROS, 10 * MB, step=31 + len(ZEROS)), "TooLarge"),
    "ten megabytes ten times": (lambda: by_hand(10, ZEROS, 10 * MB, step=31 + len(ZEROS)), "TooLarge"),
    "members that share their bytes": (lambda: by_hand(300, ZEROS, 10 * MB, step=31), "FormatError"),
    "a size that is a lie": (lambda: by_hand(1, ZEROS, 100, step=31 + len(ZEROS)), "[('a', 'FormatError')]"),
    "zip files in zip files": (nested, str([(f"{n}.zip", "UnsupportedType") for n in range(16)])),
    "a gigabyte as gzip": (lambda: gzip.compress(bytes(64 * MB)) * 16, "TooLarge"),
    "a gigabyte as gzip in a zip": (lambda: zipped(("a.gz", gzip.compress(bytes(64 * MB)) * 16)), "TooLarge"),
    "a gzip in a gzip": (lambda: gzip.compress(gzip.compress(bytes(200 * MB))), "TooLarge"),
    "a hundred thousand gzips": (lambda: gzip.compress(b"") * 100_000, "[('a', 'FormatError')]"),
    "too many members": (lambda: zipped(*((str(n), b"") for n in range(2001))), "TooLarge"),
    "a list that is too long": (lambda: zipped(*LONG_NAMES), "TooLarge"),
    "zip64": (lambda: patched(zipped(("a", b"a")), END, 16, b"\xff\xff\xff\xff"), "TooLarge"),
    "a hidden zip64": (
        lambda: zipped(("a", b"a"))[:-22] + b"PK\x06\x07" + bytes(16) + zipped(("a", b"a"))[-22:],
        "TooLarge",
    ),
    "bzip2": (lambda: by_hand(1, bz2.compress(bytes(90 * MB)), MB, step=9999, method=12), "[('a', 'UnsupportedType')]"),
    "five gigabytes that are not there": (lambda: by_hand(5, b"", 1 << 30, step=31), "TooLarge"),
    "more in a member than it has": (
        lambda: by_hand(1, zeros(MB) + b"more", MB, step=9999, crc=zlib.crc32(bytes(MB))),
        "[('a', 'FormatError')]",
    ),
    "fewer members than it has": (lambda: patched(zipped(("a", b"a")), END, 8, b"\2\0\2\0"), "FormatError"),
    "a number of members that is a lie": (
        lambda: patched(zipped(("a", b"a"), ("b", b"b")), END, 8, b"\1\0\1\0"),
        "FormatError",
    ),
}

UNPACK = """
import resource, sys
from gateway.errors import GatewayError
from gateway.service.archives import members

source = open(sys.argv[1], "rb")
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
found = []
try:
    for member in members(source, "a.zip" if source.read(2) == b"PK" else "a.gz"):
        try:
            while member.source and member.source.read():
                pass
            found.append((member.name, type(member.error).__name__))
        except GatewayError as error:
            found.append((member.name, type(error).__name__))
    print(found)
except GatewayError as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_costs_little(bomb: str, tmp_path: Path) -> None:
    make, outcome = BOMBS[bomb]
    path = tmp_path / "bomb"
    path.write_bytes(make())
    line = [sys.executable, "-c", UNPACK, str(path), str(4 * MB)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert (done.returncode, done.stderr, done.stdout.strip()) == (0, "", outcome)


def test_an_archive_over_a_limit_stays_over_it() -> None:
    limits = Limits(total=150_000)
    first, second = gzip.compress(bytes(60_000)), gzip.compress(bytes(120_000))
    found = members(io.BytesIO(zipped(("a.gz", first), ("b.gz", second))), "x.zip", limits)
    one, other = (next(found).source for _ in range(2))
    assert one is not None
    assert other is not None
    assert len(one.read()) == 60_000
    assert len(other.read()) == limits.piece
    with pytest.raises(TooLarge):
        other.read()
    with pytest.raises(TooLarge):
        next(found)


def test_a_little_more_than_nothing_may_shrink_to_nothing() -> None:
    data = zipped(("a", bytes(MB)))
    assert list(unpacked(data)) == [("a", bytes(MB))]
    with pytest.raises(TooLarge):
        list(unpacked(zipped(("a", bytes(2 * MB)))))
