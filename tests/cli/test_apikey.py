"""``wristgate apikey`` on a data folder, as an operator uses it."""

import json
import subprocess

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.cli.test_config import run
from tests.client import Api


def apikey(gateway: LocalGateway, *words: str) -> subprocess.CompletedProcess[str]:
    return run("apikey", *words, SYNC_DATA_DIR=gateway.environment["SYNC_DATA_DIR"], TZ="UTC")


def rows(gateway: LocalGateway) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = json.loads(apikey(gateway, "list", "--json").stdout)
    return listed


def test_create_list_revoke(gateway: LocalGateway) -> None:
    assert "apikey create NAME" in apikey(gateway, "list").stderr
    assert rows(gateway) == []
    made = apikey(gateway, "create", "phone", "--scope", "upload", "--folder", "/activities")
    secret = made.stdout.strip()
    assert made.stdout == f"{secret}\n"
    assert secret.startswith("wg_")
    [row] = rows(gateway)
    assert (row["name"], row["scopes"], row["folder"]) == ("phone", ["upload"], "/activities")
    assert f"wristgate apikey revoke {row['id']}" in made.stderr
    assert secret not in made.stderr

    api = Api(gateway.url, secret, "/api/v1")
    me = api.get("auth/me").good
    assert (me["key"]["id"], me["scopes"]) == (row["id"], ["upload"])
    table = apikey(gateway, "list").stdout
    assert table.split("\t")[:5] == [row["id"], "phone", "owner", "upload", "/activities"]
    assert secret not in table

    done = apikey(gateway, "revoke", str(row["id"]))
    assert done.stdout == f"Revoked phone ({row['id']}). Its files stay.\n"
    api.get("auth/me").failed("unauthorized", 401)
    assert rows(gateway) == []


def test_read_and_write_by_default(gateway: LocalGateway) -> None:
    secret = apikey(gateway, "create", "backup").stdout.strip()
    assert Api(gateway.url, secret, "/api/v1").get("auth/me").good["scopes"] == ["read", "write"]


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("create", "x", "--scope", "all"), "scopes: must be some of read, write, upload, account", 2),
        (("create", "x", "--folder", "photos"), "folder: must start with /", 2),
        (("create", ""), "name: is empty or not possible", 2),
        (("create", "x", "--user", "nobody@example.com"), "no user nobody@example.com", 1),
        (("revoke", "nothing"), "no key nothing", 1),
    ],
)
def test_mistakes_are_one_sentence(gateway: LocalGateway, words: tuple[str, ...], said: str, code: int) -> None:
    done = apikey(gateway, *words)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", f"wristgate: {said}\n")
