"""The manifests for Kubernetes fit together."""

from typing import Any

import yaml

from tests.deploy.dockerfile import USER, data_folder, listening
from tests.deploy.proxies import DEPLOY

KUBERNETES = DEPLOY / "kubernetes"


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
