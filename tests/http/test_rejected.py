"""``/api/v1/rejected``: what was refused to watches and keys, for the owner's other devices."""

import hashlib
from collections.abc import Iterator
from typing import Any

import apsw
import pytest

from gateway.simwatch.localgateway import LocalGateway
from gateway.simwatch.sample import RUN_FILE
from tests.client import Api
from tests.conftest import NO_LIMITS
from tests.http import store
from tests.local import Local
from tests.samples import fit

RUN = RUN_FILE.read_bytes()
BAD = b"<gpx><trk>"


@pytest.fixture(scope="module")
def gateway() -> Iterator[LocalGateway]:
    """Strangers may sign up."""
    with Local(NO_LIMITS | {"SYNC_ALLOW_SIGNUP": "true"}) as running:
        yield running


def key(gateway: LocalGateway, *words: str) -> Api:
    secret = gateway.command("apikey", "create", "script", *words).decode().strip()
    return Api(gateway.url, secret, "/api/v1")


@pytest.fixture
def owner(gateway: LocalGateway) -> Api:
    return key(gateway, "--scope", "read", "--scope", "write")


def listed(api: Api, **query: object) -> list[dict[str, Any]]:
    return list(api.get("rejected", **query).good["rejected"])


def named(api: Api, name: str) -> dict[str, Any]:
    [row] = [row for row in listed(api, limit=1000) if row["name"] == name]
    return row


def test_what_was_refused_is_listed_and_given_back(device: Api, owner: Api) -> None:
    data = RUN[:5000]
    answer = device.upload("cut.fit", data).failed("invalid_file", 422)
    row = named(owner, "cut.fit")
    assert set(row) == {"id", "name", "size", "device", "error", "m", "time", "sha256"}
    assert (row["size"], row["error"], row["m"]) == (len(data), "invalid_file", answer["m"])
    assert row["sha256"] == hashlib.sha256(data).hexdigest()
    got = owner.get(f"rejected/{row['id']}/download")
    assert (got.status, got.body) == (200, data)
    assert got.headers["content-disposition"].startswith('attachment; filename="cut.fit"')
    assert got.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-type"] == "application/octet-stream"
    head = owner.call("HEAD", f"/api/v1/rejected/{row['id']}/download")
    assert (head.headers["content-length"], head.body) == (str(len(data)), b"")


def test_a_page_leads_to_the_next(device: Api, owner: Api) -> None:
    for number in range(5):
        device.upload(f"{number}.gpx", BAD + b" " * number)
    every, seen, query = [row["id"] for row in listed(owner, limit=1000)], [], {}
    while True:
        told = owner.get("rejected", limit=2, **query).good
        assert 0 < len(told["rejected"]) <= 2
        seen += [row["id"] for row in told["rejected"]]
        if "cursor" not in told:
            break
        query = {"cursor": told["cursor"]}
    assert seen == every
    assert len(set(seen)) == len(seen) >= 5
    for wrong in ("x", "1.2", f"{'9' * 13}.aaaaaaaaaaaa"):
        owner.get("rejected", cursor=wrong).failed("bad_request", 400)
    for wrong in (0, 1001, -1, "x"):
        owner.get("rejected", limit=wrong).failed("bad_request", 400)


def test_still_bad_is_answered_with_the_reason(device: Api, owner: Api) -> None:
    said = device.upload("still.gpx", BAD + b"still").failed("invalid_file", 422)
    row = named(owner, "still.gpx")
    assert owner.post(f"rejected/{row['id']}/retry", {}).failed("invalid_file", 422)["m"] == said["m"]
    assert named(owner, "still.gpx") == row


def test_good_by_now_goes_into_the_tree(gateway: LocalGateway, device: Api, owner: Api) -> None:
    """As if an earlier release had refused it: another reason and other bytes are put under the refusal."""
    data = fit()
    device.upload("late.fit", BAD + b"late")
    row = named(owner, "late.fit")
    replace(gateway, row["id"], data)
    answer = owner.post(f"rejected/{row['id']}/retry", {})
    assert answer.status == 201
    file = answer.json["file"]
    assert (file["path"], file["version"], file["device"]) == ("/activities/late.fit", 1, row["device"])
    assert gateway.command("get", "/activities/late.fit") == data
    assert "late.fit" not in [row["name"] for row in listed(owner, limit=1000)]
    for method, path in (("POST", "retry"), ("GET", "download")):
        owner.call(method, f"/api/v1/rejected/{row['id']}/{path}").failed("not_found", 404)


def replace(gateway: LocalGateway, key: str, data: bytes) -> None:
    connection = apsw.Connection(f"{gateway.environment['SYNC_DATA_DIR']}/wristgate.db")
    connection.set_busy_timeout(10_000)  # the agent may be writing
    digest = hashlib.sha256(data).digest()
    with connection:
        connection.execute("insert into contents (sha256, size, body) values (?, ?, ?)", (digest, len(data), data))
        [(project, device, name)] = connection.execute(
            "select project, device, name from rejected where id = ?", (key,)
        )
        connection.execute("delete from rejected where id = ?", (key,))
        row = (key, project, device, name, digest, len(data), "invalid_file", "odd", 1_790_000_000)
        connection.execute("insert into rejected values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    connection.close()


def test_what_a_key_was_refused_is_there_too(owner: Api) -> None:
    data = b"<?xml version='1.0'?><gpx" + b" " * 300_000
    sent = owner.call("POST", "/api/v1/files/upload?name=large.gpx", data)
    assert sent.status == 422, sent.body
    row = named(owner, "large.gpx")
    me = owner.get("auth/me").good
    assert row["device"] == me["key"]["id"]
    assert owner.get(f"rejected/{row['id']}/download").body == data
    owner.post(f"rejected/{row['id']}/retry", {}).failed("invalid_file", 422)


@pytest.fixture(scope="module")
def others(gateway: LocalGateway) -> list[Api]:
    """Keys that see none of it."""
    return [
        key(gateway, "--scope", "read", "--scope", "write", "--folder", "/activities"),
        store.device(gateway, "other@example.com"),
    ]


def test_others_are_told_nothing(device: Api, owner: Api, others: list[Api]) -> None:
    device.upload("mine.gpx", BAD + b"mine")
    row = named(owner, "mine.gpx")
    narrow, stranger = others
    assert listed(stranger) == []
    narrow.get("rejected").failed("not_found", 404)
    for api in others:
        api.get(f"rejected/{row['id']}/download").failed("not_found", 404)
        api.post(f"rejected/{row['id']}/retry", {}).failed("not_found", 404)
    assert named(owner, "mine.gpx") == row


def test_scopes_hold(gateway: LocalGateway, device: Api, owner: Api) -> None:
    device.upload("scope.gpx", BAD + b"scope")
    row = named(owner, "scope.gpx")
    reader, uploader = key(gateway, "--scope", "read"), key(gateway, "--scope", "upload")
    assert listed(reader)
    reader.post(f"rejected/{row['id']}/retry", {}).failed("forbidden", 403)
    uploader.get("rejected").failed("forbidden", 403)
    device.call("GET", "/api/v1/rejected").failed("unauthorized", 401)


@pytest.mark.parametrize("wrong", ["aaaaaaaaaaaa", "x", "a" * 400, "%27", "%00"])
def test_a_wrong_id_is_not_found(owner: Api, wrong: str) -> None:
    owner.get(f"rejected/{wrong}/download").failed("not_found", 404)
    owner.post(f"rejected/{wrong}/retry", {}).failed("not_found", 404)
