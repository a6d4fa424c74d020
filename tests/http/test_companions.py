"""Uploads as the phone apps of other servers send them, byte by byte, and the answers as they read them."""

import gzip
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway import formats
from gateway.model import FileType
from gateway.simwatch.localgateway import LocalGateway
from tests.client import Answer, Api
from tests.conftest import NO_LIMITS
from tests.http.store import ask, client, created, download, paths, unique, wire, zipped
from tests.local import Local
from tests.samples import fit

FITOTRACK = "/api/v1/import/fitotrack"
GENERIC = "/api/v1/import/generic"
APP = "/api/v2/workouts"
ENDURAIN = "/api/v1/activities/create/upload"
FITTRACKEE = "/api/workouts"
UPLOADS = (FITOTRACK, GENERIC, "/api/v2/import/fitotrack", "/api/v2/import/generic", APP, ENDURAIN, FITTRACKEE)

OKHTTP = "b5c6b0a3-6a39-4f0e-9a55-6f6a3c1f2d7e"
DART = "dart-http-boundary-x1b+Zq_.3kT-Yw0nV5uR8sL2mJ7hG4fD6cA9eB1iO3pQ5tU7"
REQUESTS = "7f3d0c2b9a1e4f5d8c6b7a0918273645"

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def gateway() -> Iterator[LocalGateway]:
    """A gateway that writes down all it can."""
    with Local(NO_LIMITS | {"SYNC_LOG_LEVEL": "debug"}) as running:
        yield running


@pytest.fixture(scope="module")
def owner(gateway: LocalGateway) -> Api:
    return client(gateway)


@pytest.fixture(scope="module")
def phone(gateway: LocalGateway) -> Api:
    return client(gateway, "upload")


def gpx() -> bytes:
    """Make a recorded track, as phones export it, that no other call has made."""
    return formats.write(formats.read_track(fit()), FileType.GPX) + b"<!-- %d -->" % next(_numbers)


def damaged() -> bytes:
    return fit()[:-3]


def keyless(api: Api) -> Api:
    """The same address, for apps that show their key elsewhere."""
    return Api(api.url, None, api.prefix)


def okhttp(name: str, data: bytes) -> tuple[bytes, dict[str, str]]:
    """A form of Android's usual library."""
    head = (
        f'--{OKHTTP}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: application/gpx+xml\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    body = head.encode() + data + f"\r\n--{OKHTTP}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={OKHTTP}", "User-Agent": "okhttp/4.12.0"}


def dart(*files: tuple[str, bytes]) -> tuple[bytes, dict[str, str]]:
    """A form of Flutter's usual library: fields first, headers in small letters."""
    body = f'--{DART}\r\ncontent-disposition: form-data; name="notes"\r\n\r\nevening\r\n'.encode()
    for name, data in files:
        body += (
            f"--{DART}\r\ncontent-type: application/octet-stream\r\n"
            f'content-disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        ).encode() + data + b"\r\n"  # fmt: skip
    return body + f"--{DART}--\r\n".encode(), {"content-type": f"multipart/form-data; boundary={DART}"}


def requests(name: str, data: bytes, more: str = '{"sport_id": 1, "notes": ""}') -> tuple[bytes, dict[str, str]]:
    """A form of Python's usual library."""
    body = (
        f'--{REQUESTS}\r\nContent-Disposition: form-data; name="data"\r\n\r\n{more}\r\n'
        f'--{REQUESTS}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    ).encode() + data + f"\r\n--{REQUESTS}--\r\n".encode()  # fmt: skip
    return body, {"Content-Type": f"multipart/form-data; boundary={REQUESTS}", "Accept-Encoding": "gzip, deflate"}


def post(api: Api, path: str, sent: tuple[bytes, dict[str, str]], **more: str) -> Answer:
    return api.call("POST", path, sent[0], sent[1] | {name.replace("_", "-"): value for name, value in more.items()})


def fitotrack(api: Api, data: bytes, key: str | None, kind: str = "workout-gpx") -> Any:
    """Post as Android's HttpURLConnection does for FitoTrack; gives status and body."""
    rows = [
        f"POST {FITOTRACK}?api-key={key} HTTP/1.1", f"FitoTrack-Type: {kind}", "FitoTrack-Timestamp: 1789878600000",
        "FitoTrack-Workout-Type: running", "FitoTrack-Comment: evening_round",
        "Content-Type: application/x-www-form-urlencoded",
        "User-Agent: Dalvik/2.1.0 (Linux; U; Android 14; Pixel 6 Build/AP2A)", "Host: sync.example.com",
        "Connection: Keep-Alive", "Accept-Encoding: gzip", f"Content-Length: {len(data)}", "", "",
    ]  # fmt: skip
    with wire(api) as line:
        line.send("\r\n".join(rows).encode() + data)
        return line.answer()


def refused_of(owner: Api, data: bytes) -> list[dict[str, Any]]:
    """The refusals of these very bytes."""
    rows = ask(owner, "rejected").good["rejected"]
    return [row for row in rows if download_refused(owner, row["id"]) == data]


def download_refused(owner: Api, key: str) -> bytes:
    return owner.call("GET", f"/api/v1/rejected/{key}/download").body


def test_fitotrack_sends_a_workout(owner: Api, phone: Api) -> None:
    run = gpx()
    answer = fitotrack(phone, run, phone.token)
    assert (answer.status, answer.value["errors"]) == (200, [])
    file = answer.value["results"]["file"]
    assert file["path"].startswith("/activities/activity-2026-09-20-")
    assert (file["type"], download(owner, id=file["id"]).body) == ("gpx", run)
    assert answer.value["results"]["date"] == "2026-09-20T04:30:00Z"
    again = fitotrack(phone, run, phone.token)  # it sends until it is answered below 400
    assert (again.status, again.value["results"]["same"]) == (200, True)
    assert again.value["error_codes"] == ["workout_already_exists"]
    assert again.value["results"]["file"]["id"] == file["id"]


def test_fitotrack_is_told_what_is_wrong(owner: Api, phone: Api) -> None:
    before = paths(owner)
    for broken in (gpx()[:-300], damaged(), unique(), b"<html>" + unique()):
        for _ in range(2):  # it comes again and again, and is kept once
            answer = fitotrack(phone, broken, phone.token)
            assert (answer.status in {415, 422}, answer.value["results"]) == (True, None)
            [row] = refused_of(owner, broken)
            assert answer.value["errors"] == [row["m"]]
    for key in ("wg_never", "", None):
        answer = fitotrack(phone, gpx(), key)
        assert (answer.status, answer.value["results"], len(answer.value["errors"])) == (401, None, 1)
    assert paths(owner) == before


def test_a_backup_of_fitotrack_stays_whole(owner: Api, phone: Api) -> None:
    backup = zipped({"data.json": unique(), "picture.jpg": unique()})
    file = fitotrack(phone, backup, phone.token, "backup").value["results"]["file"]
    assert file["path"] == "/documents/fitotrack-backup.ftb"
    assert download(owner, id=file["id"]).body == backup


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/octet-stream", "text/xml", None])
def test_an_import_is_raw_whatever_it_calls_itself(owner: Api, phone: Api, kind: str | None) -> None:
    run = gpx()
    headers = {"Content-Type": kind} if kind else {}
    answer = phone.call("POST", f"{GENERIC}?name=tracks/evening.gpx&type=running", run, headers)
    assert (answer.status, answer.json["errors"]) == (200, [])
    assert answer.json["results"]["file"]["path"].startswith("/activities/evening")
    assert download(owner, id=answer.json["results"]["file"]["id"]).body == run


@pytest.mark.parametrize("path", UPLOADS)
def test_what_is_no_track_is_refused(owner: Api, phone: Api, path: str) -> None:
    before = paths(owner)
    for data in (b"", unique(), b"\xff\xd8\xff a picture" + unique()):
        answer = post(phone, path, dart(("x", data)) if path in {APP, ENDURAIN, FITTRACKEE} else (data, {}))
        assert answer.status in {415, 422}
        assert len(refused_of(owner, data)) == 1
    assert paths(owner) == before


def test_an_import_is_known_without_a_name(phone: Api) -> None:
    named = {"": fit(), "fit": fit(), "gz": gzip.compress(gpx())}
    for data in named.values():
        answer = phone.call("POST", "/api/v2/import/generic", data)
        assert answer.status == 200
        assert answer.json["results"]["file"]["path"].startswith("/activities/activity-2026-09-20-")
    many = phone.call("POST", GENERIC, zipped({"a.fit": fit(), "b.fit": damaged(), "c.fit": fit()})).json
    assert [row["file"]["type"] for row in many["results"]] == ["fit", "fit"]
    assert [error[:7] for error in many["errors"]] == ["b.fit: "]


def test_whether_a_key_works(owner: Api, phone: Api) -> None:
    for api in (owner, phone):
        told = api.call("GET", "/api/v2/whoami").json
        assert told["errors"] == []
        assert told["results"] == api.call("GET", "/api/v1/whoami").json
        assert told["results"]["username"] == "owner"  # nobody has given an e-mail yet
    assert keyless(phone).call("GET", f"/api/v1/whoami?api-key={phone.token}").status == 200
    for stranger in (keyless(phone), Api(phone.url, "wg_never")):
        answer = stranger.call("GET", "/api/v2/whoami")
        assert (answer.status, answer.json["results"]) == (401, None)
        assert answer.json["errors"]


def test_the_app_of_aepyornis_sends_one_and_many(owner: Api, phone: Api) -> None:
    run, broken = gpx(), damaged()
    answer = post(phone, APP, dart(("Überm Berg.gpx", run)))
    [workout] = answer.json["results"]
    assert (answer.status, answer.json["errors"]) == (201, [])
    assert workout["file"]["path"] == "/activities/Überm Berg.gpx"
    assert (workout["date"], workout["type"], workout["has_file"]) == ("2026-09-20T04:30:00Z", "running", True)
    assert workout["total_duration"] > 0
    assert workout["total_distance"] > 0
    answer = post(phone, APP, dart(("a.gpx", run), ("b.fit", broken), ("c.fit", fit())))
    assert answer.status == 201
    assert [row["same"] for row in answer.json["results"]] == [True, False]
    [row] = refused_of(owner, broken)
    assert answer.json["errors"] == [f"b.fit: {row['m']}"]  # what it shows
    none = post(phone, APP, dart(("b.fit", damaged()), ("c.fit", damaged())))
    assert (none.status, none.json["results"], len(none.json["errors"])) == (400, [], 2)


@pytest.mark.parametrize("path", [APP, ENDURAIN, FITTRACKEE])
def test_where_a_form_is_due_nothing_else_is_taken_for_a_file(owner: Api, phone: Api, path: str) -> None:
    before = paths(owner)
    body = json.dumps({"name": "typed in", "date": "2026-05-01T07:15"}).encode()
    answer = phone.call("POST", path, body, {"Content-Type": "application/json"})
    assert (answer.status, b"form" in answer.body) == (400, True)
    assert post(phone, path, (b"", {"Content-Type": "multipart/form-data; boundary=x"})).status == 400
    assert paths(owner) == before


def test_the_bridge_from_opentracks_to_endurain(owner: Api, phone: Api) -> None:
    app = keyless(phone)
    assert app.call("GET", ENDURAIN, headers={"X-Client-Type": "mobile"}).status == 405  # it looks whether we are there
    run, key = gpx(), str(phone.token)
    answers = [post(app, ENDURAIN, okhttp("track.gpx", run), X_API_Key=key, X_Client_Type="mobile") for _ in range(2)]
    told = [json.loads(answer.body) for answer in answers]
    assert [answer.status for answer in answers] == [201, 201]
    assert [(row["id"], row["is_hidden"]) for [row] in told] == [(None, False), (None, True)]
    assert told[0][0]["file"]["path"] == "/activities/track.gpx"
    assert told[0][0]["start_time"] == "2026-09-20T04:30:00Z"
    broken = damaged()
    answer = post(app, ENDURAIN, okhttp("track.fit", broken), X_API_Key=key)
    [row] = refused_of(owner, broken)
    assert (answer.status, answer.json) == (422, {"detail": row["m"]})
    for wrong in ("wg_never", "", "never"):
        answer = post(app, ENDURAIN, okhttp("track.gpx", gpx()), X_API_Key=wrong)
        assert answer.status == 401
        assert list(answer.json) == ["detail"]


def test_scripts_for_endurain(owner: Api, phone: Api) -> None:
    assert post(phone, ENDURAIN, requests("ride.gpx.gz", gzip.compress(gpx()))).status == 201
    assert post(keyless(phone), f"{ENDURAIN}/?api_key={phone.token}", requests("ride.fit", fit())).status == 201
    before = len(paths(owner, "/activities"))
    answer = post(phone, ENDURAIN, dart(("one.fit", fit()), ("b.fit", damaged()), ("two.fit", fit())))
    assert (answer.status, len(answer.json["activities"])) == (422, 2)
    assert answer.json["detail"].startswith("b.fit: ")
    assert len(paths(owner, "/activities")) == before + 2


def test_apps_of_fittrackee_sign_in_with_a_key(phone: Api) -> None:
    stranger = keyless(phone)
    body = json.dumps({"email": "me@example.com", "password": f" {phone.token}\n"}).encode()
    signed = stranger.call("POST", "/api/auth/login", body, {"Content-Type": "application/json"}).json
    assert (signed["status"], signed["auth_token"]) == ("success", phone.token)
    assert all(isinstance(value, str) for value in signed.values())  # one of them wants no other
    app = Api(phone.url, signed["auth_token"])
    assert app.call("GET", "/api/auth/profile").json["data"]["username"] == "owner"
    sports = app.call("GET", "/api/sports").json["data"]["sports"]
    assert {sport["label"] for sport in sports} >= {"Running", "Hiking"}
    for wrong in ("wg_never", "correct horse", "", 7):
        body = json.dumps({"email": "me@example.com", "password": wrong}).encode()
        answer = stranger.call("POST", "/api/auth/login", body)
        assert answer.status == (401 if wrong in {"wg_never", "correct horse"} else 400)
        assert (answer.json["status"], list(answer.json)) == ("error", ["status", "message"])
    for path in ("/api/auth/profile", "/api/sports"):
        assert stranger.call("GET", path).status == 401


def test_apps_of_fittrackee_upload(owner: Api, phone: Api) -> None:
    run, broken = gpx(), damaged()
    answers = [post(phone, f"{FITTRACKEE}{end}", requests("workout.gpx", run)) for end in ("", "/")]
    [first], [again] = (answer.json["data"]["workouts"] for answer in answers)
    assert [(answer.status, answer.json["status"]) for answer in answers] == [(201, "created")] * 2
    assert (first["id"], first["same"], again["id"], again["same"]) == (first["file"]["id"], False, first["id"], True)
    assert download(owner, id=first["id"]).body == run
    answer = post(phone, FITTRACKEE, requests("workout.fit", broken))
    [row] = refused_of(owner, broken)
    assert (answer.status, answer.json) == (422, {"status": "error", "message": row["m"]})
    many = post(phone, FITTRACKEE, requests("all.zip", zipped({"a.fit": fit(), "b.fit": damaged(), "c.gpx": gpx()})))
    assert (many.status, many.json["status"], many.json["new_workouts"]) == (400, "fail", 2)
    assert list(many.json["errored_workouts"]) == ["b.fit"]
    answer = post(Api(phone.url, "wg_never"), FITTRACKEE, requests("workout.gpx", gpx()))
    assert (answer.status, answer.json["status"]) == (401, "error")


def test_a_form_that_breaks_off(owner: Api, phone: Api) -> None:
    body, headers = dart(("first.fit", fit()), ("second.fit", fit()))
    answer = post(phone, APP, (body[:-200], headers))
    assert (answer.status, len(answer.json["results"])) == (201, 1)
    assert answer.json["errors"][0] == "second.fit: the form ends in the middle of a file"
    body, headers = okhttp("only.gpx", gpx())
    answer = post(phone, ENDURAIN, (body[:-200], headers))
    assert (answer.status, "ends in the middle" in answer.json["detail"]) == (400, True)
    assert "/activities/only.gpx" not in paths(owner)


@pytest.mark.parametrize("path", UPLOADS)
def test_only_a_key_that_can_do_nothing_else_goes_into_the_address(gateway: LocalGateway, path: str) -> None:
    mighty = client(gateway, "upload", "read")
    sent = dart(("a.fit", fit())) if path in {APP, ENDURAIN, FITTRACKEE} else (fit(), {})
    for name in ("api-key", "api_key"):
        assert post(keyless(mighty), f"{path}?{name}={mighty.token}", sent).status == 401
    assert post(mighty, path, sent).status in {200, 201}
    reader = client(gateway, "read")
    for shown in (post(reader, path, sent), post(keyless(reader), path, sent, X_API_Key=str(reader.token))):
        assert shown.status == 403
        assert set(shown.json) in ({"results", "errors"}, {"detail"}, {"status", "message"})


@pytest.mark.parametrize("path", UPLOADS)
def test_other_methods_are_not_possible(phone: Api, path: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert phone.call(method, path).status == 405


def test_the_quota_and_the_limits_hold() -> None:
    limits = {"SYNC_RATE_KEY": "3", "SYNC_RATE_AUTH": "2", "SYNC_QUOTA": "20000"}
    with Local(NO_LIMITS | limits) as tight:
        phone = client(tight, "upload")
        answer = post(phone, ENDURAIN, okhttp("long.fit", fit(5000)))
        assert (answer.status, "empty the trash" in answer.json["detail"]) == (413, True)
        assert fitotrack(phone, fit(5000), phone.token).status == 413
        assert post(phone, FITTRACKEE, requests("a.fit", fit())).status == 201
        answer = post(phone, FITTRACKEE, requests("a.fit", fit()))
        assert (answer.status, answer.json["status"]) == (429, "error")
        assert int(answer.headers["retry-after"]) > 0
        body = json.dumps({"email": "me@example.com", "password": "wg_guess"}).encode()
        assert [phone.call("POST", "/api/auth/login", body).status for _ in range(3)] == [401, 401, 429]


def test_no_key_is_in_the_log(gateway: LocalGateway, phone: Api) -> None:
    token = str(phone.token)
    fitotrack(phone, damaged(), token)
    post(keyless(phone), f"{ENDURAIN}?api_key={token}", okhttp("a.gpx", gpx()), X_API_Key=token)
    keyless(phone).call("POST", f"{GENERIC}%3Fapi-key={token}", gpx())  # an address that was escaped once too often
    keyless(phone).call("POST", "/api/auth/login", json.dumps({"password": token}).encode())
    log = gateway.log()
    assert FITOTRACK in log
    assert ENDURAIN in log
    assert token not in log
    assert "wg_" not in log


def test_files_upload_takes_what_automation_apps_send(owner: Api, phone: Api) -> None:
    """HTTP Shortcuts, Tasker, Automate and curl: keys here and there, other methods, names and part names."""
    app, upload, key = keyless(phone), "/api/v1/files/upload", str(phone.token)
    plain = {"Content-Type": "application/octet-stream"}
    for path, headers in ((f"{upload}?api-key={key}", plain), (upload, plain | {"X-API-Key": f"{key} "})):
        for method in ("POST", "PUT"):
            assert created(app.call(method, path, fit(), headers))["file"]["type"] == "fit"
    for head in (b'name="upload"; filename="run.fit"', b'name="a[]"; filename=""', b'name="file"', b"name=file"):
        body = b"--x\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n--x--" % (head, fit())
        answer = app.call("POST", f"{upload}?api-key={key}", body, {"Content-Type": "multipart/form-data; boundary=x"})
        assert created(answer)["results"][0]["file"]["path"].startswith("/activities/")
    broken = gpx()[:-300]  # without a name its first bytes say what it should be
    app.call("POST", f"{upload}?api-key={key}", broken, plain).failed("invalid_file", 422)
    assert len(refused_of(owner, broken)) == 1
    run = fit()
    with wire(phone) as line:
        rows = [f"PUT {upload}?api-key={key} HTTP/1.1", "Host: x", "Expect: 100-continue", "Transfer-Encoding: chunked"]
        line.send("\r\n".join([*rows, "", ""]).encode())
        assert line.answer(head=True).status == 100  # curl waits a second for it
        answer = line.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(run), run)).answer()
    assert answer.status == 201
    assert download(owner, id=answer.value["file"]["id"]).body == run
