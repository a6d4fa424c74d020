"""The tree over the store API of a real gateway: lists, history, moves, the trash, conflicts; and what is logged."""

import gzip
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gateway.service.clashes import OWN_FOLDERS
from gateway.simwatch.localgateway import LocalGateway
from tests.client import Answer, Api
from tests.conftest import NO_LIMITS
from tests.http.store import LARGE, ask, client, created, device, download, paths, pulled, put, send, stored, unique
from tests.local import Local
from tests.samples import fit

ALL = {"SYNC_ALLOW_SIGNUP": "true", "SYNC_LOG_FORMAT": "json", "SYNC_LOG_LEVEL": "debug"}


@pytest.fixture(scope="module")
def gateway() -> Iterator[LocalGateway]:
    """Strangers may sign up; everything is logged."""
    with Local(NO_LIMITS | ALL) as running:
        yield running


@pytest.fixture(scope="module")
def api(gateway: LocalGateway) -> Api:
    return client(gateway)


def entries(answer: Answer) -> list[str]:
    return [str(entry["path"]) + "/" * ("folder" in entry) for entry in answer.good["entries"]]


def delete(api: Api, file: str, headers: dict[str, str] | None = None, query: str = "") -> Answer:
    return api.call("DELETE", f"/api/v1/files/{file}{query}", headers=headers)


def conflict_at(api: Api, path: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Make a conflict; gives it as the inbox tells it, with the bytes of both versions."""
    old, new = unique(), unique()
    put(api, path, unique())
    put(api, path, old)
    key = created(send(api, new, {"If-Match": '"1"'}, path=path))["conflict"]["id"]
    [found] = [row for row in api.get("conflicts").good["conflicts"] if row["id"] == key]
    return found, {"current": new, "copy": old}


def test_list(gateway: LocalGateway) -> None:
    api = device(gateway, "list@example.com")
    assert entries(ask(api, "files/list")) == [f"{folder}/" for folder in sorted(OWN_FOLDERS)]
    files = ["/a/1.bin", "/a/b/2.bin", "/a/b/c/3.bin", "/a b/4.bin", "/a0", "/a.bin", "/documents/5.bin", "/Ä/6.bin"]
    for path in files:
        put(api, path, unique())
    assert paths(api) == sorted(files, key=str.casefold)
    own = {f"{folder}/" for folder in OWN_FOLDERS}
    assert set(entries(ask(api, "files/list"))) == own | {"/a/", "/a b/", "/a0", "/a.bin", "/Ä/"}
    assert entries(ask(api, "files/list", path="/a")) == ["/a/1.bin", "/a/b/"]
    assert entries(ask(api, "files/list", path="/A/")) == ["/a/1.bin", "/a/b/"]
    assert paths(api, "/a") == ["/a/1.bin", "/a/b/2.bin", "/a/b/c/3.bin"]
    assert paths(api, "/ä") == ["/Ä/6.bin"]
    for empty in ("/nothing", "/photos", "/a0/x", "/a/1.bin"):
        assert entries(ask(api, "files/list", path=empty)) == []
    for limit in (1, 2, 3):
        assert paths(api, limit=limit) == sorted(files, key=str.casefold)
        assert paged(api, "/", limit) == own | {"/a/", "/a b/", "/a0", "/a.bin", "/Ä/"}
        assert paged(api, "/a", limit) == {"/a/1.bin", "/a/b/"}


def paged(api: Api, folder: str, limit: int) -> set[str]:
    """All entries of a folder, page by page; none may come twice."""
    found: list[str] = []
    query: dict[str, object] = {"path": folder, "limit": limit}
    while True:
        page = ask(api, "files/list", **query)
        assert len(page.good["entries"]) <= limit + len(OWN_FOLDERS)
        found += entries(page)
        if "cursor" not in page.good:
            break
        query["cursor"] = page.good["cursor"]
    assert len(found) == len(set(found))
    return set(found)


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 1001}, {"limit": "x"}, {"limit": "-1"}, {"limit": "1e3"},
                                   {"path": "a"}, {"path": "/../x"}, {"path": "/x\0"}])  # fmt: skip
def test_list_wrong_questions(api: Api, query: dict[str, object]) -> None:
    ask(api, "files/list", **query).failed("bad_request", 400)


@pytest.mark.parametrize("cursor", ["!", "x", "_" * 9000, "\u00e4", "AAAA", "/////w", "%00", "a" * 12001])
def test_list_cursors_that_nobody_gave(api: Api, cursor: str) -> None:
    """Each is refused, or a place in the order of this caller's own files; never a failure."""
    answer = ask(api, "files/list", recursive=1, cursor=cursor)
    assert answer.status in {200, 400}
    assert answer.status == 400 or answer.good["entries"] is not None
    for where in ("trash", "conflicts"):
        assert ask(api, where, cursor=cursor).failed("bad_request", 400)["m"].startswith("cursor: ")


def test_info_and_history(api: Api) -> None:
    first, second, third = unique(), fit(), unique(LARGE)
    file = put(api, "/documents/history.bin", first)["id"]
    put(api, "/documents/history.bin", second, mtime=1_600_000_000)
    info = api.get(f"files/{file}/info")
    assert info.headers["etag"] == '"2"'
    told = info.good["file"]
    assert (told["version"], told["kind"], told["type"], told["mtime"]) == (2, "activity", "fit", 1_600_000_000)
    assert told["summary"]["sport"]
    assert told["activity"]
    assert info.good["delivered"] == []
    put(api, "/documents/history.bin", third)
    versions = api.get(f"files/{file}/versions").good["versions"]
    assert [(row["version"], row["size"], row["newest"]) for row in versions] == [
        (3, LARGE, True), (2, len(second), False), (1, len(first), False),
    ]  # fmt: skip
    assert "activity" not in api.get(f"files/{file}/info").good["file"]


def test_restore(api: Api) -> None:
    first, second = unique(), unique(LARGE)
    file = put(api, "/documents/back.bin", first)["id"]
    put(api, "/documents/back.bin", second)
    assert api.post(f"files/{file}/restore", {"version": 2}).good["same"] is True
    back = api.post(f"files/{file}/restore", {"version": 1}).good
    assert (back["file"]["version"], back["same"]) == (3, False)
    assert download(api, id=file).body == first
    assert download(api, id=file, version=2).body == second
    api.post(f"files/{file}/restore", {"version": 9}).failed("gone", 410)
    wrong: list[object] = [
        {},
        {"version": 0},
        {"version": "1"},
        {"version": -1},
        {"version": 1.5},
        {"version": 1 << 70},
        [],
    ]
    for body in wrong:
        api.post(f"files/{file}/restore", body).failed("bad_request", 400)
    api.post("files/aaaaaaaaaaaa/restore", {"version": 1}).failed("not_found", 404)


def test_move(api: Api) -> None:
    data = unique()
    file = put(api, "/documents/from.bin", data)["id"]
    put(api, "/documents/taken.bin", unique())
    moved = api.post(f"files/{file}/move", {"path": "/new/folder/to.bin"}).good["file"]
    assert (moved["id"], moved["path"], moved["version"]) == (file, "/new/folder/to.bin", 1)
    assert download(api, path="/new/folder/to.bin").body == data
    download(api, path="/documents/from.bin").failed("not_found", 404)
    api.post(f"files/{file}/move", {"path": "/documents/taken.bin"}).failed("conflict", 409)
    assert api.post(f"files/{file}/move", {"path": "/new/folder/TO.bin"}).good["file"]["path"] == "/new/folder/TO.bin"
    for path in ("/new/folder/TO.bin/in.bin", "/new", "/NEW/x.bin", "/documents/TAKEN.bin", "/", "/x/", "/documents",
                 "no slash", "/a/../b", "", "/documents/taken.bin/x", "/" + "x" * 4096):  # fmt: skip
        api.post(f"files/{file}/move", {"path": path}).failed("bad_request", 400)
    api.post(f"files/{file}/move", {"path": ["/x"]}).failed("bad_request", 400)
    assert api.get(f"files/{file}/info").good["file"]["path"] == "/new/folder/TO.bin"


def test_delete_trash_and_back(gateway: LocalGateway) -> None:
    api = device(gateway, "trash@example.com")
    files = [put(api, f"/documents/{name}.bin", unique(LARGE))["id"] for name in "abc"]
    delete(api, files[0], {"If-Match": '"1"'}).good  # noqa: B018
    delete(api, files[1]).good  # noqa: B018
    assert paths(api) == ["/documents/c.bin"]
    for gone in (f"files/{files[0]}/info", f"files/{files[0]}/versions"):
        api.get(gone).failed("not_found", 404)
    api.get(f"files/download?id={files[0]}").failed("gone", 410)
    delete(api, files[0]).failed("not_found", 404)
    first = ask(api, "trash", limit=1).good
    rest = ask(api, "trash", limit=1, cursor=first["cursor"]).good
    assert {row["id"] for row in first["files"] + rest["files"]} == set(files[:2])
    assert "cursor" not in rest
    taken = put(api, "/documents/a.bin", unique())["id"]
    back = api.post(f"trash/{files[0]}/restore", {}).good["file"]
    assert (back["id"], back["path"]) == (files[0], "/documents/a (2).bin")
    api.post(f"trash/{files[0]}/restore", {}).failed("not_found", 404)
    api.post(f"trash/{taken}/restore", {}).failed("not_found", 404)  # it is not in the trash
    api.call("DELETE", f"/api/v1/trash/{files[2]}").failed("not_found", 404)
    before = stored(gateway)
    api.call("DELETE", f"/api/v1/trash/{files[1]}").good  # noqa: B018
    assert len(stored(gateway)) == len(before) - 1
    assert ask(api, "trash").good["files"] == []


def test_a_stale_deletion_keeps_what_it_has_not_seen(api: Api) -> None:
    new = unique()
    file = put(api, "/documents/seen.bin", unique())["id"]
    put(api, "/documents/seen.bin", new)
    delete(api, file, {"If-Match": '"1"'}, "?on_conflict=reject").failed("conflict", 409)
    delete(api, file, {"If-Match": "garbage"}).failed("bad_request", 400)
    conflict = delete(api, file, {"If-Match": '"1"'}).good["conflict"]
    assert (conflict["file"], conflict["version"], conflict["lost"]) == (file, 0, 2)
    assert download(api, id=conflict["copy"]).body == new
    [found] = [row for row in api.get("conflicts").good["conflicts"] if row["id"] == conflict["id"]]
    assert "current" not in found
    api.post(f"conflicts/{conflict['id']}", {"keep": "copy"}).good  # noqa: B018
    assert download(api, path="/documents/seen.bin").body == new


@pytest.mark.parametrize("keep", ["current", "copy", "both"])
def test_conflicts_are_settled(api: Api, keep: str) -> None:
    path = f"/documents/settle {keep}.bin"
    found, data = conflict_at(api, path)
    assert (found["path"], found["current"]["path"], found["by"]) == (path, path, found["lost_by"])
    beside = found["other"]["path"]
    assert re.fullmatch(rf"/documents/settle {keep}\.sync-conflict-[0-9]{{8}}-[0-9]{{6}}-key-[0-9]+\.bin", beside)
    assert download(api, path=beside).body == data["copy"]
    key = found["id"]
    api.post(f"conflicts/{key}", {"keep": keep}).good  # noqa: B018
    assert key not in [row["id"] for row in api.get("conflicts").good["conflicts"]]
    assert download(api, path=path).body == data["copy" if keep == "copy" else "current"]
    assert (download(api, path=beside).status == 200) is (keep == "both")
    after = pulled(api)[1]
    api.post(f"conflicts/{key}", {"keep": keep}).good  # noqa: B018
    other = "both" if keep == "current" else "current"
    api.post(f"conflicts/{key}", {"keep": other}).failed("bad_request", 400)
    assert pulled(api, after)[0] == []  # the second time changed nothing


def test_conflicts_wrong_words(api: Api) -> None:
    found, _ = conflict_at(api, "/documents/words.bin")
    bodies: list[object] = [{}, {"keep": "mine"}, {"keep": None}, {"keep": ["copy"]}, [], {"keep": ""}]
    for body in bodies:
        api.post(f"conflicts/{found['id']}", body).failed("bad_request", 400)
    api.post("conflicts/aaaaaaaaaaaa", {"keep": "copy"}).failed("not_found", 404)
    pages = ask(api, "conflicts", limit=1).good
    assert len(pages["conflicts"]) == 1


def test_json_is_compressed_where_that_saves_a_packet(gateway: LocalGateway) -> None:
    api = device(gateway, "gzip@example.com")
    short = ask(api, "files/list")
    assert len(short.body) < 1400
    for number in range(12):
        put(api, f"/documents/{number}.bin", unique())
    plain = ask(api, "files/list", recursive=1)
    assert len(plain.body) > 1400
    assert (plain.headers["vary"], "content-encoding" in plain.headers) == ("Accept-Encoding", False)
    packed = api.call("GET", "/api/v1/files/list?recursive=1", headers={"Accept-Encoding": "deflate, gzip"})
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert json.loads(gzip.decompress(packed.body)) == plain.good
    assert int(packed.headers["content-length"]) == len(packed.body) < len(plain.body)
    for path, accepted in (("?recursive=1", "gzip;q=0"), ("", "gzip")):
        answer = api.call("GET", f"/api/v1/files/list{path}", headers={"Accept-Encoding": accepted})
        assert "content-encoding" not in answer.headers
        assert answer.headers["vary"] == "Accept-Encoding"


def test_no_key_and_no_query_in_the_log(gateway: LocalGateway, api: Api) -> None:
    phone = client(gateway, "upload")
    anyone = Api(gateway.url, prefix=api.prefix)
    created(send(anyone, unique(), **{"api-key": phone.token or "", "path": "/documents/hidden-name.bin"}))
    send(anyone, unique(), **{"api-key": "wg_nonsense", "path": "/documents/hidden-name.bin"}).failed(
        "unauthorized", 401
    )
    download(api, path="/documents/hidden-name.bin")
    send(api, unique(), path="/documents/hidden-name.bin/x").failed("bad_request", 400)
    api.get("files/list%3Fapi-key=hidden-name").failed("method_not_allowed", 405)  # a file of that id
    log = Path(gateway._log).read_text()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert any(line.get("path") == "/api/v1/files/download" for line in lines)
    for secret in (api.token, phone.token, "wg_nonsense", "hidden-name", "api-key"):
        assert str(secret) not in log


def test_contents_that_come_and_go_at_once(gateway: LocalGateway) -> None:
    """Several upload, delete and purge files of the same bytes: what is there can be read, what nobody has is gone."""
    before, data = stored(gateway), [unique(LARGE), unique(LARGE)]

    def work(number: int) -> None:
        api = client(gateway)
        for turn in range(8):
            content = data[(number + turn) % 2]
            file = put(api, f"/come and go/{number}.bin", content)["id"]
            assert download(api, id=file).body == content
            delete(api, file).good  # noqa: B018
            api.call("DELETE", f"/api/v1/trash/{file}").good  # noqa: B018

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert stored(gateway) == before


def test_many_write_one_name_at_once(api: Api) -> None:
    """Each is a version or beside it; nothing is lost, and there is one file of the name."""
    path, first = "/documents/one name.bin", unique()
    put(api, path, first)
    sent = [unique() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda data: created(send(api, data, {"If-Match": '"1"'}, path=path)), sent))
    assert sorted(answer["file"]["version"] for answer in answers) == list(range(2, 10))
    beside = [answer["conflict"]["copy"] for answer in answers if "conflict" in answer]
    assert len(set(beside)) == 7
    kept = [download(api, id=file).body for file in (*beside, answers[0]["file"]["id"])]
    assert sorted(kept) == sorted(sent)
