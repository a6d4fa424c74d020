"""The description of the APIs is what its sources say, is well-formed, and tells of the routes that there are."""

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import falcon.inspect
import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from gateway.app import create_app
from gateway.config import Config
from gateway.http.description import described
from gateway.simwatch.localgateway import LocalGateway
from tests.client import Api
from tests.local import Local

ROOT = Path(__file__).parents[2]
DOCUMENT: dict[str, Any] = json.loads(described())
SCOPED = ("bearer", "basic", "keyInHeader")
BARE = ("101", "304")  # answers without a body

Operation = tuple[str, str]


def operations() -> Iterator[tuple[Operation, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            yield (method.upper(), path), operation


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> dict[Operation, object]:
    """The resource of every method and path of the application, pages apart; a WebSocket begins with a GET."""
    app = create_app(Config.from_env({"SYNC_DATA_DIR": str(tmp_path_factory.mktemp("none"))}))._app
    resources = dict(_resources(app._router._roots))
    return {
        (method.method.replace("WEBSOCKET", "GET"), route.path): resources[route.path]
        for route in falcon.inspect.inspect_routes(app)
        for method in route.methods
        if not method.internal and not type(resources[route.path]).__module__.startswith("gateway.web")
    }


def _resources(nodes: Any) -> Iterator[tuple[str, object]]:
    for node in nodes:
        if node.resource is not None:
            yield node.uri_template, node.resource
        yield from _resources(node.children)


def test_it_is_what_its_sources_say() -> None:
    spec = importlib.util.spec_from_file_location("build", ROOT / "docs" / "openapi" / "build.py")
    assert spec
    assert spec.loader
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    assert described().decode() == build.build(), "docs/openapi has changed: run make openapi"


def test_it_is_openapi() -> None:
    jsonschema_rs.validator_for(OPENAPI_31).validate(DOCUMENT)


def test_it_tells_of_every_route_and_of_no_other(routes: dict[Operation, object]) -> None:
    assert {operation for operation, _ in operations()} == routes.keys()


def test_it_tells_who_may_do_what(routes: dict[Operation, object]) -> None:
    said = {operation: told["security"] for operation, told in operations()}
    assert said == {(method, path): security(resource, method) for (method, path), resource in routes.items()}


def security(resource: Any, method: str) -> list[dict[str, list[str]]]:
    """Give what the description must say of who may call a responder; see ``Authentication``."""
    if getattr(resource, "public", False):
        return []
    scopes = getattr(resource, "scopes", None)
    if scopes is None:
        return [{"watch": []}]
    scope = scopes[method if method in scopes else "WEBSOCKET"]
    needed = [scope.value] if scope else []
    in_query = ["keyInQuery"] if getattr(resource, "query_key", False) else []
    return [{scheme: needed} for scheme in (*SCOPED, *in_query)]


def test_every_body_and_success_has_examples_which_are_right() -> None:
    for operation, told in operations():
        bodies = [told["requestBody"]] if "requestBody" in told else []
        answers = [resolved(answer) for status, answer in told["responses"].items() if status not in BARE]
        for part in (*bodies, *answers):
            examples = [example for media in part["content"].values() for example in check(media)]
            assert examples, f"{operation} has no example: {part['description']}"


def test_examples_of_parameters_are_right() -> None:
    told = [parameter for _, operation in operations() for parameter in operation.get("parameters", ())]
    for parameter in map(resolved, told):
        for example in (*check(parameter), *resolved(parameter["schema"]).get("examples", ())):
            validator(parameter["schema"]).validate(example)


def check(media: dict[str, Any]) -> list[Any]:
    """Hold the examples of a body against its schema."""
    named = [example["value"] for example in media.get("examples", {}).values()]
    examples = [*named, *([media["example"]] if "example" in media else [])]
    for example in examples:
        validator(media.get("schema", {})).validate(example)
    return examples


def validator(schema: dict[str, Any]) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]}, validate_formats=True)


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    found: dict[str, Any] = DOCUMENT["components"][kind][name]
    return found


def test_it_is_served(gateway: LocalGateway) -> None:
    api = Api(gateway.url)
    plain = api.call("GET", "/api/v1/openapi.json")
    assert plain.status == 200
    assert plain.headers["content-type"] == "application/json"
    assert plain.body == described()
    packed = api.call("GET", "/api/v1/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) / 4
    for tag in (plain.headers["etag"], packed.headers["etag"]):
        known = api.call("GET", "/api/v1/openapi.json", headers={"If-None-Match": tag})
        assert (known.status, known.body) == (304, b"")
    assert api.call("HEAD", "/api/v1/openapi.json").headers["content-length"] == str(len(plain.body))


def test_signing_in_and_out_is_as_described() -> None:
    """Which fuzzing leaves out: a registration hashes a password, and a sign-out ends the run."""
    with Local({"SYNC_ALLOW_SIGNUP": "true"}) as gateway:
        api = Api(gateway.url, prefix="/api/v1")
        fields = {"email": "ada@example.com", "password": "correct horse", "name": "laptop", "type": "linux"}
        made = api.post("auth/register", fields)
        assert made.status == 201
        closed("Registered").validate(made.json)
        device = Api(gateway.url, made.json["access_token"], "/api/v1")
        closed("Me").validate(device.get("auth/me").json)
        assert device.post("auth/logout", {}).json == {"ok": True}
        closed("Error").validate(device.post("auth/logout", {}).json)
        closed("Error").validate(api.post("auth/register", fields | {"password": "wrong horse battery"}).json)


def closed(name: str) -> jsonschema_rs.Validator:
    return validator({"$ref": f"#/components/schemas/{name}", "unevaluatedProperties": False})
