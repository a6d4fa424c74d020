"""What an attack on the store API has found, held down."""

import hashlib
import os
from pathlib import Path

from gateway.simwatch.localgateway import LocalGateway
from tests.conftest import NO_LIMITS
from tests.http.store import BOUNDARY, END, ask, client, form, part, send, unique
from tests.local import Local


def test_bytes_whose_file_is_lost_are_kept_when_they_come_again(gateway: LocalGateway) -> None:
    api, data = client(gateway), os.urandom(200_000)
    send(api, data, path="/documents/one")
    for file in (Path(gateway.environment["SYNC_DATA_DIR"]) / "contents").rglob(hashlib.sha256(data).hexdigest() + "*"):
        file.unlink()
    assert send(api, data, path="/documents/two").status == 201
    assert ask(api, "files/download", path="/documents/two").body == data
    assert ask(api, "files/download", path="/documents/one").body == data


def test_a_folder_key_is_told_of_no_other_folder(gateway: LocalGateway) -> None:
    api, data = client(gateway), unique()
    send(api, data, path="/documents/private.txt")
    key = client(gateway, "read", "write", folder="/shared/x")
    for status in (201, 200):
        answer = send(key, data, name="guess.txt")
        assert (answer.status, answer.json["file"]["path"]) == (status, "/shared/x/guess.txt")


def test_a_folder_key_writes_nowhere_else(gateway: LocalGateway) -> None:
    api = client(gateway)
    send(api, unique(), path="/box")
    send(api, unique(), path="/docs/a/x")
    for folder in ("/box", "/Docs/a"):
        send(client(gateway, "write", folder=folder), unique(), name="n.txt").failed("bad_request", 400)


def test_names_that_are_no_text(gateway: LocalGateway) -> None:
    api = client(gateway)
    latin = part("cafX.txt", unique()).replace(b"X", b"\xe9")
    answer = form(api, part("good.txt", unique()) + latin + END)
    assert [one["status"] for one in answer.json["results"]] == [201, 400]
    head = (
        b"--%s\r\nContent-Disposition: form-data; filename*=unicode_escape''%%5Cud800.txt\r\n\r\n" % BOUNDARY.encode()
    )
    assert form(api, head + unique() + b"\r\n" + END).status == 201


def test_refused_bytes_that_make_way_leave_the_disk() -> None:
    with Local(NO_LIMITS) as gateway:
        api = client(gateway, "upload")
        for number in range(60):
            broken = bytes((14, 0x20, 0, 0)) + (200_000).to_bytes(4, "little") + b".FIT\0\0" + os.urandom(200_000)
            send(api, broken, name=f"r{number}.fit").failed("invalid_file", 422)
        folder = Path(gateway.environment["SYNC_DATA_DIR"]) / "contents"
        assert sum(1 for file in folder.rglob("*") if file.is_file()) == 50
