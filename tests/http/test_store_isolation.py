"""What is somebody else's does not exist: every route of the store API, with every id of another user."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import falcon.inspect
import pytest

from gateway.app import create_app
from gateway.config import Config
from gateway.model import WATCHES
from gateway.simwatch.localgateway import LocalGateway
from tests.client import Answer, Api, pair
from tests.conftest import NO_LIMITS
from tests.http.store import PREFIX, ask, client, created, device, download, paths, pulled, put, send, unique
from tests.local import Local
from tests.samples import fit

NEVER: Final = "aaaaaaaaaaaa"
KEEP: Final = {"keep": "copy"}
NO_ID: Final = {
    "/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/logout", "/api/v1/auth/me",
    "/api/v1/devices", "/api/v1/keys", "/api/v1/files/upload", "/api/v1/files/download", "/api/v1/files/list",
    "/api/v1/trash", "/api/v1/conflicts", "/api/v1/rejected", "/api/v1/sync/status", "/api/v1/sync/pull",
    "/api/v1/sync/push", "/api/v1/sync/live", "/api/v1/activities", "/api/v1/activities/totals",
    "/api/v1/import/generic", "/api/v1/import/fitotrack", "/api/v1/whoami",
    "/api/v2/import/generic", "/api/v2/import/fitotrack", "/api/v2/whoami", "/api/v2/workouts",
    "/api/v1/activities/create/upload", "/api/workouts", "/api/auth/login", "/api/auth/profile", "/api/sports",
    "/api/v1/openapi.json",
}  # fmt: skip
WITH_ID: Final[dict[tuple[str, str], tuple[str, object]]] = {
    ("DELETE", "/api/v1/devices/{device_id}"): ("device", None),
    ("POST", "/api/v1/devices/{device_id}"): ("device", {"name": "stolen"}),
    ("DELETE", "/api/v1/keys/{key_id}"): ("key", None),
    ("DELETE", "/api/v1/files/{file_id}"): ("file", None),
    ("GET", "/api/v1/files/{file_id}/info"): ("file", None),
    ("GET", "/api/v1/files/{file_id}/versions"): ("file", None),
    ("POST", "/api/v1/files/{file_id}/move"): ("file", {"path": "/photos/stolen.bin"}),
    ("POST", "/api/v1/files/{file_id}/restore"): ("file", {"version": 1}),
    ("DELETE", "/api/v1/trash/{file_id}"): ("trashed", None),
    ("POST", "/api/v1/trash/{file_id}/restore"): ("trashed", {}),
    ("POST", "/api/v1/conflicts/{conflict_id}"): ("conflict", KEEP),
    ("GET", "/api/v1/rejected/{rejected_id}/download"): ("rejected", None),
    ("POST", "/api/v1/rejected/{rejected_id}/retry"): ("rejected", {}),
    ("GET", "/api/v1/activities/{activity_id}"): ("activity", None),
    ("GET", "/api/v1/activities/{activity_id}/track"): ("activity", None),
    ("GET", "/api/v1/activities/{activity_id}/export.{ending}"): ("activity", None),
}
"""Each route with an id: of what, and a body with which it works for the owner."""

IN_QUERY: Final = ("/api/v1/files/download?id={}", "/api/v1/files/download?id={}&version=1")


SEEN: Final = ("activities", "trash", "conflicts", "rejected", "devices", "keys", "sync/status")


@dataclass
class Owned:
    """A user with one of everything."""

    api: Api
    ids: dict[str, str]

    def state(self) -> dict[str, Any]:
        """All that its owner sees."""
        seen = {path: ask(self.api, path).good for path in SEEN}
        for row in seen["devices"]["devices"]:
            row["last_seen"] = None
        for key in seen["keys"]["keys"]:
            key["last_used"] = None
        seen["sync/status"]["devices"] = None
        return seen | {"changes": pulled(self.api)[0]}


def own(gateway: LocalGateway, email: str) -> Owned:
    api = device(gateway, email)
    key = created(api.post("keys", {"name": "script", "scopes": ["read"]}))["id"]
    trashed = put(api, "/documents/trashed.bin", unique())["id"]
    api.call("DELETE", f"{PREFIX}/files/{trashed}").good  # noqa: B018
    put(api, "/documents/file.bin", unique())
    file = put(api, "/documents/file.bin", unique())["id"]
    conflict = created(send(api, unique(), {"If-Match": '"1"'}, path="/documents/file.bin"))["conflict"]["id"]
    send(api, fit()[:-4], name="rejected.fit").failed("invalid_file", 422)
    created(send(api, fit(), name="run.fit"))
    ids = {"key": key, "trashed": trashed, "file": file, "conflict": conflict}
    ids["device"] = api.get("auth/me").good["device"]["id"]
    ids["rejected"] = api.get("rejected").good["rejected"][0]["id"]
    ids["activity"] = api.get("activities").good["activities"][0]["id"]
    return Owned(api, ids)


@pytest.fixture(scope="module")
def gateway() -> Iterator[LocalGateway]:
    """Strangers may sign up."""
    with Local(NO_LIMITS | {"SYNC_ALLOW_SIGNUP": "true"}) as running:
        yield running


@pytest.fixture(scope="module")
def victim(gateway: LocalGateway) -> Owned:
    return own(gateway, "victim@example.com")


@pytest.fixture(scope="module")
def thief(gateway: LocalGateway) -> Owned:
    return own(gateway, "thief@example.com")


def calls(ids: dict[str, str]) -> Iterator[tuple[str, str, object]]:
    """Every call that takes an id: the method, the path with ``{}`` for the id, the body; of what there is an id."""
    for (method, route), (noun, body) in WITH_ID.items():
        if noun in ids:
            place = route[: route.index("{")] + "{}" + route[route.index("}") + 1 :].replace("{ending}", "fit")
            yield method, f"{place}#{noun}", body
    for path in IN_QUERY:
        yield "GET", f"{path}#file", None


def ask_each(api: Api, ids: dict[str, str], of: Callable[[str], str]) -> dict[str, Answer]:
    """Make every call with the id that ``of`` gives for the noun."""
    got = {}
    for method, path, body in calls(ids):
        where, _, noun = path.partition("#")
        data = None if body is None else json.dumps(body).encode()
        got[f"{method} {path}"] = api.call(method, where.format(of(noun)), data)
    return got


def test_every_route_is_known_here(tmp_path: Path) -> None:
    """A route that is new must be placed in one of the tables above, so that the tests below walk over it."""
    app: Any = create_app(Config.from_env({"SYNC_DATA_DIR": str(tmp_path)}))
    watches = tuple(f"/api/v1/{kind}/" for kind in WATCHES)
    routes = [route for route in falcon.inspect.inspect_routes(app._app) if route.path.startswith("/api/")]
    walked = {
        (method.method, route.path)
        for route in routes if not route.path.startswith(watches)
        for method in route.methods if not method.internal
    }  # fmt: skip
    assert {call for call in walked if call[1] not in NO_ID} == WITH_ID.keys()
    assert {path for _, path in walked} >= NO_ID


def test_ids_of_others_are_ids_that_never_were(victim: Owned, thief: Owned) -> None:
    before = victim.state()
    got = ask_each(thief.api, victim.ids, lambda noun: victim.ids[noun])
    never = ask_each(thief.api, victim.ids, lambda _: NEVER)
    for call, answer in got.items():
        answer.failed("not_found", 404)
        assert _nameless(answer, *victim.ids.values()) == _nameless(never[call], NEVER), call
        by_chance = {"connection"}  # closes where the answer was faster than the body
        assert answer.headers.keys() - by_chance == never[call].headers.keys() - by_chance
    assert len(got) >= 13
    assert victim.state() == before


def _nameless(answer: Answer, *ids: str) -> str:
    """An answer without the id that the caller has sent."""
    text = answer.body.decode()
    for key in ids:
        text = text.replace(key, "ID")
    return text


def test_they_are_somebody_s(gateway: LocalGateway) -> None:
    """The same calls work for their owner, so that it is not something else that was not found."""
    owner = own(gateway, "owner@example.com")
    ids = {noun: key for noun, key in owner.ids.items() if noun != "device"}
    for method, path, body in calls(ids):
        where, _, noun = path.partition("#")
        if (method, where) == ("DELETE", "/api/v1/files/{}"):
            continue  # and then it is gone
        if noun == "trashed" and method == "POST":
            continue
        answer = owner.api.call(method, where.format(ids[noun]), None if body is None else json.dumps(body).encode())
        assert answer.status not in {400, 404, 405, 500}, (method, path, answer.body)


def test_projects_of_others_are_none(victim: Owned, thief: Owned) -> None:
    project = victim.api.get("auth/me").good["project"]["id"]
    before = victim.state()
    for method, named, body in [
        *calls(victim.ids),
        ("GET", "/api/v1/files/list", None), ("GET", "/api/v1/sync/pull", None), ("GET", "/api/v1/sync/status", None),
        ("POST", "/api/v1/sync/push", {"changes": []}), ("GET", "/api/v1/trash", None),
        ("GET", "/api/v1/conflicts", None), ("GET", "/api/v1/rejected", None),
        ("POST", "/api/v1/files/upload", {}), ("GET", "/api/v1/auth/me", None),
    ]:  # fmt: skip
        path, data = (
            named.partition("#")[0].format(victim.ids["file"]),
            None if body is None else json.dumps(body).encode(),
        )
        mark = "&" if "?" in path else "?"
        answers = [thief.api.call(method, f"{path}{mark}project={name}", data) for name in (project, NEVER, "%7F")]
        for answer in answers:
            answer.failed("not_found", 404)
        assert answers[0].body == answers[1].body
    assert victim.state() == before
    own_project = thief.api.get("auth/me").good["project"]["id"]
    assert ask(thief.api, "files/list", project=own_project).status == 200
    assert ask(thief.api, "files/list", project="home").status == 200


@pytest.fixture(scope="module")
def below(gateway: LocalGateway, victim: Owned) -> Api:
    """A key of the victim's for one folder of it."""
    put(victim.api, "/photos/own.bin", unique())
    put(victim.api, "/photos-not/other.bin", unique())
    put(victim.api, "/aaa first.bin", unique())
    return client(gateway, "read", "write", folder="/photos", user="victim@example.com")


def test_a_key_of_a_folder_sees_nothing_beside_it(victim: Owned, below: Api) -> None:
    before = victim.state()
    ids = {noun: key for noun, key in victim.ids.items() if noun not in {"device", "key"}}
    got = ask_each(below, ids, lambda noun: ids[noun])
    never = ask_each(below, ids, lambda _: NEVER)
    for call, answer in got.items():
        answer.failed("not_found", 404)
        assert _nameless(answer, *ids.values()) == _nameless(never[call], NEVER), call
    download(below, path="/documents/file.bin").failed("not_found", 404)
    assert ask(below, "trash").good["files"] == ask(below, "conflicts").good["conflicts"] == []
    assert [row["file"]["path"] for row in pulled(below)[0]] == ["/photos/own.bin"]
    for path in ("/documents/new.bin", "/photos-not/new.bin", "/new.bin", "/photos", "/photos/../x.bin"):
        assert send(below, unique(), path=path).status in {400, 403}
    change = {"n": "1", "op": "move", "path": "/photos/own.bin", "to": "/documents/out.bin", "base": 1}
    [row] = below.post("sync/push", {"changes": [change]}).good["results"]
    assert (row["result"], row["error"]) == ("refused", "forbidden")
    file = ask(below, "files/list", path="/photos").good["entries"][0]["id"]
    below.post(f"files/{file}/move", {"path": "/documents/out.bin"}).failed("forbidden", 403)
    assert victim.state() == before


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_lists_and_their_cursors_tell_a_folder_s_key_nothing(below: Api, limit: int) -> None:
    for folder in ("/", "/documents", "/photos-not", "/aaa first.bin", "/photos", "/PHOTOS", "/nothing"):
        for recursive in (0, 1):
            page = ask(below, "files/list", path=folder, recursive=recursive, limit=limit).good
            assert {entry["path"] for entry in page["entries"]} <= {"/photos", "/photos/own.bin"}
            assert "cursor" not in page
    assert paths(below) == ["/photos/own.bin"]


def test_what_leaves_the_folder_is_deleted_for_its_key(victim: Owned, below: Api) -> None:
    cursor = pulled(below)[1]
    file = put(victim.api, "/documents/comes.bin", unique())["id"]
    victim.api.post(f"files/{file}/move", {"path": "/photos/came.bin"}).good  # noqa: B018
    victim.api.post(f"files/{file}/move", {"path": "/documents/went.bin"}).good  # noqa: B018
    changes, _ = pulled(below, cursor)
    assert [(row["op"], row["file"]["path"]) for row in changes] == [
        ("put", "/photos/came.bin"), ("delete", "/photos/came.bin"),
    ]  # fmt: skip
    told = json.dumps(changes)
    assert "comes.bin" not in told
    assert "went.bin" not in told


def test_a_settled_conflict_beside_the_folder(below: Api, victim: Owned) -> None:
    put(victim.api, "/documents/settled.bin", unique())
    answer = send(victim.api, unique(), {"If-Match": '"9"'}, path="/documents/settled.bin")
    key = created(answer)["conflict"]["id"]
    victim.api.post(f"conflicts/{key}", KEEP).good  # noqa: B018
    for keep in ("copy", "both"):
        below.post(f"conflicts/{key}", {"keep": keep}).failed("not_found", 404)


def test_a_key_that_may_only_upload(gateway: LocalGateway, victim: Owned) -> None:
    phone = client(gateway, "upload", user="victim@example.com")
    before = victim.state()
    for call, answer in ask_each(phone, victim.ids, lambda noun: victim.ids[noun]).items():
        assert answer.failed("forbidden", 403)["m"], call
    for path in ("files/list", "sync/status", "sync/pull", "trash", "conflicts", "devices", "keys", "files/download"):
        ask(phone, path).failed("forbidden", 403)
    phone.post("sync/push", {"changes": []}).failed("forbidden", 403)
    assert victim.state() == before


def test_the_token_of_a_watch_opens_nothing_here(gateway: LocalGateway, victim: Owned) -> None:
    watch = pair(gateway)
    api = Api(gateway.url, watch.token, PREFIX)
    for answer in ask_each(api, victim.ids, lambda noun: victim.ids[noun]).values():
        answer.failed("unauthorized", 401)
    for path in ("files/list", "sync/status", "sync/pull", "auth/me"):
        ask(api, path).failed("unauthorized", 401)
    send(api, unique(), path="/documents/watch.bin").failed("unauthorized", 401)
    Api(gateway.url, victim.api.token).get("status").failed("unauthorized", 401)
