"""Personal keys, and what a caller may do with the devices of its user."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.errors import BadRequest, Forbidden, NotFound, Unauthorized
from gateway.model import Access, Scope
from gateway.service import keys
from gateway.service.access import may, sender_name, still_allowed
from gateway.service.devices import MOST_FOLDERS
from gateway.service.keys import Made, read_wish, within
from tests.service.harness import NOW, Services


def refuses(call: Callable[[], Any], error: type[Exception]) -> str:
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


def make(services: Services, *scopes: str, folder: str | None = None, by: Access | None = None) -> Made:
    wish = read_wish("script", scopes, folder)
    made = services.keys.make(services.owner, wish) if by is None else services.keys.make_own(by, wish)
    result: Made = services.write(made)
    return result


def journal(services: Services, entity: str) -> list[tuple[Any, ...]]:
    with services.store.read() as transaction:
        rows = transaction.users._run(
            "select action, device from journal where entity_id = :id order by seq", id=entity
        )
        return list(rows)


def test_a_key_may_what_its_scopes_say(services: Services) -> None:
    made = make(services, "write", folder="/photos/")
    assert made.secret.startswith("wg_")
    access = services.access(made.secret)
    assert (access.user, access.project, access.folder) == (services.owner.id, services.owner.project, "/photos")
    assert (access.key, access.device, access.actor.sender) == (made.key, None, made.key.id)
    assert [scope for scope in Scope if may(access, scope)] == [Scope.WRITE, Scope.UPLOAD]
    assert journal(services, made.key.id) == [("create", None)]
    assert services.access(make(services, "read", folder="/").secret).folder is None


def test_use_is_noted_once_a_minute(services: Services) -> None:
    made = make(services, "read")
    seen = services.accesses.authenticate(made.secret)
    assert seen.news
    services.write(services.accesses.greet(seen.access))
    services.now += 59
    assert not services.accesses.authenticate(made.secret).news
    assert services.keys.all(services.owner.id)[0].last_used == NOW


def test_a_revoked_key_is_worth_nothing_and_keeps_its_name(services: Services) -> None:
    made = make(services, "read")
    access = services.access(made.secret)
    prepared = services.keys.make_own(access, read_wish("x", ["read"], None))
    services.write(services.keys.revoke(made.key.id))
    refuses(lambda: services.access(made.secret), Unauthorized)
    refuses(lambda: services.write(lambda transaction: still_allowed(transaction, access)), Unauthorized)
    refuses(lambda: services.write(prepared), Unauthorized)
    refuses(lambda: services.write(services.keys.revoke(made.key.id)), NotFound)
    assert services.keys.all() == []
    with services.store.read() as transaction:
        assert sender_name(transaction, made.key.id) == "script"


def test_nobody_gives_away_more_than_they_have(services: Services) -> None:
    by = services.access(make(services, "account", "write", folder="/photos").secret)
    for scopes in (("read",), ("upload", "read"), ("read", "write", "upload", "account")):
        refuses(lambda scopes=scopes: make(services, *scopes, folder="/photos", by=by), Forbidden)
    for folder in (None, "/", "/photos2", "/Photos", "/", "/activities"):
        refuses(lambda folder=folder: make(services, "write", folder=folder, by=by), Forbidden)
    made = make(services, "upload", folder="/photos/2026", by=by)
    assert services.access(made.secret).folder == "/photos/2026"
    assert journal(services, made.key.id) == [("create", by.actor.sender)]


@pytest.mark.parametrize(
    ("name", "scopes", "folder", "word"),
    [
        ("", ["read"], None, "name"), (" \x00", ["read"], None, "name"), ("a", [], None, "scopes"),
        ("a", ["all"], None, "scopes"), ("a", ["read", 7], None, "scopes"), ("a", [["read"]], None, "scopes"),
        ("a", ["READ"], None, "scopes"), ("a", ["read"], "photos", "folder"), ("a", ["read"], "/a/../b", "folder"),
        ("a", ["read"], "/a\x00", "folder"),
    ],
)  # fmt: skip
def test_wishes_that_cannot_be(name: str, scopes: list[object], folder: str | None, word: str) -> None:
    assert refuses(lambda: read_wish(name, scopes, folder), BadRequest).startswith(f"{word}:")


@pytest.mark.parametrize(
    ("folder", "outer", "expected"),
    [
        (None, None, True), ("/a", None, True), (None, "/a", False), ("/a", "/a", True), ("/a/b", "/a", True),
        ("/ab", "/a", False), ("/", "/a", False), ("/a", "/a/b", False),
    ],
)  # fmt: skip
def test_within(folder: str | None, outer: str | None, *, expected: bool) -> None:
    assert within(folder, outer) is expected


def test_there_is_an_end_to_keys(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST", 2)
    first = make(services, "read")
    make(services, "read")
    assert "revoke" in refuses(lambda: make(services, "read"), Forbidden)
    services.write(services.keys.revoke(first.key.id))
    make(services, "read")


def test_others_keys_and_devices_are_not_there(services: Services) -> None:
    services.register()
    stranger = services.access(services.register("bob@example.com").pair.access_token)
    key, watch = make(services, "read").key.id, services.pair().device.id
    for call in (
        lambda: services.keys.revoke(key, stranger), lambda: services.keys.revoke("nothing", stranger),
        lambda: services.devices.revoke(watch, stranger), lambda: services.devices.describe(watch, stranger, "x", None),
    ):  # fmt: skip
        refuses(lambda call=call: services.write(call()), NotFound)
    assert [device.name for device in services.devices.mine(stranger)] == ["laptop"]
    assert services.keys.all(stranger.user) == []


def test_a_device_is_renamed_and_gets_folders(services: Services) -> None:
    made = services.register(name="Laptop")
    access = services.access(made.pair.access_token)
    other = services.register(name="phone", kind="mobile").device
    changed = services.write(services.devices.describe(other.id, access, "laptop", ["/photos/", "/routes", "/photos"]))
    assert (changed.name, changed.folders) == ("laptop (2)", ("/photos", "/routes"))
    assert [device for device in services.devices.mine(access) if device.id == other.id] == [changed]
    services.write(services.devices.describe(other.id, access, "LAPTOP (2)", None))
    services.write(services.devices.describe(other.id, access, None, None))
    services.write(services.devices.describe(other.id, access, None, []))
    assert journal(services, other.id) == [("register", None), *[("describe", made.device.id)] * 3]
    for name, folders in ((" ", None), (None, ["photos"]), (None, ["/a"] * (MOST_FOLDERS + 1)), (None, ["/..", "/a"])):
        refuses(lambda n=name, f=folders: services.devices.describe(other.id, access, n, f), BadRequest)


def test_a_key_for_a_folder_gives_no_device_more(services: Services) -> None:
    key = services.access(make(services, "account", folder="/photos").secret)
    watch = services.pair().device
    refuses(lambda: services.devices.describe(watch.id, key, None, ["/routes"]), Forbidden)
    assert services.write(services.devices.describe(watch.id, key, None, ["/photos/a"])).folders == ("/photos/a",)


def test_a_device_revokes_itself_and_a_watch(services: Services) -> None:
    services.register()
    made = services.register()
    watch = services.pair(user=services.accounts.find("ana@example.com"))
    access = services.access(made.pair.access_token)
    services.write(services.devices.revoke(watch.device.id, access))
    refuses(lambda: services.write(services.devices.greet(watch)), Unauthorized)
    services.write(services.devices.revoke(made.device.id, access))
    refuses(lambda: services.write(services.devices.revoke(made.device.id, access)), Unauthorized)
    assert journal(services, made.device.id) == [("register", None), ("revoke", made.device.id)]
