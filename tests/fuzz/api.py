"""``make fuzz-api``: holds a running gateway against the description of its API, with schemathesis.

A run finds a server's fault, and an answer whose status, type, headers or body the description does not tell of.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from gateway.http.description import described
from gateway.simwatch.localgateway import LocalGateway
from tests.client import Api, pair
from tests.conftest import NO_LIMITS
from tests.http.store import PASSWORD, PREFIX, client, created, put, send
from tests.samples import fit, gpx_route

ROOT: Final = Path(__file__).parents[2]
DESCRIPTION: Final = ROOT / "gateway" / "http" / "openapi.json"
SEEN: Final = ROOT / ".fuzz" / "api.log"
CHECKS: Final = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance", "unsupported_method", "rules_of_the_watch_api",
)  # fmt: skip
APART: Final = ("logout", "register", "live")  # ends the sign-in, costs a password hash each time, is no plain HTTP
REGISTRATION: Final = {"email": "ada@example.com", "password": PASSWORD, "name": "laptop", "type": "linux"}
_SCOPES: Final = ("read", "write", "upload", "account")


def seeded(gateway: LocalGateway) -> dict[str, Any]:
    """Fill a gateway; gives credentials, and ids by the parameter that takes them."""
    api, watch = client(gateway, *_SCOPES), pair(gateway, "fenix 7")
    for n in range(2):
        pair(gateway, f"spare {n}")
    files = [put(api, f"/documents/{n}.txt", b"note %d" % n) for n in range(8)]
    files += [put(api, "/routes/tour.gpx", gpx_route()), put(api, "/activities/run.fit", fit())]
    files += [put(api, "/config/garmin.json", b'{"zones":[120,140,160]}')]
    stale = [put(api, f["path"], b"newer %d" % n, {"If-Match": '"9"'}) for n, f in enumerate(files[:3])]
    for file in files[3:6]:
        api.call("DELETE", f"{PREFIX}/files/{file['id']}").good  # noqa: B018
    for n in range(3):
        assert send(api, b'{"damaged": %d' % n, name=f"damaged-{n}.json").status == 422
    watch.upload("zones.json", b'{"hr":[120,140,160]}').good  # noqa: B018
    spare = [api.post("keys", {"name": "spare", "scopes": ["read"]}).json["id"] for _ in range(8)]
    own = next(key["id"] for key in api.get("keys").good["keys"] if key.get("current"))
    signed_in = created(Api(gateway.url, prefix=PREFIX).post("auth/register", REGISTRATION))
    begun = Api(gateway.url).post("pair", {"device": "waits", "name": "esp32"}).good
    devices = {device["name"]: device["id"] for device in api.get("devices").good["devices"]}
    return {
        "key": api.token,
        "watch": watch.token,
        "signed_in": {
            **{key: signed_in[key] for key in ("device_id", "device_secret", "refresh_token")},
            "password": api.token,
        },
        "own_key": own,
        "own_device": devices["fenix 7"],
        "ids": {
            "file_id": [file["id"] for file in (*files, *stale)],
            "key_id": spare,
            "device_id": [*devices.values()],
            "conflict_id": [each["id"] for each in api.get("conflicts").good["conflicts"]],
            "activity_id": [each["id"] for each in api.get("activities").good["activities"]],
            "rejected_id": [each["id"] for each in api.get("rejected").good["rejected"]],
            "pairing": [begun["id"]],
        },
    }


def asked() -> list[str]:
    """Name the types that requests are made of: what they have besides is passed over, as the contract says."""
    document = json.loads(described())
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    waiting = [operation["requestBody"] for operation in operations if "requestBody" in operation]
    found: set[str] = set()
    while waiting:
        for name in _named(waiting.pop()) - found:
            found.add(name)
            waiting.append(document["components"]["schemas"][name])
    return sorted(found)


def _named(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(_named, node))
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"].rpartition("/")[2]} if "$ref" in node else set()
    return own.union(*map(_named, node.values()))


def run(seed: int, seen: Path, *more: str) -> "subprocess.CompletedProcess[bytes]":
    """Run schemathesis over a gateway of its own; ``seen`` gets a line for each answer, its folder what failed."""
    apart = [word for name in APART for word in ("--exclude-operation-id", name)]
    with LocalGateway(NO_LIMITS | {"SYNC_ALLOW_SIGNUP": "true"}) as gateway:
        line = [
            sys.executable, "-m", "schemathesis.cli", "run", str(DESCRIPTION), f"--url={gateway.url}",
            f"--checks={','.join(CHECKS)}", f"--seed={seed}", "--generation-database=none", "--warnings=off",
            *apart, *more,
        ]  # fmt: skip
        world = {"seed": seed, "seen": str(seen), "asked": asked(), **seeded(gateway)}
        environment = {
            "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.fuzz.api_hooks", "API_WORLD": json.dumps(world),
        }  # fmt: skip
        return subprocess.run(line, cwd=seen.parent, env=os.environ | environment, check=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0, help="0: another one each time")
    chosen = parser.parse_args()
    seed = chosen.seed or int.from_bytes(os.urandom(4))
    SEEN.parent.mkdir(exist_ok=True)
    SEEN.unlink(missing_ok=True)
    sys.exit(run(seed, SEEN, f"--max-time={chosen.seconds}", "--continue-on-failure").returncode)


if __name__ == "__main__":
    main()
