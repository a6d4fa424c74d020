"""Where uploads without a path go, whose they are, and what an upload that comes twice does."""

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.client import Api
from tests.conftest import NO_LIMITS
from tests.http.store import END as FORM_END
from tests.http.store import (
    PASSWORD,
    ask,
    client,
    created,
    download,
    form,
    part,
    put,
    send,
    unique,
    zipped,
)
from tests.local import Local
from tests.samples import fit

JPEG = b"\xff\xd8\xff\xe0"


@pytest.fixture(scope="module")
def gateway() -> Iterator[LocalGateway]:
    """A gateway where strangers may sign up."""
    with Local(NO_LIMITS | {"SYNC_ALLOW_SIGNUP": "true"}) as running:
        yield running


def photo() -> bytes:
    return JPEG + unique(200)


def test_cameras_call_many_photos_the_same(gateway: LocalGateway) -> None:
    api, pictures = client(gateway), [photo() for _ in range(3)]
    told = [created(send(api, data, name="image.jpg"))["file"] for data in pictures]
    assert [(file["path"], file["version"]) for file in told] == [
        ("/photos/image.jpg", 1), ("/photos/image (2).jpg", 1), ("/photos/image (3).jpg", 1),
    ]  # fmt: skip
    unnamed = [created(send(api, photo()))["file"] for _ in range(2)]
    assert {file["version"] for file in unnamed} == {1}
    archive = zipped({f"{folder}/IMG_1.jpg": photo() for folder in "abc"})
    rows = send(api, archive, name="photos.zip").json["results"]
    assert [row["file"]["version"] for row in rows] == [1, 1, 1]
    assert len({row["file"]["path"] for row in rows}) == 3


def test_a_track_that_is_sent_again_is_the_track_that_was_changed(gateway: LocalGateway) -> None:
    api = client(gateway)
    first, again, other = fit(), fit(), fit(start=1_789_000_000)
    told = [created(send(api, data, name="morning.fit"))["file"] for data in (first, again, other)]
    assert [(file["path"], file["version"]) for file in told] == [
        ("/activities/morning.fit", 1), ("/activities/morning.fit", 2), ("/activities/morning (2).fit", 1),
    ]  # fmt: skip


def test_what_lies_outside_of_its_folder_is_no_duplicate_for_a_key(gateway: LocalGateway) -> None:
    owner, key = client(gateway), client(gateway, "upload", folder="/photos")
    data = unique()
    put(owner, "/documents/secret.txt", data)
    told = created(send(key, data, name="mine.txt"))
    assert (told["file"]["path"], told["same"]) == ("/photos/mine.txt", False)
    assert send(key, data, name="mine.txt").good["same"] is True


def test_an_upload_that_comes_again_late_undoes_nothing(gateway: LocalGateway) -> None:
    api, other = client(gateway), client(gateway)
    path = "/documents/late.txt"
    put(api, path, b"one")
    based = {"If-Match": '"1"'}
    created(send(api, b"two", based, path=path))
    put(other, path, b"three")
    told = send(api, b"two", based, path=path).good
    assert (told["same"], told["file"]["version"]) == (True, 3)
    assert download(api, path=path).body == b"three"
    assert created(send(other, b"two", based, path=path))["conflict"]["copy_path"].startswith("/documents/late.sync-")


def test_nothing_is_wrong_with_an_empty_note(gateway: LocalGateway) -> None:
    api = client(gateway)
    assert "damaged" not in put(api, "/documents/empty.txt", b"")
    assert send(api, b"").failed("bad_request", 400)["m"] == "the body is empty"
    assert "damaged" in put(api, "/documents/empty.gpx", b"")


def test_a_form_of_which_a_part_was_refused_says_so(gateway: LocalGateway) -> None:
    api = client(gateway)
    answer = form(api, part("a.fit", fit()) + part("b.fit", b"nonsense") + FORM_END)
    told = answer.json
    assert (answer.status, told["ok"], told["code"], told["error"]) == (207, False, 207, "partial")
    assert told["m"] == "1 of 2 files were not taken"


def test_a_version_of_a_file_in_the_trash_is_gone(gateway: LocalGateway) -> None:
    api = client(gateway)
    file = put(api, "/documents/over.txt", unique())
    assert api.call("DELETE", f"/api/v1/files/{file['id']}").good
    ask(api, "files/download", id=file["id"], version=1).failed("gone", 410)
    ask(client(gateway, "read", folder="/photos"), "files/download", id=file["id"]).failed("not_found", 404)


def test_a_device_tells_what_it_has_done(gateway: LocalGateway) -> None:
    fields = {"email": "deeds@example.com", "password": PASSWORD, "name": "phone", "type": "mobile", "app": "1.0"}
    made = created(Api(gateway.url, prefix="/api/v1").post("auth/register", fields))
    api = Api(gateway.url, made["access_token"], "/api/v1")
    assert own(api) == {"app": "1.0", "files": 0, "last_sync": None}
    put(api, "/documents/deeds.txt", unique())
    told = own(api)
    assert (told["files"], told["last_sync"] is None) == (1, False)
    secret = {"device_id": made["device_id"], "device_secret": made["device_secret"], "app": "1.1"}
    assert api.post("auth/login", secret).good
    assert own(api)["app"] == "1.1"


def own(api: Api) -> dict[str, Any]:
    (mine,) = [each for each in api.get("devices").good["devices"] if each.get("current")]
    return {key: mine.get(key) for key in ("app", "files", "last_sync")}


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (("POST", "files/upload?path=/documents/x%ff"), "path"), (("POST", "files/upload?name=x%ff"), "name"),
        (("POST", "files/upload?path=%2Fdocuments%2Fx%ff&path=/documents/%ef%bf%bd"), "path"),
        (("GET", "files/download?path=/x%ff"), "path"), (("GET", "files/list?path=/x%ff"), "path"),
    ],
)  # fmt: skip
def test_a_path_that_is_no_text(gateway: LocalGateway, call: tuple[str, str], key: str) -> None:
    method, where = call
    answer = client(gateway).call(method, f"/api/v1/{where}", b"x" if method == "POST" else None)
    assert answer.failed("bad_request", 400)["m"] == f"{key}: is not UTF-8"


def test_a_sign_for_what_was_no_text_is_one(gateway: LocalGateway) -> None:
    assert put(client(gateway), "/documents/x\ufffd", b"x")["path"] == "/documents/x\ufffd"
