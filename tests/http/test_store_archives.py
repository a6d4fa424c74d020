"""Forms and archives over the store API of a real gateway: a result for each file, and an end to what has none."""

import gzip
import zlib
from typing import Any

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.client import Answer, Api
from tests.http.store import (
    END,
    LARGE,
    client,
    created,
    download,
    form,
    head,
    part,
    paths,
    put,
    send,
    stored,
    unique,
    wire,
    zipped,
)
from tests.samples import fit, gpx_route


@pytest.fixture(scope="module")
def api(gateway: LocalGateway) -> Api:
    return client(gateway)


def results(answer: Answer, status: int) -> list[dict[str, Any]]:
    """The results of an upload of many; what is said of the whole follows from them."""
    assert answer.status == status, answer.body
    rows: list[dict[str, Any]] = answer.json["results"]
    failed = [row for row in rows if row["status"] >= 400]
    assert answer.json["ok"] is not bool(failed)
    for row in failed:
        assert {"ok", "code", "error", "m", "name"} <= set(row)
        assert row["code"] == row["status"]
    return rows


def test_one_and_many_parts(api: Api) -> None:
    run, route, note = fit(), gpx_route(), unique()
    [row] = results(form(api, part("alone.fit", run) + END), 201)
    assert (row["name"], row["file"]["path"], row["same"]) == ("alone.fit", "/activities/alone.fit", False)
    body = (
        part(None, b"ignored", key="comment") + part("again.fit", run) + part("tour.gpx", route) + part("n.txt", note)
    )
    rows = results(form(api, body + END), 201)
    assert [(row["status"], row["file"]["path"]) for row in rows] == [
        (200, "/activities/alone.fit"), (201, "/routes/tour.gpx"), (201, "/documents/n.txt"),
    ]  # fmt: skip
    assert download(api, path="/documents/n.txt").body == note
    assert results(form(api, part("other name.fit", run) + END), 200)[0]["same"] is True


def test_a_bad_part_leaves_the_others(api: Api) -> None:
    body = part("good.fit", fit()) + part("cut.fit", fit()[:-3]) + part("no.gpx", b"?") + part("..", unique())
    rows = results(form(api, body + part("last.txt", unique()) + END), 207)
    assert [row["status"] for row in rows] == [201, 422, 415, 400, 201]
    assert [row["name"] for row in rows] == ["good.fit", "cut.fit", "no.gpx", "..", "last.txt"]
    rows = results(form(api, part("cut.fit", fit()[:-3]) + part("no.gpx", b"?") + END), 422)
    assert [row["status"] for row in rows] == [422, 415]


def test_forms_that_are_none(api: Api) -> None:
    before = paths(api)
    form(api, part(None, b"value", key="comment") + END).failed("bad_request", 400)
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", "MULTIPART/FORM-DATA; boundary"):
        send(api, part("a.bin", unique()) + END, {"Content-Type": kind}).failed("bad_request", 400)
    for body in (b"", b"no form at all", END, b"\r\n--b0undary", part("a.bin", b"")[:40]):
        form(api, body).failed("bad_request", 400)
    assert paths(api) == before


@pytest.mark.parametrize("cut", [0, 2, 4, 12])
def test_a_form_without_an_end(gateway: LocalGateway, api: Api, cut: int) -> None:
    """What came whole is kept; the part that the body breaks off in is not, however much of it came."""
    before = stored(gateway)
    whole, half = part(f"whole{cut}.bin", unique()), part(f"half{cut}.bin", unique(LARGE))
    rows = results(form(api, whole + (half[:-cut] if cut else half)), 207)
    assert [row["status"] for row in rows][:2] == [201, 400]
    assert f"/documents/whole{cut}.bin" in paths(api)
    assert f"/documents/half{cut}.bin" not in paths(api)
    assert stored(gateway) == before


def test_a_form_that_is_cut_off(gateway: LocalGateway, api: Api) -> None:
    before = paths(api), stored(gateway)
    body = part("gone.bin", unique(LARGE))
    for field in (f"Content-Length: {len(body) + 100}", "Transfer-Encoding: chunked"):
        sent = body if "Length" in field else b"%x\r\n%s\r\n" % (len(body), body)
        kind = "Content-Type: multipart/form-data; boundary=b0undary"
        with wire(api) as line:
            line.send(head(api, "POST /api/v1/files/upload", field, kind) + sent)
            line.sock.shutdown(1)
            assert line.is_closed()
    put(api, "/documents/later.bin", unique(LARGE))
    assert paths(api) == sorted([*before[0], "/documents/later.bin"])
    assert len(stored(gateway)) == len(before[1]) + 1


def test_more_parts_than_anybody_needs(api: Api) -> None:
    body = b"".join(part(f"{number}.bin", b"%d of many" % number) for number in range(1001))
    rows = results(form(api, body + END, path="/many/"), 207)
    assert [row["status"] for row in rows] == [201] * 1000 + [400]
    assert len(paths(api, "/many")) == 1000


def test_long_heads_of_parts(api: Api) -> None:
    long = part("long.bin", unique(), more=b"X-Long: " + b"x" * 100_000 + b"\r\n")
    form(api, long + END).failed("bad_request", 400)
    assert [row["status"] for row in results(form(api, part("short.bin", unique()) + long + END), 207)] == [201, 400]
    assert "/documents/long.bin" not in paths(api)


def test_names_of_parts_are_no_paths(api: Api) -> None:
    for sent, kept in (
        ("../../etc/passwd", "passwd"), ("C:\\fakepath\\dos.bin", "dos.bin"), ("/abs/olute.bin", "olute.bin"),
        ("a/b/", None), ("", None), ("..", None),
    ):  # fmt: skip
        answer = form(api, part(sent, unique()) + END, path="/names/")
        if kept is None:
            answer.failed("bad_request", 400)
        else:
            assert results(answer, 201)[0]["file"]["path"] == f"/names/{kept}"
    assert [path.count("/") for path in paths(api, "/names")] == [2, 2, 2]


def test_a_path_for_parts(api: Api) -> None:
    body = part("a.bin", unique()) + part("b.bin", unique())
    rows = results(form(api, body + END, path="/in/"), 201)
    assert [row["file"]["path"] for row in rows] == ["/in/a.bin", "/in/b.bin"]
    rows = results(form(api, part("a.bin", unique()) + part("b.bin", unique()) + END, path="/in/one.bin"), 207)
    assert [row["status"] for row in rows] == [201, 400]
    assert paths(api, "/in") == ["/in/a.bin", "/in/b.bin", "/in/one.bin"]
    rows = results(form(api, part("x.bin", unique()) + END, path="/in/../out/"), 400)
    assert rows[0]["error"] == "bad_request"


def test_a_zip_is_opened(api: Api) -> None:
    run, packed, route = fit(), fit(), gpx_route()
    data = zipped({
        "export/run.fit": run, "export/12345.fit.gz": gzip.compress(packed), "tour.gpx": route, "junk.fit": b"junk",
        "__MACOSX/._run.fit": b"x", ".DS_Store": b"x", "../../up.txt": unique(), "empty/": b"",
    })  # fmt: skip
    rows = results(send(api, data, name="export.zip"), 207)
    assert [(row["name"], row["status"]) for row in rows] == [
        ("run.fit", 201), ("12345.fit", 201), ("tour.gpx", 201), ("junk.fit", 415), ("up.txt", 201),
    ]  # fmt: skip
    assert download(api, path="/activities/12345.fit").body == packed
    assert download(api, path="/documents/up.txt").status == 200
    assert [row["status"] for row in results(send(api, zipped({"r.fit": run}), name="e.zip"), 200)] == [200]
    created_alone = results(send(api, gzip.compress(fit()), name="alone.fit.gz"), 201)
    assert created_alone[0]["file"]["path"] == "/activities/alone.fit"
    in_form = results(form(api, part("two.zip", zipped({"p.txt": unique(), "q.txt": unique()})) + END), 201)
    assert [row["name"] for row in in_form] == ["p.txt", "q.txt"]


def test_archives_that_stay_what_they_are(api: Api) -> None:
    data = zipped({"run.fit": fit()})
    assert put(api, "/backups/export.zip", data)["size"] == len(data)
    assert download(api, path="/backups/export.zip").body == data
    office = zipped({"[Content_Types].xml": unique(), "word/document.xml": unique()})
    assert created(send(api, office, name="letter.docx"))["file"]["path"] == "/documents/letter.docx"
    packed = gzip.compress(unique())
    assert put(api, "/backups/dump.sql.gz", packed)["size"] == len(packed)


def test_archives_without_files(api: Api) -> None:
    send(api, zipped({}), name="none.zip").failed("bad_request", 400)
    send(api, zipped({"__MACOSX/x": b"x", ".hidden": b"x"}), name="none.zip").failed("bad_request", 400)
    send(api, zipped({"a.txt": unique()})[:-30], name="cut.zip").failed("invalid_file", 422)
    send(api, gzip.compress(fit())[:-9], name="cut.fit.gz").failed("invalid_file", 422)


def test_bombs(gateway: LocalGateway, api: Api) -> None:
    """Nothing of one is kept beyond the members that came before it burst."""
    nothing = bytes(1 << 20)
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(compressor.compress(nothing) for _ in range(40)) + compressor.flush()
    assert len(bomb) < 50_000
    before = paths(api), stored(gateway)
    send(api, zipped({"a.bin": nothing * 40}), name="announced.zip").failed("too_large", 413)
    send(api, bomb, name="bomb.bin.gz").failed("too_large", 413)
    assert (paths(api), stored(gateway)) == before
    rows = results(
        send(api, zipped({"first.txt": unique(), "bomb.bin.gz": bomb, "last.txt": unique()}), name="b.zip"), 207
    )
    assert (rows[0]["status"], {row["status"] for row in rows[1:]}) == (201, {413})
    assert paths(api) == sorted([*before[0], "/documents/first.txt"])
    assert stored(gateway) == before[1]
