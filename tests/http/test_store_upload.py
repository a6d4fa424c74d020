"""Uploads to the store API of a real gateway: where they go, what must hold, and what ends on the way."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway import formats
from gateway.errors import Busy
from gateway.http.errors import envelope
from gateway.http.request import Response
from gateway.http.store.upload import answer_many
from gateway.model import FileType
from gateway.simwatch.localgateway import LocalGateway
from tests.client import Api
from tests.conftest import NO_LIMITS
from tests.e2e.program import wait_until
from tests.formats.fit_files import file_id, frame
from tests.http.store import (
    BOUNDARY,
    END,
    LARGE,
    client,
    created,
    device,
    download,
    head,
    part,
    paths,
    put,
    send,
    stored,
    unique,
    wire,
)
from tests.local import Local
from tests.samples import fit, gpx_route

MOST = 300_000
QUOTA = 1_000_000
UPLOAD = "/api/v1/files/upload"


@pytest.fixture(scope="module")
def tight() -> Iterator[LocalGateway]:
    """A gateway with little room."""
    settings = {"SYNC_MAX_FILE": str(MOST), "SYNC_QUOTA": str(QUOTA), "SYNC_ALLOW_SIGNUP": "true"}
    with Local(NO_LIMITS | settings) as running:
        yield running


@pytest.fixture(scope="module")
def api(gateway: LocalGateway) -> Api:
    return client(gateway)


def course() -> bytes:
    return formats.write(formats.read_track(gpx_route()), FileType.FIT)


@pytest.mark.parametrize(
    ("name", "data", "folder", "kind"),
    [
        ("run.fit", fit(), "/activities", "fit"),
        ("round.fit", course(), "/routes", "fit"),
        ("intervals.fit", frame(file_id(5)), "/workouts", "fit"),
        ("tour.gpx", gpx_route(), "/routes", "gpx"),
        ("plan.json", b'{"plan":1}', "/documents", "json"),
        ("summit.jpg", b"\xff\xd8\xff\xe0 a picture", "/photos", None),
        ("map.png", b"\x89PNG\r\n\x1a\n a picture", "/photos", None),
        ("receipt.pdf", b"%PDF-1.7 a paper", "/documents", None),
        ("notes.txt", b"just words", "/documents", None),
        ("no ending", bytes(range(256)), "/documents", None),
    ],
)
def test_without_a_path_the_content_decides(api: Api, name: str, data: bytes, folder: str, kind: str | None) -> None:
    for method in ("POST", "PUT"):
        sent = data if method == "POST" else data + b" " * (kind is None)
        called = name if kind else f"{method} {name}"  # another picture of that name is another picture
        answer = send(api, sent, method=method, name=called)
        if kind is not None and method == "PUT":
            assert answer.good["same"] is True  # it is there already
            continue
        file = created(answer)["file"]
        assert (file["path"], file.get("type"), file["size"]) == (f"{folder}/{called}", kind, len(sent))
        assert answer.headers["etag"] == f'"{file["version"]}"'
        assert file["sha256"] == hashlib.sha256(sent).hexdigest()
        assert download(api, id=file["id"]).body == sent


def test_without_a_name_it_gets_one(api: Api) -> None:
    assert re.fullmatch(r"/activities/activity-2026-.*\.fit", created(send(api, fit()))["file"]["path"])
    assert re.fullmatch(r"/photos/file-.*\.jpg", created(send(api, b"\xff\xd8\xff nameless"))["file"]["path"])
    for name in ("../up.bin", "a/b", "x\n", "con", "a" * 256, "..", "end."):
        assert send(api, unique(), name=name).failed("bad_request", 400)["m"].startswith("name: ")


def test_a_path_takes_anything_and_says_what_is_damaged(api: Api) -> None:
    cut = fit()[:-5]
    answer = created(send(api, cut, path="/activities/cut.fit"))
    assert "truncated" in answer["warn"]
    info = api.get(f"files/{answer['file']['id']}/info").good["file"]
    assert info["damaged"] == answer["warn"]
    assert "summary" not in info
    assert download(api, path="/activities/cut.fit").body == cut
    before = paths(api)
    for name, status, word in (("cut.fit", 422, "invalid_file"), ("no.gpx", 415, "unsupported_type")):
        send(api, cut if status == 422 else b"no track", name=name).failed(word, status)
    assert paths(api) == before
    said = created(send(api, fit(), path="/documents/whole.fit", mtime=1_700_000_000))["file"]
    assert (said["mtime"], said["path"]) == (1_700_000_000, "/documents/whole.fit")
    for wrong in ("-1", "x", "1.5", str(1 << 42)):
        send(api, unique(), path="/documents/m.bin", mtime=wrong).failed("bad_request", 400)


def test_the_same_bytes_are_there_already(api: Api) -> None:
    data = unique()
    first = put(api, "/documents/same.bin", data)
    for query in ({"path": "/documents/same.bin"}, {"name": "same.bin"}, {"name": "other.bin"}):
        again = send(api, data, **query)
        assert again.good["same"] is True
        assert (again.good["file"]["id"], again.good["file"]["version"]) == (first["id"], 1)
    elsewhere = put(api, "/documents/twin.bin", data)  # another path that was asked for is another file
    assert elsewhere["id"] != first["id"]
    assert send(api, data, {"If-Match": '"99"', "If-None-Match": "*"}, path="/documents/same.bin").good["same"]


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', ' "1" '])
def test_based_on_the_newest(api: Api, tag: str) -> None:
    path = f"/documents/{unique().decode()}.bin"
    put(api, path, unique())
    answer = created(send(api, unique(), {"If-Match": tag}, path=path))
    assert answer["file"]["version"] == 2
    assert "conflict" not in answer


def test_based_on_something_older(api: Api) -> None:
    path, old, new, late = "/documents/stale.bin", unique(), unique(), unique()
    file = put(api, path, old)
    put(api, path, new, {"If-Match": '"1"'})
    assert "2" in send(api, late, {"If-Match": '"1"'}, path=path, on_conflict="reject").failed("conflict", 409)["m"]
    assert len(api.get(f"files/{file['id']}/versions").good["versions"]) == 2
    answer = created(send(api, late, {"If-Match": '"1"'}, path=path))
    conflict = answer["conflict"]
    assert (answer["file"]["id"], answer["file"]["version"]) == (file["id"], 3)
    assert (conflict["file"], conflict["version"], conflict["lost"]) == (file["id"], 3, 2)
    beside = api.get(f"files/{conflict['copy']}/info").good["file"]
    assert re.fullmatch(r"/documents/stale\.sync-conflict-\d{8}-\d{6}-key-\d+\.bin", beside["path"])
    assert download(api, id=conflict["copy"]).body == new
    assert download(api, path=path).body == late
    assert download(api, path=path, version=1).body == old
    assert "conflict" not in created(send(api, unique(), {"If-Match": '"7"'}, path="/documents/never was.bin"))


@pytest.mark.parametrize("tag", ['"x"', "1", '"1", "2"', '"-1"', '"99999999999999999999"', '""', "W/1", '"1'])
def test_if_match_garbage(api: Api, tag: str) -> None:
    send(api, unique(), {"If-Match": tag}, path="/documents/garbage.bin").failed("bad_request", 400)
    assert "/documents/garbage.bin" not in paths(api, "/documents")


def test_something_or_nothing_must_be_there(api: Api) -> None:
    star, data = "/documents/star.bin", unique()
    send(api, data, {"If-Match": "*"}, path=star).failed("precondition", 412)
    file = created(send(api, data, {"If-None-Match": "*"}, path=star))["file"]
    send(api, unique(), {"If-None-Match": "*"}, path=star).failed("precondition", 412)
    assert created(send(api, unique(), {"If-Match": "*"}, path=star))["file"]["version"] == file["version"] + 1
    send(api, data, {"If-None-Match": '"1"'}, path=star).failed("bad_request", 400)
    for headers in ({"If-None-Match": "*"}, {"If-Match": '"1"'}):
        send(api, unique(), headers, name="star.bin").failed("bad_request", 400)
    send(api, unique(), path=star, on_conflict="perhaps").failed("bad_request", 400)


def test_a_checksum_is_verified(api: Api) -> None:
    data = unique()
    right = hashlib.sha256(data).hexdigest()
    for wrong in ("0" * 64, right[:-1], "x" * 64, ""):
        send(api, data, {"X-Content-SHA256": wrong}, path="/documents/sum.bin").failed("bad_request", 400)
    assert "/documents/sum.bin" not in paths(api, "/documents")
    for text in (right, right.upper()):
        assert send(api, data, {"X-Content-SHA256": text}, path="/documents/sum.bin").status in {200, 201}


@pytest.mark.parametrize(
    "path",
    [
        "/", "/a/", "//", "a.bin", "", "/a/../b.bin", "/./a.bin", "/a//b.bin", "/a/..", "/x\0y", "/x\x1fy", "/x\u2028y",
        "/x\u202ey", "/a\\b", "/nul", "/a/COM1.txt", "/dot.", f"/{'a' * 256}", f"/{'ä' * 128}",
        "/" + "abc/" * 1024 + "x",
    ],
)  # fmt: skip
def test_paths_that_cannot_be(api: Api, path: str) -> None:
    before = paths(api)
    answer = send(api, unique(), path=path)
    if path:
        assert answer.failed("bad_request", 400)["m"].startswith("path: ")
        assert paths(api) == before
    else:
        created(answer)  # no path at all


def test_paths_at_their_limits(api: Api) -> None:
    longest = "/" + "/".join("é" * 127 + "x" for _ in range(16))  # 16 names of 255 bytes: 4,096 in all
    assert len(longest.encode()) == 4096
    assert put(api, longest, unique())["path"] == longest
    put(api, f"/documents/{'b' * 255}", unique())
    decomposed = created(send(api, unique(), path="/documents/u\u0308bung.bin"))["file"]
    assert decomposed["path"] == "/documents/\u00fcbung.bin"
    assert download(api, path="/documents/u\u0308bung.bin").status == 200


def test_twins_in_case_and_files_where_folders_are(api: Api) -> None:
    put(api, "/Case/Sub/Straße.bin", unique())
    before = paths(api)
    for path in (
        "/Case/Sub/STRASSE.bin", "/case/other.bin", "/Case/sub/x.bin", "/CASE", "/Case/Sub", "/Activities/a.bin",
        "/activities", "/Case/Sub/Straße.bin/inside.bin", "/Case/Sub/straße.bin/in.bin",
    ):  # fmt: skip
        send(api, unique(), path=path).failed("bad_request", 400)
    assert paths(api) == before


def test_a_body_without_a_length_must_end(api: Api) -> None:
    data = unique(LARGE)
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (data[:70_000], data[70_000:]))
    fields = ("Transfer-Encoding: chunked",)
    with wire(api) as line:
        line.send(head(api, f"POST {UPLOAD}?path=/documents/chunked.bin", *fields) + chunks + b"0\r\n\r\n")
        assert line.answer().status == 201
        line.send(head(api, f"GET {UPLOAD}"))
        assert line.answer().status == 405  # the connection goes on
    assert download(api, path="/documents/chunked.bin").body == data


def test_what_breaks_off_is_not_kept(gateway: LocalGateway, api: Api) -> None:
    """Whether its length was announced or not, and however much of it came; nothing stays in the folder."""
    before = paths(api), stored(gateway)
    data = unique(LARGE)
    bodies = {
        "Content-Length: 200001": data, "Transfer-Encoding: chunked": b"30d40\r\n%s\r\n" % data,
        "transfer-encoding:  chunked": b"30d41\r\n%s" % data, "Content-Length: 10": b"short",
        "Transfer-Encoding: Chunked": b"30d40\r\n%s\r\nzz\r\n" % data,
    }  # fmt: skip
    for field, body in bodies.items():
        with wire(api) as line:
            line.send(head(api, f"POST {UPLOAD}?path=/documents/cut.bin", field) + body)
            if body is data:
                wait_until(lambda: stored(gateway) - before[1], "it comes in")
    wait_until(lambda: stored(gateway) == before[1], "what was cut off is gone")
    marker = put(api, "/documents/after.bin", unique())["path"]  # all before it has been dealt with
    assert paths(api) == sorted([*before[0], marker])


def test_an_encoded_body_is_refused(api: Api) -> None:
    for coding in ("gzip", "br", "identity"):
        send(api, unique(), {"Content-Encoding": coding}, path="/documents/c.bin").failed("bad_request", 400)


def test_a_large_duplicate_leaves_no_file(gateway: LocalGateway, api: Api) -> None:
    data = unique(LARGE)
    file = put(api, "/documents/large.bin", data)
    [place] = [name for name in stored(gateway) if file["sha256"] in name]
    before = stored(gateway)
    assert send(api, data, path="/documents/large.bin").good["same"] is True
    put(api, "/documents/large twin.bin", data)
    send(api, unique(LARGE), {"If-None-Match": "*"}, path="/documents/large.bin").failed("precondition", 412)
    send(api, data, {"X-Content-SHA256": "0" * 64}, path="/documents/wrong.bin").failed("bad_request", 400)
    send(api, unique(LARGE), path="/activities").failed("bad_request", 400)
    assert stored(gateway) == before
    assert place in before


def test_over_the_longest_file(tight: LocalGateway) -> None:
    api = client(tight)
    put(api, "/documents/most.bin", unique(MOST))
    before = paths(api), stored(tight)
    with wire(api) as line:
        line.send(head(api, f"POST {UPLOAD}?path=/documents/long.bin", f"Content-Length: {MOST + 1}"))
        assert line.answer().status == 413  # before a byte of it was sent
    piece = b"10000\r\n%s\r\n" % bytes(0x10000)
    with wire(api) as line:
        line.send(head(api, f"POST {UPLOAD}?path=/documents/long.bin", "Transfer-Encoding: chunked") + piece * 5)
        assert line.answer().status == 413
    assert (paths(api), stored(tight)) == before
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
    bodies = b"".join(part(f"{n}.bin", unique(100_000)) for n in range(4)) + END
    with wire(api) as line:
        line.send(head(api, f"POST {UPLOAD}?path=/form/", "Transfer-Encoding: chunked", kind))
        line.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(bodies), bodies))
        answer = line.answer()
    statuses = [row["status"] for row in answer.value["results"]]  # a form counts as a whole
    assert (answer.status, statuses[0], 413 in statuses) == (207, 201, True)
    assert len(paths(api, "/form")) == statuses.count(201) < 3


def test_quota(tight: LocalGateway) -> None:
    api = device(tight, "quota@example.com")
    size = 240_000
    kept = [unique(size) for _ in range(4)]
    files = [put(api, f"/documents/{n}.bin", data) for n, data in enumerate(kept)]
    before = stored(tight)
    said = send(api, unique(size), path="/documents/4.bin").failed("too_large", 413)["m"]
    assert re.search(r"1\.0 MB", said)
    assert "empty the trash" in said
    assert stored(tight) == before
    put(api, "/documents/twin.bin", kept[0])  # what is there already takes no room
    assert api.get("sync/status").good["quota"] == {"used": sum(map(len, kept)), "limit": QUOTA}
    api.call("DELETE", f"/api/v1/files/{files[1]['id']}").good  # noqa: B018
    send(api, unique(size), path="/documents/4.bin").failed("too_large", 413)  # the trash counts
    api.call("DELETE", f"/api/v1/trash/{files[1]['id']}").good  # noqa: B018
    assert len(stored(tight)) == len(before) - 1
    put(api, "/documents/4.bin", unique(size))
    change = {"n": "q", "op": "put", "path": "/documents/five.bin", "base": 0, "sha256": files[0]["sha256"]}
    pushed = api.post("sync/push", {"changes": [change | {"size": files[0]["size"]}]}).good
    assert pushed["results"][0]["result"] == "ok"
    before = paths(api)
    send(api, fit(20_000), name="long.fit").failed("too_large", 413)
    assert paths(api) == before


def _peak(gateway: LocalGateway) -> int:
    """The largest memory, in KB, that any process of the gateway has had, of those that are there now."""
    pids = [gateway.pid, *map(int, Path(f"/proc/{gateway.pid}/task/{gateway.pid}/children").read_text().split())]
    found: list[Any] = [re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text()) for pid in pids]
    return max(int(match[1]) for match in found)


def test_memory_does_not_grow_with_the_file(gateway: LocalGateway, api: Api) -> None:
    def round_trip(size: int, path: str) -> int:
        pieces = [unique(1_000_000)] * (size // 1_000_000)
        file = put(api, path, b"".join(pieces))
        assert hashlib.sha256(download(api, id=file["id"]).body).hexdigest() == file["sha256"]
        return _peak(gateway)

    round_trip(1_000_000, "/documents/1 MB.bin")
    small = round_trip(1_000_000, "/documents/1 MB again.bin")
    assert round_trip(50_000_000, "/documents/50 MB.bin") - small < 6000


def test_a_form_that_cannot_be_taken_now_says_how_long_to_wait() -> None:
    resp = Response()
    busy = {"name": "a.fit", "status": 503, **envelope(Busy(wait=7))}
    answer_many(resp, [(503, busy), (503, busy)])
    assert resp.status_code == 503
    assert resp.get_header("Retry-After") == "7"
    assert resp.media["wait"] == 7
    assert resp.media["results"] == [busy, busy]
