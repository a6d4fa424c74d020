"""The files for Docker, Compose and Kubernetes name only what is there."""

import ast
import os
import re
import stat
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.config import Config
from tests.deploy.proxies import DEPLOY
from tests.e2e.program import ROOT

SETTINGS = {item.metadata["name"] for item in fields(Config)}
COMING = {
    "SYNC_MASTER_KEY", "SYNC_MASTER_KEY_FILE", "SYNC_BACKUP_TO", "SYNC_BACKUP_PASSPHRASE", "SYNC_BACKUP_DAYS",
}  # fmt: skip
"""Being written at the same time: to be removed with their arrival."""
KUBERNETES = DEPLOY / "kubernetes"
USER = 10001
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def texts() -> list[Path]:
    deploy = [file for file in DEPLOY.rglob("*") if file.is_file() and "secrets" not in file.parts]
    return [*deploy, ROOT / "Dockerfile", ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("file", texts(), ids=lambda file: str(file.relative_to(ROOT)))
def test_every_setting_that_is_named_exists(file: Path) -> None:
    assert set(re.findall(r"SYNC_[A-Z_]*[A-Z]", file.read_text())) <= SETTINGS | COMING


def test_what_is_coming_has_not_come() -> None:
    assert not COMING & SETTINGS, "remove these from COMING"


def manifests() -> dict[str, dict[str, Any]]:
    """The objects of Kubernetes by their kind; each is there once."""
    found = {}
    for file in KUBERNETES.glob("*.yaml"):
        if file.name != "kustomization.yaml":
            [document] = yaml.safe_load_all(file.read_text())
            assert document["kind"] not in found
            found[document["kind"]] = document
    return found


def pod() -> dict[str, Any]:
    template: dict[str, Any] = manifests()["Deployment"]["spec"]["template"]
    return template


def test_kustomize_names_the_files() -> None:
    kustomization = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())
    there = {file.name for file in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml", "secret.example.yaml"}
    assert set(kustomization["resources"]) == there
    assert manifests()["Namespace"]["metadata"]["name"] == kustomization["namespace"]
    assert [image["name"] for image in kustomization["images"]] == [pod()["spec"]["containers"][0]["image"]]


def test_the_service_finds_the_pod_and_the_ingress_the_service() -> None:
    found = manifests()
    labels = pod()["metadata"]["labels"]
    assert found["Service"]["spec"]["selector"] == found["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    [port] = found["Service"]["spec"]["ports"]
    [container] = pod()["spec"]["containers"]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert ports[port["targetPort"]] == listening()
    assert {
        container[probe]["httpGet"]["port"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")
    } <= set(ports)
    [rule] = found["Ingress"]["spec"]["rules"]
    [path] = rule["http"]["paths"]
    assert path["backend"]["service"] == {"name": found["Service"]["metadata"]["name"], "port": {"name": port["name"]}}
    assert found["Ingress"]["spec"]["tls"][0]["hosts"] == [rule["host"]]
    assert found["ConfigMap"]["data"]["SYNC_BASE_URL"] == f"https://{rule['host']}"


def test_what_the_pod_mounts_and_reads_exists() -> None:
    found = manifests()
    spec = pod()["spec"]
    [container] = spec["containers"]
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    assert set(mounts.values()) == set(volumes)
    assert set(mounts) == {"/tmp", data_folder()}
    claim = volumes[mounts[data_folder()]]["persistentVolumeClaim"]["claimName"]
    assert claim == found["PersistentVolumeClaim"]["metadata"]["name"]
    sources = {kind[:-3]: row["name"] for each in container["envFrom"] for kind, row in each.items()}
    assert sources == {kind: found[kind[0].upper() + kind[1:]]["metadata"]["name"] for kind in ("configMap", "secret")}


def test_one_pod_with_little_power() -> None:
    spec = manifests()["Deployment"]["spec"]
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")
    [container] = pod()["spec"]["containers"]
    assert container["resources"]["limits"]["memory"] == "200Mi"
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    security = pod()["spec"]["securityContext"]
    assert {security[name] for name in ("runAsUser", "runAsGroup", "fsGroup")} == {USER}


def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text())
    return document


def test_compose_declares_what_its_services_use() -> None:
    document = compose()
    for service in document["services"].values():
        assert set(service.get("secrets", [])) <= set(document["secrets"])
        assert set(service["networks"]) <= set(document["networks"])
        assert set(service.get("depends_on", [])) <= set(document["services"])
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


def environment() -> dict[str, str]:
    [line] = re.findall(r"^ENV (.*)$", DOCKERFILE, re.MULTILINE)
    return dict(row.split("=", 1) for row in line.split())


def listening() -> int:
    return int(environment()["SYNC_LISTEN_ADDR"].rpartition(":")[2])


def data_folder() -> str:
    return environment()["SYNC_DATA_DIR"]


def healthcheck() -> list[str]:
    [command] = re.findall(r"^HEALTHCHECK .* CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    words: list[str] = ast.literal_eval(command)
    return words


def copied() -> list[str]:
    lines = re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
    return [source.rstrip("/") for line in lines for source in line.split()[:-1]]


def test_the_dockerfile_copies_what_is_there_and_not_ignored() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    allowed = [rule.removeprefix("!") for rule in rules if rule.startswith("!")]
    assert rules[0] == "*"
    assert sorted(copied()) == sorted(allowed)
    assert all((ROOT / source).exists() for source in copied())


def test_the_dockerfile_keeps_to_hashes_and_to_a_plain_user() -> None:
    assert "--require-hashes" in DOCKERFILE
    assert f"\nUSER {USER}:{USER}\n" in DOCKERFILE
    assert f"useradd --uid {USER} " in DOCKERFILE
    assert f"EXPOSE {listening()}" in DOCKERFILE
    assert f"VOLUME {data_folder()}" in DOCKERFILE
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert not re.search("gcc|build-essential|python3-dev|-venv", last)


def test_what_the_image_runs_is_executable() -> None:
    [entry] = ast.literal_eval(re.findall(r"^ENTRYPOINT (.*)$", DOCKERFILE, re.MULTILINE)[0])
    for name in (*healthcheck(), entry):
        assert os.stat(DEPLOY / "image" / name).st_mode & stat.S_IXOTH  # noqa: PTH116
    assert re.findall(r"^COPY --from=build (\S+)", DOCKERFILE, re.MULTILINE) == ["/opt/wristgate"]
