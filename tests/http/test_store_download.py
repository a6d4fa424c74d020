"""Downloads from the store API of a real gateway: whole, in part, or not at all; never shown as a page of ours."""

import gzip
import re
from urllib.parse import unquote

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.client import Answer, Api
from tests.e2e.client import Wire
from tests.http.store import LARGE, client, download, head, put, unique, wire
from tests.samples import gpx_route

SMALL = b"0123456789"
BIG = unique(LARGE)
WHERE = "/api/v1/files/download"


@pytest.fixture(scope="module")
def api(gateway: LocalGateway) -> Api:
    return client(gateway)


@pytest.fixture(scope="module", params=["inline", "file"])
def kept(api: Api, request: pytest.FixtureRequest) -> tuple[str, bytes]:
    """A file whose bytes lie in the database, and one whose bytes lie beside it; the id and the bytes."""
    data = SMALL if request.param == "inline" else BIG
    return put(api, f"/documents/{request.param}.bin", data)["id"], data


def attachment(answer: Answer) -> tuple[str, str]:
    """The name of a download in full, and the one for who reads no more than ASCII (RFC 6266, 4.3)."""
    found = re.fullmatch(
        r"attachment; filename=\"([ -~]*)\"; filename\*=UTF-8''([A-Za-z0-9%._~-]+)",
        answer.headers["content-disposition"],
    )
    assert found
    assert not set(found[1]) & set('"\\%')
    return unquote(found[2]), found[1]


def guarded(answer: Answer) -> None:
    """What keeps a browser from running what users have uploaded."""
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["cache-control"] == "private, no-cache"


def test_whole(api: Api, kept: tuple[str, bytes]) -> None:
    file, data = kept
    answer = download(api, id=file)
    assert (answer.status, answer.body) == (200, data)
    assert (answer.headers["content-length"], answer.headers["etag"]) == (str(len(data)), '"1"')
    assert (answer.headers["accept-ranges"], answer.headers["content-type"]) == ("bytes", "application/octet-stream")
    guarded(answer)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0), ("bytes=3-5", 3, 5), ("bytes=7-", 7, -1), ("bytes=-3", -3, -1), ("bytes=-1", -1, -1),
        ("bytes=9-99999999", 9, -1), ("bytes=-99999999999999999999", 0, -1), ("bytes=0-99999999999999999999", 0, -1),
        ("bytes=0-", 0, -1),
    ],
)  # fmt: skip
def test_ranges(api: Api, kept: tuple[str, bytes], asked: str, first: int, last: int) -> None:
    file, data = kept
    begin, end = (first + len(data) if first < 0 else first), (len(data) - 1 if last == -1 else last)
    answer = download(api, {"Range": asked}, id=file)
    assert (answer.status, answer.body) == (206, data[begin : end + 1])
    assert answer.headers["content-range"] == f"bytes {begin}-{end}/{len(data)}"
    assert answer.headers["content-length"] == str(end - begin + 1)
    guarded(answer)


@pytest.mark.parametrize("asked", ["bytes={size}-", "bytes={size}-{size}", "bytes=99999999999999999999-"])
def test_ranges_behind_the_end(api: Api, kept: tuple[str, bytes], asked: str) -> None:
    file, data = kept
    answer = download(api, {"Range": asked.format(size=len(data))}, id=file)
    answer.failed("range", 416)
    assert answer.headers["content-range"] == f"bytes */{len(data)}"
    assert "content-disposition" not in answer.headers


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,3-4", "bytes=0-5,3-8", "bytes=0-0," * 500 + "1-1", "bytes=-0", "bytes=5-2", "bytes=a-b", "bytes=",
        "bytes", "bytes=-", "bytes=--1", "bytes=1--2", "bytes=0x1-2", "rows=0-1", "bytes=1-2;x", "bytes=\u00b2-",
    ],
)  # fmt: skip
def test_what_is_no_single_range_gets_the_whole(api: Api, kept: tuple[str, bytes], asked: str) -> None:
    """RFC 9110, 14.2: a server may ignore it; many small or overlapping ranges must cost no more than the file."""
    file, data = kept
    answer = download(api, {"Range": asked}, id=file)
    assert (answer.status, answer.body) == (200, data)
    assert "content-range" not in answer.headers


def test_an_empty_file(api: Api) -> None:
    file = put(api, "/documents/empty.bin", b"")["id"]
    assert (download(api, id=file).status, download(api, id=file).body) == (200, b"")
    assert download(api, {"Range": "bytes=0-"}, id=file).headers["content-range"] == "bytes */0"


def test_a_range_of_the_version_that_is_there(api: Api, kept: tuple[str, bytes]) -> None:
    file, data = kept
    asked = {"Range": "bytes=1-2"}
    assert download(api, asked | {"If-Range": '"1"'}, id=file).body == data[1:3]
    for other in ('"2"', 'W/"1"', "Sat, 01 Jan 2022 00:00:00 GMT", "garbage", ""):
        assert download(api, asked | {"If-Range": other}, id=file).body == data


def test_what_the_reader_has(api: Api, kept: tuple[str, bytes]) -> None:
    file, data = kept
    for tags in ('"1"', 'W/"1"', '"7", "1"', "*", '"7" , W/"1"'):
        answer = download(api, {"If-None-Match": tags}, id=file)
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", '"1"')
    for tags in ('"7"', "1", '"11"', "garbage", ""):
        assert download(api, {"If-None-Match": tags}, id=file).body == data
    assert download(api, {"If-None-Match": '"1"', "Range": "bytes=999999-"}, id=file).status == 304
    for tag in ('"1"', 'W/"1"', "*"):
        assert download(api, {"If-Match": tag}, id=file).body == data
    download(api, {"If-Match": '"2"'}, id=file).failed("precondition", 412)
    download(api, {"If-Match": "garbage"}, id=file).failed("bad_request", 400)


def test_the_connection_goes_on(api: Api, kept: tuple[str, bytes]) -> None:
    """After an answer without a body, and after HEAD, the next answer is read from its beginning."""
    file, data = kept
    with wire(api) as line:
        line.send(head(api, f"GET {WHERE}?id={file}", 'If-None-Match: "1"'))
        assert _no_body(line).startswith("HTTP/1.1 304 ")
        line.send(head(api, f"HEAD {WHERE}?id={file}"))
        answer = line.answer(head=True)
        assert (answer.status, answer.fields["content-length"]) == (200, str(len(data)))
        line.send(head(api, f"HEAD {WHERE}?id={file}", "Range: bytes=2-4"))
        answer = line.answer(head=True)
        assert (answer.status, answer.fields["content-range"]) == (206, f"bytes 2-4/{len(data)}")
        line.send(head(api, f"GET {WHERE}?id={file}"))
        assert line.answer().body == data


def _no_body(line: Wire) -> str:
    while b"\r\n\r\n" not in line.buffer:
        assert line._more()
    top, _, line.buffer = line.buffer.partition(b"\r\n\r\n")
    assert b"content-length" not in top.lower()
    return top.decode()


def test_gzip_only_where_it_helps_and_is_taken(api: Api) -> None:
    route, small = gpx_route(200), gpx_route()
    ids = {name: put(api, f"/routes/{name}", data)["id"] for name, data in (("long.gpx", route), ("short.gpx", small))}
    plain = download(api, id=ids["long.gpx"])
    assert (plain.body, plain.headers["etag"], plain.headers["vary"]) == (route, '"1"', "Accept-Encoding")
    for accepted in ("gzip", "br, GZIP;q=0.5", "*"):
        packed = download(api, {"Accept-Encoding": accepted}, id=ids["long.gpx"])
        assert (packed.headers["content-encoding"], packed.headers["etag"]) == ("gzip", 'W/"1"')
        assert packed.headers["vary"] == "Accept-Encoding"
        assert packed.headers["content-length"] == str(len(packed.body))
        assert gzip.decompress(packed.body) == route
        guarded(packed)
    for refused in ("gzip;q=0", "br", "identity", "gzip; q=0.0", ""):
        assert download(api, {"Accept-Encoding": refused}, id=ids["long.gpx"]).body == route
    assert download(api, {"Accept-Encoding": "gzip"}, id=ids["short.gpx"]).body == small
    part = download(api, {"Accept-Encoding": "gzip", "Range": "bytes=10-19"}, id=ids["long.gpx"])
    assert (part.status, part.body, part.headers["etag"]) == (206, route[10:20], '"1"')
    assert download(api, {"If-None-Match": 'W/"1"'}, id=ids["long.gpx"]).headers["vary"] == "Accept-Encoding"


def test_versions(api: Api) -> None:
    old, new = unique(), unique(LARGE)
    file = put(api, "/documents/versions.bin", old)["id"]
    put(api, "/documents/versions.bin", new)
    assert download(api, id=file, version=1).body == old
    assert download(api, id=file, version=1).headers["etag"] == '"1"'
    assert download(api, path="/documents/versions.bin").body == new
    assert download(api, id=file, version=3).failed("gone", 410).get("reset") is None
    for wrong in ("0", "-1", "x", "1.0", "99999999999999"):
        download(api, id=file, version=wrong).failed("bad_request", 400)


def test_what_is_not_there(api: Api, gateway: LocalGateway) -> None:
    download(api, id="aaaaaaaaaaaa").failed("not_found", 404)
    download(api, path="/documents/nothing.bin").failed("not_found", 404)
    put(api, "/documents/Big Letters.bin", unique())
    download(api, path="/documents/big letters.bin").failed("not_found", 404)
    download(api, path="no slash").failed("bad_request", 400)
    download(api).failed("bad_request", 400)
    download(client(gateway, "upload"), path="/documents/Big Letters.bin").failed("forbidden", 403)
    download(Api(api.url), path="/documents/Big Letters.bin").failed("unauthorized", 401)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ('say "hi";.bin', "say _hi_;.bin"), ("grüße 🏃.bin", "gr__e _.bin"), ("100%25.bin", "100_25.bin"),
        ("a'b*c.bin", "a'b*c.bin"), ("page.html", "page.html"), ("x; filename=evil.exe", "x; filename=evil.exe"),
    ],
)  # fmt: skip
def test_names_that_would_break_a_header(api: Api, name: str, plain: str) -> None:
    file = put(api, f"/documents/{name}", b"<script>alert(1)</script>" + unique())
    answer = download(api, id=file["id"])
    assert attachment(answer) == (name, plain)
    assert answer.headers["content-type"] == "application/octet-stream"
    guarded(answer)
