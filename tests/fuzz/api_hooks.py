"""What schemathesis needs to know of the gateway: credentials, ids that exist, and rules beyond the description.

Loaded by ``schemathesis run``, which ``tests/fuzz/api.py`` starts; that leaves what it has seeded in ``API_WORLD``.
"""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import schemathesis

from tests.client import Answer

WORLD: Final = json.loads(os.environ["API_WORLD"])
FEW: Final = 0.1  # of the requests come without a credential
MOST: Final = 0.8  # of the ids are some that exist
KEPT: Final = 40  # ids of a kind, the latest
HINDERING: Final = ("project", "e", "X-Content-SHA256", "If-None-Match", "If-Match")
"""Parameters that seldom let a request get far, or hide how it went: most requests go without."""

LISTS: Final = {
    "entries": "file_id", "files": "file_id", "file": "file_id", "devices": "device_id", "keys": "key_id",
    "conflicts": "conflict_id", "rejected": "rejected_id", "activities": "activity_id",
}  # fmt: skip
"""Where answers tell of ids, and which parameter takes them."""

_chance: Final = random.Random(WORLD["seed"])
_ids: Final[dict[str, list[str]]] = {kind: list(ids) for kind, ids in WORLD["ids"].items()}


@schemathesis.hook
def before_load_schema(_context: Any, raw_schema: dict[str, Any]) -> None:
    """Take fields that are not described for a fault, though clients must pass over them; leave asked ones open."""
    for item in raw_schema["paths"].values():
        for operation in item.values():
            _close(operation["responses"])
    _close(raw_schema["components"]["responses"])
    for name, schema in raw_schema["components"]["schemas"].items():
        if name not in WORLD["asked"]:
            _close(schema)


def _close(node: Any) -> None:
    if isinstance(node, dict):
        if "properties" in node:
            node["additionalProperties"] = False
        for value in node.values():
            _close(value)
    elif isinstance(node, list):
        for value in node:
            _close(value)


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Show a credential, and name things that exist."""
    _identify(case)
    for name in case.path_parameters or ():
        case.path_parameters[name] = _id("file_id" if name == "key" else name, case.path_parameters[name])
    if case.query and "id" in case.query:
        case.query["id"] = _id("pairing" if case.path.endswith("/pair") else "file_id", case.query["id"])
    other = case.method.upper() != case.operation.method.upper()  # which is refused, whatever else it has
    for part in filter(None, (case.query, case.headers)):
        for name in HINDERING:
            if name in part and (other or _chance.random() < MOST):
                del part[name]
    _sign_in(case)
    _spare_ourselves(case)


def _identify(case: Any) -> None:
    schemes = {name for requirement in case.operation.definition.raw["security"] for name in requirement}
    case.headers.pop("Authorization", None)
    if schemes and _chance.random() >= FEW:
        case.headers["Authorization"] = f"Bearer {WORLD['watch' if 'watch' in schemes else 'key']}"


def _id(kind: str, made_up: Any) -> Any:
    known = _ids.get(kind, ())
    return _chance.choice(known) if known and _chance.random() < MOST else made_up


def _sign_in(case: Any) -> None:
    """Give what a device that has registered would give."""
    if isinstance(case.body, dict) and _chance.random() < MOST:
        case.body |= {name: known for name, known in WORLD["signed_in"].items() if name in case.body}


def _spare_ourselves(case: Any) -> None:
    if case.method.upper() == "DELETE":
        for name, own in (("key_id", WORLD["own_key"]), ("device_id", WORLD["own_device"])):
            if (case.path_parameters or {}).get(name) == own:
                case.path_parameters[name] = "a" * 12


@schemathesis.hook
def after_call(_context: Any, case: Any, response: Any) -> None:
    """Keep the ids that an answer tells of, and note what was answered."""
    with Path(WORLD["seen"]).open("a") as seen:
        seen.write(f"{case.method} {case.operation.path} {response.status_code}\n")
    try:
        told = response.json()
    except ValueError:
        return
    if isinstance(told, dict) and told.get("ok") is True:
        WORLD["signed_in"] |= {name: told[name] for name in ("refresh_token",) if name in told}
        for kind, found in _found(told):
            _ids[kind] = [*_ids.get(kind, ()), found][-KEPT:]


def _found(told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, kind in LISTS.items():
        entries = told.get(key)
        for entry in entries if isinstance(entries, list) else [entries]:
            if isinstance(entry, dict) and "id" in entry:
                yield kind, entry["id"]


@schemathesis.check
def rules_of_the_watch_api(_ctx: Any, response: Any, case: Any) -> None:
    """Hold every answer to a watch against the first rules of its API."""
    if not case.path.startswith(("/api/v1/garmin/", "/api/v1/iot/")):
        return
    fields = {name: values[0] for name, values in response.headers.items()}
    if fields["content-type"] in {"application/fit", "application/gpx+xml"}:
        return
    body = response.content
    told = Answer(response.status_code, fields, body).json
    assert len(body) <= _room(case), f"{len(body)} bytes"
    for value in _values({key: each for key, each in told.items() if key not in {"c", "j"}}):
        assert value is not None, "null"
        assert not isinstance(value, float), "no whole number"
        assert not isinstance(value, int) or abs(value) < 1 << 31, "more than 32 bits"


def _room(case: Any) -> int:
    asked = str((case.query or {}).get("max", 4096))
    return int(asked) if asked.isascii() and asked.isdigit() and 256 <= int(asked) <= 32768 else 4096


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _values(inner)
    else:
        yield value
