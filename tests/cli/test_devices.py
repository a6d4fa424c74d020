"""``wristgate device``, ``devices`` and ``user list`` beside a real gateway."""

import json
import subprocess
import sys

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.cli.test_config import run
from tests.client import Api, pair


def test_a_device_by_its_name(gateway: LocalGateway) -> None:
    device = pair(gateway, "Läufer")
    told = json.loads(gateway.command("device", "show", "läufer", "--json"))
    assert (told["name"], told["type"], told["pending"], told["user"]) == ("Läufer", "garmin", 0, "owner")
    assert f"Id\t{told['id']}\n" in gateway.command("device", "show", told["id"]).decode()
    assert gateway.command("device", "rename", "LÄUFER", "Blau") == "LÄUFER is called Blau now.\n".encode()
    names = [row["name"] for row in json.loads(gateway.command("device", "list", "--json"))]
    assert names == [row["name"] for row in json.loads(gateway.command("devices", "--json"))]
    assert "Blau" in names
    assert device.get("status").status == 200
    assert gateway.command("device", "revoke", "blau") == f"Revoked Blau ({told['id']}). Its files stay.\n".encode()
    device.get("status").failed("unauthorized", 401)


def test_a_name_that_two_users_gave(gateway: LocalGateway) -> None:
    settings = {"SYNC_DATA_DIR": gateway.environment["SYNC_DATA_DIR"]}
    for email in ("first@example.com", "second@example.com"):  # the first one becomes the owner
        api = Api(gateway.url)
        started = api.post("pair", {"device": email, "name": "twin", "app": "1"}).good
        words = ("user", "add", email, "--password-stdin")
        subprocess.run(
            [sys.executable, "-m", "gateway", *words], env=gateway.environment, input=b"correct horse battery\n",
            check=True, capture_output=True,
        )  # fmt: skip
        shown = json.loads(gateway.command("pair", started["code"], "--user", email, "--json"))
        assert shown["name"] == "twin"
    done = run("device", "revoke", "twin", **settings)
    assert (done.returncode, done.stdout) == (1, "")
    assert "2 devices are called twin: say which by its id" in done.stderr
    users = {row["email"]: row for row in json.loads(gateway.command("user", "list", "--json"))}
    assert (users["first@example.com"]["owner"], users["second@example.com"]["owner"]) == (True, False)
    assert users["second@example.com"]["devices"] == 1
    lines = gateway.command("user", "list").decode().splitlines()
    assert lines[1].split("\t")[:4] == ["second@example.com", "0", "0 bytes", "1"]


@pytest.mark.parametrize("words", [("show", "none"), ("rename", "none", "some"), ("revoke", "none")])
def test_nobody_is_called_that(gateway: LocalGateway, words: tuple[str, ...]) -> None:
    done = run("device", *words, SYNC_DATA_DIR=gateway.environment["SYNC_DATA_DIR"])
    assert (done.returncode, done.stderr) == (1, "wristgate: no device none: see wristgate devices\n")


def test_a_key_by_its_name(gateway: LocalGateway) -> None:
    made = json.loads(gateway.command("apikey", "create", "script", "--json"))
    assert Api(gateway.url, made["secret"], "/api/v1").get("auth/me").status == 200
    assert gateway.command("apikey", "revoke", "Script").startswith(b"Revoked script (")
