"""Sign-in, devices and keys over the store API of a real gateway: what a client sends, gets, and never finds again."""

import base64
import itertools
import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.client import Answer, Api, pair
from tests.conftest import NO_LIMITS
from tests.local import Local

PASSWORD = "correct horse"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def gateway() -> Iterator[LocalGateway]:
    """Strangers may sign up; everything is logged."""
    settings = {"SYNC_ALLOW_SIGNUP": "true", "SYNC_LOG_FORMAT": "json", "SYNC_LOG_LEVEL": "debug"}
    with Local(NO_LIMITS | settings) as running:
        yield running


def client(gateway: LocalGateway, credential: str | None = None, **headers: str) -> Api:
    return Api(gateway.url, credential, "/api/v1", headers)


def created(answer: Answer) -> dict[str, Any]:
    assert answer.status == 201, answer.body
    assert answer.json["ok"] is True
    return answer.json


def register(gateway: LocalGateway, email: str = "", name: str = "laptop", kind: str = "linux") -> dict[str, Any]:
    email = email or f"user{next(_numbers)}@example.com"
    fields = {"email": email, "password": PASSWORD, "name": name, "type": kind}
    return created(client(gateway).post("auth/register", fields)) | {"email": email}


def device_of(gateway: LocalGateway, **more: str) -> Api:
    return client(gateway, register(gateway, **more)["access_token"])


def key_of(api: Api, *scopes: str, **more: str) -> str:
    return str(created(api.post("keys", {"name": "script", "scopes": scopes, **more}))["key"])


def basic(password: str, user: str = "anybody") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def refused(answer: Answer) -> None:
    answer.failed("unauthorized", 401)
    assert answer.headers["www-authenticate"] == 'Bearer, Basic realm="wristgate"'


def test_register_login_refresh_logout(gateway: LocalGateway) -> None:
    made = register(gateway, name="Büro", kind="web")
    assert set(made) == {
        "ok", "device_id", "device_secret", "access_token", "refresh_token", "expires_in", "email",
    }  # fmt: skip
    me = client(gateway, made["access_token"]).get("auth/me").good
    assert me["user"]["email"] == made["email"]
    assert me["device"] == {"id": made["device_id"], "name": "Büro", "type": "web"}
    assert me["scopes"] == ["account", "read", "upload", "write"]
    assert me["project"]["name"] == "home"
    assert "key" not in me

    anyone = client(gateway)
    fields = {"device_id": made["device_id"], "device_secret": made["device_secret"]}
    login = anyone.post("auth/login", fields).good
    assert set(login) == {"ok", "access_token", "refresh_token", "expires_in"}
    renewed = anyone.post("auth/refresh", {"refresh_token": login["refresh_token"]}).good
    again = anyone.post("auth/refresh", {"refresh_token": login["refresh_token"]}).good
    assert (again["access_token"], again["refresh_token"]) == (renewed["access_token"], renewed["refresh_token"])

    api = client(gateway, renewed["access_token"])
    api.call("POST", "/api/v1/auth/logout").good  # noqa: B018
    refused(api.get("auth/me"))
    refused(client(gateway, login["access_token"]).get("auth/me"))  # one family
    refused(anyone.post("auth/refresh", {"refresh_token": renewed["refresh_token"]}))
    client(gateway, made["access_token"]).get("auth/me").good  # noqa: B018


def test_many_refreshes_at_once_get_one_pair(gateway: LocalGateway) -> None:
    fields = {"refresh_token": register(gateway)["refresh_token"]}
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: client(gateway).post("auth/refresh", fields).good, range(8)))
    assert len({(answer["access_token"], answer["refresh_token"]) for answer in answers}) == 1
    client(gateway, answers[0]["access_token"]).get("auth/me").good  # noqa: B018


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"type": "garmin"}, "type"), ({"type": "toaster"}, "type"), ({"type": None}, "type"), ({"name": 7}, "name"),
        ({"email": ""}, "email"), ({"email": "nobody"}, "email"), ({"password": "short"}, "password"),
        ({"password": ["a"]}, "password"), ({"password": "x" * 2000}, "password"),
    ],
)  # fmt: skip
def test_registrations_that_cannot_be(gateway: LocalGateway, change: dict[str, object], word: str) -> None:
    fields = {"email": "new@example.com", "password": PASSWORD, "name": "x", "type": "linux"} | change
    assert client(gateway).post("auth/register", fields).failed("bad_request", 400)["m"].startswith(f"{word}:")


def test_failed_sign_ins_answer_alike(gateway: LocalGateway) -> None:
    made, watch = register(gateway), pair(gateway)
    gone = register(gateway)
    client(gateway, gone["access_token"]).call("DELETE", f"/api/v1/devices/{gone['device_id']}").good  # noqa: B018
    tries = [
        (made["device_id"], "wrong"), ("aaaaaaaaaaaa", made["device_secret"]), ("k" * 500, "x"),
        (gone["device_id"], gone["device_secret"]), (made["device_id"], gone["device_secret"]),
        (made["device_id"], str(watch.token)),
    ]  # fmt: skip
    answers = [client(gateway).post("auth/login", {"device_id": one, "device_secret": two}) for one, two in tries]
    for answer in answers:
        refused(answer)
    assert len({answer.body for answer in answers}) == 1


def test_credentials_in_the_header(gateway: LocalGateway) -> None:
    api = device_of(gateway)
    key = key_of(api, "read")
    for header in (f"Bearer {key}", f"bearer  {key} ", basic(key), basic(key, ""), f"basic {basic(key)[6:]}"):
        me = client(gateway, Authorization=header).get("auth/me").good
        assert (me["scopes"], me["key"]["name"]) == (["read"], "script")
        assert "device" not in me
    bad = [
        key, f"Digest {key}", "Bearer", "Bearer ", f"Bearer {key}x", f"Bearer {key[3:]}", "Basic", "Basic ?",
        "Basic ====", f"{basic(key)[:12]}!{basic(key)[12:]}", f"{basic(key)[:12]} {basic(key)[12:]}",
        f"Basic {base64.b64encode(key.encode()).decode()}", basic(key)[:-1] + "!", basic(str(api.token)), basic("wg_"),
        basic(PASSWORD, "user1@example.com"), "Basic " + base64.b64encode(b"\xff:" + key.encode()).decode(),
        f"{basic(key)}\n".strip() + " x", f"Bearer {'x' * 5000}",
    ]  # fmt: skip
    for header in bad:
        refused(client(gateway, Authorization=header).get("auth/me"))
    refused(client(gateway).get("auth/me"))
    refused(client(gateway).get("auth/me", **{"api-key": key_of(api, "upload")}))


def test_a_watch_is_no_store_client_and_the_other_way_round(gateway: LocalGateway) -> None:
    watch, api = pair(gateway), device_of(gateway)
    refused(client(gateway, watch.token).get("auth/me"))
    for credential in (str(api.token), key_of(api, "read", "write")):
        answer = Api(gateway.url, credential).get("status")
        answer.failed("unauthorized", 401)
        assert "www-authenticate" not in answer.headers


def test_scopes(gateway: LocalGateway) -> None:
    api = device_of(gateway)
    for scope in ("read", "write", "upload"):
        script = client(gateway, key_of(api, scope))
        assert script.get("auth/me").good["scopes"] == [scope]
        for answer in (
            script.get("keys"), script.get("devices"), script.post("keys", {"name": "x", "scopes": [scope]}),
            script.post("devices/x", {"name": "x"}), script.call("DELETE", "/api/v1/devices/x"),
            script.call("DELETE", "/api/v1/keys/x"),
        ):  # fmt: skip
            assert answer.failed("forbidden", 403)["m"] == "this needs the scope account"
        script.call("POST", "/api/v1/auth/logout").failed("forbidden", 403)
    account = client(gateway, key_of(api, "account", "read"))
    account.post("keys", {"name": "x", "scopes": ["write"]}).failed("forbidden", 403)
    key_of(account, "read", folder="/a")
    api.get("auth/me", project="nothing").failed("not_found", 404)
    home = api.get("auth/me").good["project"]["id"]
    assert api.get("auth/me", project=home).good["project"]["id"] == home
    api.call("PUT", "/api/v1/keys").failed("method_not_allowed", 405)


def test_keys_are_shown_once_and_end_at_once(gateway: LocalGateway) -> None:
    api = device_of(gateway)
    made = created(api.post("keys", {"name": "phone", "scopes": ["upload", "upload"], "folder": "/activities/"}))
    told = {name: value for name, value in made.items() if name not in {"key", "ok"}}
    assert told == {
        "id": made["id"], "name": "phone", "scopes": ["upload"], "folder": "/activities", "created": made["created"],
        "last_used": None,
    }  # fmt: skip
    assert api.get("keys").good["keys"] == [told]
    phone = client(gateway, made["key"])
    assert phone.get("auth/me").good["key"]["folder"] == "/activities"
    api.call("DELETE", f"/api/v1/keys/{made['id']}").good  # noqa: B018
    refused(phone.get("auth/me"))
    assert api.get("keys").good["keys"] == []
    api.call("DELETE", f"/api/v1/keys/{made['id']}").failed("not_found", 404)
    for fields in ({"name": "x"}, {"name": "x", "scopes": "read"}, {"scopes": ["read"]}, {"name": "x", "scopes": [1]}):
        api.post("keys", fields).failed("bad_request", 400)


def test_devices_are_listed_renamed_and_shut_out(gateway: LocalGateway) -> None:
    made = register(gateway, name="laptop")
    api = client(gateway, made["access_token"])
    phone = register(gateway, made["email"], "phone", "mobile")
    listed = {device["id"]: device for device in api.get("devices").good["devices"]}
    assert set(listed[made["device_id"]]) == {
        "id", "name", "type", "app", "last_seen", "last_sync", "folders", "files", "current",
    }  # fmt: skip
    assert (listed[phone["device_id"]]["type"], listed[phone["device_id"]]["files"]) == ("mobile", 0)
    assert "current" not in listed[phone["device_id"]]

    changed = api.post(f"devices/{phone['device_id']}", {"name": "Laptop", "folders": ["/photos"]}).good
    assert (changed["name"], changed["folders"]) == ("Laptop (2)", ["/photos"])
    assert changed in [device | {"ok": True} for device in api.get("devices").good["devices"]]
    for fields in ({"name": "\u0000"}, {"name": 1}, {"folders": "/a"}, {"folders": [1]}, {"folders": ["a"]}):
        api.post(f"devices/{phone['device_id']}", fields).failed("bad_request", 400)

    api.call("DELETE", f"/api/v1/devices/{phone['device_id']}").good  # noqa: B018
    refused(client(gateway, phone["access_token"]).get("auth/me"))
    refused(client(gateway).post("auth/refresh", {"refresh_token": phone["refresh_token"]}))
    assert [device["id"] for device in api.get("devices").good["devices"]] == [made["device_id"]]


def test_what_is_anothers_is_not_found(gateway: LocalGateway) -> None:
    mine, theirs = register(gateway), register(gateway)
    api, other = (client(gateway, made["access_token"]) for made in (mine, theirs))
    key = created(other.post("keys", {"name": "x", "scopes": ["read"]}))
    for path in (f"devices/{theirs['device_id']}", f"keys/{key['id']}", "devices/nothing", "keys/nothing"):
        api.call("DELETE", f"/api/v1/{path}").failed("not_found", 404)
    api.post(f"devices/{theirs['device_id']}", {"name": "mine"}).failed("not_found", 404)
    api.get("auth/me", project=other.get("auth/me").good["project"]["id"]).failed("not_found", 404)
    other.get("auth/me").good  # noqa: B018
    client(gateway, key["key"]).get("auth/me").good  # noqa: B018


def test_a_command_revokes_at_once_beside_the_gateway(gateway: LocalGateway) -> None:
    made = register(gateway)
    api = client(gateway, made["access_token"])
    api.get("auth/me").good  # noqa: B018
    gateway.command("device", "revoke", made["device_id"])
    refused(api.get("auth/me"))
    secret = gateway.command("apikey", "create", "backup", "--scope", "read").decode().strip()
    script = client(gateway, secret)
    gateway.command("apikey", "revoke", script.get("auth/me").good["key"]["id"])
    refused(script.get("auth/me"))


def exchange(gateway: LocalGateway, data: bytes) -> bytes:
    parts = urlsplit(gateway.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(data)
        return connection.recv(65536)


def test_no_secret_is_stored_or_logged(gateway: LocalGateway) -> None:
    made = register(gateway)
    api = client(gateway, made["access_token"])
    renewed = client(gateway).post("auth/refresh", {"refresh_token": made["refresh_token"]}).good
    keys = [key_of(api, "upload"), key_of(api, "read")]
    for key in keys:
        client(gateway, Authorization=basic(key)).get("auth/me").good  # noqa: B018
        refused(client(gateway).get("auth/me", **{"api-key": key}))
        client(gateway).get("nothing", **{"api-key": key}).failed("not_found", 404)
        client(gateway).get("devices/x", e=200, **{"api-key": key})
        exchange(gateway, f"GET /api/v1/auth/me?api-key={key} HTTP/1.1\r\nbroken {key}\r\n\r\n".encode())
        exchange(gateway, f"GET http://x/api/v1/auth/me?api-key={key} HTTP/1.0\r\n\r\n".encode())
        client(gateway).call("POST", "/api/v1/auth/refresh", f'{{"refresh_token":"{key}'.encode()).failed(
            "bad_request", 400
        )
    path = f"/api/v1/files/upload?path=/documents/a.txt&api-key={keys[0]}"
    assert client(gateway).call("POST", path, b"hello").status == 201
    refused(client(gateway).call("POST", path.replace(keys[0], keys[1]), b"hello"))
    for fields in (
        {"device_id": made["device_id"], "device_secret": made["device_secret"] + "x"},
        {"device_id": keys[0]},
    ):
        client(gateway).post("auth/login", fields)
    secrets = [
        PASSWORD, made["device_secret"], *keys, *(base64.b64encode(f"anybody:{key}".encode()).decode() for key in keys),
        *(pair[name] for pair in (made, renewed) for name in ("access_token", "refresh_token")),
    ]  # fmt: skip
    folder = Path(gateway.environment["SYNC_DATA_DIR"])
    stored = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    log = gateway._log.read_bytes()
    assert made["device_id"].encode() in stored
    assert made["device_id"].encode() in log
    assert any(json.loads(line).get("path") == "/api/v1/auth/me" for line in log.splitlines() if line.startswith(b"{"))
    for secret in secrets:
        assert secret.encode() not in stored
        assert secret.encode() not in log


def limited(call: Callable[[], Answer], most: int) -> Answer:
    """The first answer that is too much; a minute may end between."""
    answers = (call() for _ in range(2 * most + 1))
    return next(answer for answer in answers if answer.status == 429)


def test_limits_and_closed_doors() -> None:
    with Local({"SYNC_RATE_AUTH": "3", "SYNC_RATE_KEY": "5"}) as gateway:
        line = [sys.executable, "-m", "gateway", "user", "add", "ana@example.com", "--password-stdin"]
        subprocess.run(line, env=gateway.environment, input=PASSWORD, text=True, check=True, capture_output=True)
        made = register(gateway, "ana@example.com")
        fields = {"email": "eve@example.com", "password": PASSWORD, "name": "x", "type": "linux"}
        unknown = client(gateway).post("auth/register", fields)
        wrong = client(gateway).post("auth/register", fields | {"email": "ana@example.com", "password": "wrong horse"})
        refused(unknown)
        assert unknown.body == wrong.body
        login = {"device_id": made["device_id"], "device_secret": made["device_secret"]}
        answer = limited(lambda: client(gateway).post("auth/login", login | {"device_secret": "x"}), 3)
        assert int(answer.headers["retry-after"]) == answer.failed("rate_limited", 429)["wait"] > 0
        limited(lambda: client(gateway).post("auth/register", fields), 3)
        api = client(gateway, made["access_token"])
        other = client(gateway, gateway.command("apikey", "create", "x").decode().strip())
        limited(lambda: api.get("auth/me"), 5)
        assert other.get("auth/me").status == 200


def test_logins_that_succeed_do_not_count() -> None:
    with Local({"SYNC_RATE_AUTH": "3", "SYNC_ALLOW_SIGNUP": "true"}) as gateway:
        made = register(gateway)
        login = {"device_id": made["device_id"], "device_secret": made["device_secret"]}
        for _ in range(6):
            client(gateway).post("auth/login", login).good  # noqa: B018
