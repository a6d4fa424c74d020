"""``compose.yml`` fits together, and with the image."""

import re
from typing import Any

import yaml

from tests.deploy.dockerfile import USER, data_folder, healthcheck, listening
from tests.deploy.proxies import DEPLOY


def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text())
    return document


def test_compose_declares_what_its_services_use() -> None:
    document = compose()
    for service in document["services"].values():
        assert set(service.get("secrets", [])) <= set(document["secrets"])
        assert set(service["networks"]) <= set(document["networks"])
        assert set(service.get("depends_on", [])) <= set(document["services"])
        assert "profiles" not in document["services"]["gateway"]
        named = {volume.partition(":")[0] for volume in service["volumes"]}
        assert {name for name in named if not name.startswith(".")} <= set(document["volumes"])
        assert all((DEPLOY / name).exists() for name in named if name.startswith("."))
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["logging"]["options"]["max-size"]
        assert service["mem_limit"]


def test_compose_and_the_image_agree() -> None:
    document = compose()
    gateway, caddy = document["services"]["gateway"], document["services"]["caddy"]
    assert gateway["mem_limit"] == "200m"
    assert f"data:{data_folder()}" in gateway["volumes"]
    assert caddy["environment"]["WRISTGATE_UPSTREAM"] == f"gateway:{listening()}"
    [network] = document["networks"]["inside"]["ipam"]["config"]
    assert gateway["environment"]["SYNC_TRUSTED_PROXIES"] == network["subnet"]
    assert gateway["environment"]["SYNC_MASTER_KEY_FILE"].removeprefix("/run/secrets/") in document["secrets"]
    assert gateway["healthcheck"]["test"][1:] == healthcheck()
    named = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yml").read_text()))
    told = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "compose.env.example").read_text(), re.MULTILINE))
    assert named == told
    assert set(re.findall(r"\{\$([A-Z_]+)", (DEPLOY / "Caddyfile").read_text())) == set(caddy["environment"])
    assert f"chown {USER} secrets" in (DEPLOY / "compose.yml").read_text()
