"""Every route with every kind of credential: who comes in, who does not, and what each is told."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import falcon.inspect
import pytest

from gateway.app import create_app
from gateway.auth.jwt import TOKEN_SECONDS, TokenKey
from gateway.config import Config
from gateway.simwatch.localgateway import LocalGateway
from tests.client import Api, pair
from tests.conftest import NO_LIMITS
from tests.http.store import PREFIX, client, device
from tests.local import Local

NEVER: Final = "aaaaaaaaaaaa"

ROUTES: Final = {
    "anybody": """
        GET /health  GET /healthz  GET /docs  GET /docs.css  GET /style.css  GET /api/v1/openapi.json
        GET /api/v1/garmin/pair  POST /api/v1/garmin/pair  GET /api/v1/iot/pair  POST /api/v1/iot/pair
        POST /api/v1/auth/login  POST /api/v1/auth/refresh  POST /api/v1/auth/register  POST /api/auth/login
    """,
    "local": "GET /metrics  GET /metricz",
    "session": "GET /  GET /pair  POST /pair  GET /refused  POST /refused  GET /signin  POST /signin  POST /signout",
    "watch": " ".join(
        f"""
        GET /api/v1/{kind}/config  GET /api/v1/{kind}/download/{{key}}  GET /api/v1/{kind}/files
        GET /api/v1/{kind}/native/{{file_id}}.fit  GET /api/v1/{kind}/native/{{file_id}}.gpx  GET /api/v1/{kind}/status
        POST /api/v1/{kind}/ack  POST /api/v1/{kind}/records  POST /api/v1/{kind}/track  POST /api/v1/{kind}/upload
        """
        for kind in ("garmin", "iot")
    ),
    "any": """
        POST /api/v1/auth/logout  GET /api/v1/auth/me  GET /api/auth/profile  GET /api/sports
        GET /api/v1/whoami  GET /api/v2/whoami
    """,
    "read": """
        GET /api/v1/activities  GET /api/v1/activities/totals  GET /api/v1/activities/{activity_id}
        GET /api/v1/activities/{activity_id}/export.{ending}  GET /api/v1/activities/{activity_id}/track
        GET /api/v1/conflicts  GET /api/v1/files/download  GET /api/v1/files/list  GET /api/v1/files/{file_id}/info
        GET /api/v1/files/{file_id}/versions  GET /api/v1/rejected  GET /api/v1/rejected/{rejected_id}/download
        GET /api/v1/sync/live  GET /api/v1/sync/pull  GET /api/v1/sync/status  GET /api/v1/trash
    """,
    "write": """
        POST /api/v1/conflicts/{conflict_id}  DELETE /api/v1/files/{file_id}  POST /api/v1/files/{file_id}/move
        POST /api/v1/files/{file_id}/restore  POST /api/v1/rejected/{rejected_id}/retry  POST /api/v1/sync/push
        DELETE /api/v1/trash/{file_id}  POST /api/v1/trash/{file_id}/restore
    """,
    "upload": """
        POST /api/v1/files/upload  PUT /api/v1/files/upload  POST /api/v1/activities/create/upload  POST /api/workouts
        POST /api/v1/import/fitotrack  POST /api/v1/import/generic  POST /api/v2/import/fitotrack
        POST /api/v2/import/generic  POST /api/v2/workouts
    """,
    "account": """
        GET /api/v1/devices  DELETE /api/v1/devices/{device_id}  POST /api/v1/devices/{device_id}
        GET /api/v1/keys  POST /api/v1/keys  DELETE /api/v1/keys/{key_id}
    """,
}
"""What each route wants; told apart from the code, so that neither can be wrong alone."""

NEEDS: Final = {
    (method, path): need
    for need, text in ROUTES.items()
    for method, path in zip(text.split()[::2], text.split()[1::2], strict=True)
}
HOLDS: Final = {
    "watch": {"watch"},
    "owner's phone": {"any", "read", "write", "upload", "account"},
    "other user's phone": {"any", "read", "write", "upload", "account"},
    "reading key": {"any", "read"},
    "writing key": {"any", "write", "upload"},
    "uploading key": {"any", "upload"},
    "account key": {"any", "account"},
    "nothing": set[str](),
    "nonsense": set[str](),
    "made-up key": set[str](),
    "revoked key": set[str](),
    "revoked phone": set[str](),
    "revoked watch": set[str](),
    "expired phone": set[str](),
    "token of another gateway": set[str](),
}
STORE: Final = {"any", "read", "write", "upload", "account"}


@pytest.fixture(scope="module")
def gateway() -> Iterator[LocalGateway]:
    with Local(NO_LIMITS | {"SYNC_ALLOW_SIGNUP": "true"}) as running:
        yield running


@pytest.fixture(scope="module")
def credentials(gateway: LocalGateway) -> dict[str, str | None]:
    data = Path(gateway.environment["SYNC_DATA_DIR"])
    phone, revoked, watch, lost = (
        device(gateway, "ana@example.com"), device(gateway, "ana@example.com", "old"), pair(gateway), pair(gateway)
    )  # fmt: skip
    claims = TokenKey(data / "token.key").verify(phone.token or "", int(time.time()))
    long_ago = int(time.time()) - 2 * TOKEN_SECONDS
    who = claims.user, claims.device, claims.family
    key = client(gateway, "read")
    gateway.command("apikey", "revoke", key.get("auth/me").good["key"]["id"])
    phone.call("DELETE", f"{PREFIX}/devices/{revoked.get('auth/me').good['device']['id']}")
    gateway.command("device", "revoke", _id(gateway, lost))
    return {
        "watch": watch.token,
        "owner's phone": phone.token,
        "other user's phone": device(gateway, "ben@example.com").token,
        "reading key": client(gateway, "read").token,
        "writing key": client(gateway, "write").token,
        "uploading key": client(gateway, "upload").token,
        "account key": client(gateway, "account").token,
        "nothing": None,
        "nonsense": "nonsense",
        "made-up key": "wg_" + "a" * 43,
        "revoked key": key.token,
        "revoked phone": revoked.token,
        "revoked watch": lost.token,
        "expired phone": TokenKey(data / "token.key").sign(*who, long_ago, "x"),
        "token of another gateway": TokenKey(data / "other.key").sign(*who, int(time.time()), "x"),
    }


def _id(gateway: LocalGateway, watch: Api) -> str:
    """The id of a watch that has been here last."""
    before = {row["id"]: row["last_seen"] for row in json.loads(gateway.command("devices", "--json"))}
    assert watch.get("status").good
    after = {row["id"]: row["last_seen"] for row in json.loads(gateway.command("devices", "--json"))}
    return next(key for key in after if before[key] != after[key])


def test_every_route_is_in_the_table(tmp_path: Path) -> None:
    app = create_app(Config.from_env({"SYNC_DATA_DIR": str(tmp_path)}))._app
    there = {
        (method.method, route.path)
        for route in falcon.inspect.inspect_routes(app)
        for method in route.methods
        if not method.internal and method.method != "WEBSOCKET"
    }
    assert there == set(NEEDS)


@pytest.mark.parametrize("kind", HOLDS)
def test_who_comes_in(gateway: LocalGateway, credentials: dict[str, str | None], kind: str) -> None:
    api, wrong = Api(gateway.url, credentials[kind]), []
    for (method, path), need in NEEDS.items():
        if need in {"session", "local"} or path.endswith("logout"):
            continue
        where = path.replace("{ending}", "fit")
        for name in (
            "{key}",
            "{file_id}",
            "{activity_id}",
            "{rejected_id}",
            "{conflict_id}",
            "{device_id}",
            "{key_id}",
        ):
            where = where.replace(name, NEVER)
        answer = api.call(method, where, b"{}" if method in {"POST", "PUT"} else None)
        if need == "anybody" or need in HOLDS[kind]:
            expected = "in"
        elif need in STORE and HOLDS[kind] & STORE:
            expected = "403"
        else:
            expected = "401"
        got = str(answer.status) if answer.status in {401, 403} and need != "anybody" else "in"
        if got != expected or answer.status >= 500:
            wrong.append((method, path, answer.status, expected))
    assert wrong == []


@pytest.mark.parametrize("kind", HOLDS)
def test_no_credential_of_the_api_opens_a_page_or_the_metrics(
    gateway: LocalGateway, credentials: dict[str, str | None], kind: str
) -> None:
    api = Api(gateway.url, credentials[kind])
    for (method, path), need in NEEDS.items():
        if need == "local":
            api.call(method, path, headers={"X-Forwarded-For": "192.0.2.1"}).failed("unauthorized", 401)
        elif path in {"/", "/signin"} and method == "GET":  # what anybody sees
            seen = [who.call("GET", path, headers={"Accept": "text/html"}) for who in (api, Api(gateway.url))]
            assert len({re.sub(rb'value="[^"]*"', b"", answer.body) for answer in seen}) == 1
        elif need == "session" and path != "/signin":
            answer = api.call(method, path, b"" if method == "POST" else None, {"Accept": "text/html"})
            assert answer.status in {303, 400, 403}, (method, path, answer.status)
            assert answer.status != 303 or answer.headers["location"].startswith("/signin")


def test_who_signs_out_is_out(gateway: LocalGateway) -> None:
    phone, stays = device(gateway, "ana@example.com", "gone"), device(gateway, "ana@example.com", "stays")
    assert phone.post("auth/logout", {}).good
    phone.get("auth/me").failed("unauthorized", 401)
    assert stays.get("auth/me").good


def test_a_session_opens_nothing_of_the_api(gateway: LocalGateway) -> None:
    link = gateway.command("signin-link").decode().strip()
    opened = Api(gateway.url).call("POST", "/signin", f"link={link.rpartition('=')[2]}".encode())
    cookie = opened.headers.get("set-cookie", "wristgate=none").partition(";")[0]
    for (method, path), need in NEEDS.items():
        if need in STORE | {"watch"}:
            answer = Api(gateway.url).call(method, path.replace("{", "").replace("}", ""), b"", {"Cookie": cookie})
            assert answer.status == 401, (method, path, answer.status)
