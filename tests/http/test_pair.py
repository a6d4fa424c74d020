"""Pairing over the watch API."""

import re

import pytest

from gateway.simwatch.localgateway import GatewayFailed, LocalGateway
from tests.client import Api, pair


def start(api: Api, ident: str = "abc", **more: object) -> dict[str, object]:
    return api.post("pair", {"device": ident, "name": "fenix 7", "app": "1.0.0", **more}).good


def test_code_and_secret(gateway: LocalGateway) -> None:
    begun = start(Api(gateway.url))
    assert re.fullmatch("[ABCDEFGHJKMNPQRSTVWXYZ23456789]{8}", str(begun["code"]))
    assert len(str(begun["id"])) >= 22
    assert begun["url"] == f"{gateway.url}/pair"
    assert (begun["ttl"], begun["poll"]) == (900, 5)


def test_the_same_token_until_it_is_used_then_gone(gateway: LocalGateway) -> None:
    api = Api(gateway.url)
    begun = start(api, "repeat")
    assert api.get("pair", id=begun["id"]).good["state"] == "wait"
    gateway.command("pair", str(begun["code"]).lower())
    first = api.get("pair", id=begun["id"]).good
    assert first["state"] == "ready"
    assert first["name"].startswith("fenix 7")
    assert api.get("pair", id=begun["id"]).good == first
    Api(gateway.url, first["token"]).get("status").good  # noqa: B018
    api.get("pair", id=begun["id"]).failed("gone", 410)


def test_pairing_again_keeps_the_old_token_until_the_new_one_is_used(gateway: LocalGateway) -> None:
    old = pair(gateway, ident="twice")
    new = pair(gateway, ident="twice")
    # the old token was never used, so the new pairing has replaced it at once
    old.get("status").failed("unauthorized", 401)
    newer = pair(gateway, ident="twice")
    new.get("status").failed("unauthorized", 401)
    newer.get("status").good  # noqa: B018
    newest = pair(gateway, ident="twice")
    newer.get("status").good  # noqa: B018
    newest.get("status").good  # noqa: B018
    newer.get("status").failed("unauthorized", 401)


def test_two_devices_of_one_name_get_names_of_their_own(gateway: LocalGateway) -> None:
    pair(gateway, "venu 3", "one")
    api = Api(gateway.url)
    begun = api.post("pair", {"device": "two", "name": "venu 3"}).good
    gateway.command("pair", begun["code"])
    assert api.get("pair", id=begun["id"]).good["name"] == "venu 3 (2)"


@pytest.mark.parametrize("device", [None, "", 5, "x" * 65, "a\u0000b", {}])
def test_bad_device(gateway: LocalGateway, device: object) -> None:
    m = Api(gateway.url).post("pair", {"device": device, "name": "n"}).failed("bad_request", 400)["m"]
    assert m.startswith("device")


def test_poll_without_or_with_an_invented_id(gateway: LocalGateway) -> None:
    Api(gateway.url).get("pair").failed("bad_request", 400)
    Api(gateway.url).get("pair", id="a" * 43).failed("not_found", 404)


def test_wrong_code_at_the_command_line(gateway: LocalGateway) -> None:
    with pytest.raises(GatewayFailed, match="no device waits with this code"):
        gateway.command("pair", "AAAA-AAAA")
    with pytest.raises(GatewayFailed, match="no pairing code"):
        gateway.command("pair", "HELLO")


def test_hostile_names_become_harmless_folders(gateway: LocalGateway) -> None:
    api = Api(gateway.url)
    begun = api.post("pair", {"device": "h", "name": "../\u202e x\u0000:/ CON"}).good
    gateway.command("pair", begun["code"])
    name = api.get("pair", id=begun["id"]).good["name"]
    assert not set(name) & set('/\\:\u202e\u0000"')


def test_iot_is_the_same_api(gateway: LocalGateway) -> None:
    device = pair(gateway, "esp32", prefix="/api/v1/iot")
    assert device.get("status").good["pending"] == 0
