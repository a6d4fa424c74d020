"""``make openapi``: joins the YAML files of this folder into ``gateway/http/openapi.json``, which is served.

The files are OpenAPI 3.1 with some shorthand, so that they can be read; README.md in this folder tells of it.
"""

import json
import re
from pathlib import Path
from typing import Any, Final

import yaml

HERE: Final = Path(__file__).parent
TARGET: Final = HERE.parents[1] / "gateway" / "http" / "openapi.json"
_COMPONENT: Final = "#/components"
_SCHEMAS: Final = ("items", "additionalProperties")
_LISTS: Final = ("anyOf", "oneOf", "allOf")

Node = dict[str, Any]


def build(folder: Path = HERE) -> str:
    """Give the text of the description; raises ``ValueError`` for a name that nothing has or that two things have."""
    index = _read(folder / "index.yaml")
    document: Node = {key: index[key] for key in ("openapi", "info", "servers", "tags")}
    document |= {"paths": {}, "components": {}}
    nouns = [_read(folder / name) for name in index["files"]]
    schemas = _joined(noun.get("components", {}).get("schemas", {}) for noun in (index, *nouns))
    for noun in (index, *nouns):
        for kind, entries in noun.get("components", {}).items():
            kept = document["components"].setdefault(kind, {})
            _add(kept, {name: _component(kind, entry, schemas) for name, entry in entries.items()})
        for number, prefix in enumerate(noun.get("prefixes", [""])):
            first = noun["prefixes"][0] if number else None
            _add(document["paths"], dict(_paths(noun, index, prefix, first)))
    _check(document, {each["extends"] for each in schemas.values() if "extends" in each})
    return _text(document)


def _read(path: Path) -> Node:
    read: Node = yaml.safe_load(path.read_text())
    return read


def _joined(parts: Any) -> Node:
    joined: Node = {}
    for part in parts:
        _add(joined, part)
    return joined


def _add(to: Node, entries: Node) -> None:
    if twice := to.keys() & entries.keys():
        raise ValueError(f"said twice: {', '.join(sorted(twice))}")
    to.update(entries)


def _component(kind: str, entry: Any, schemas: Node) -> Any:
    if kind == "schemas":
        return _schema(entry, schemas)
    if kind == "responses":
        return _response(entry)
    if kind == "parameters":
        return _parameter(entry)
    return {**entry, "schema": _schema(entry["schema"])} if kind == "headers" else entry


def _paths(noun: Node, index: Node, prefix: str, first: str | None) -> Any:
    """Give the path items of a file under a prefix; of a later prefix each says which is its ``first`` twin."""
    for path, item in noun.get("paths", {}).items():
        made: Node = {}
        for method, operation in item.items():
            always = (index["always"], noun.get("always", {}))
            made[method] = _operation({"tags": [noun["tag"]], **operation}, always)
            if first is not None:
                made[method]["x-same-as"] = f"{method} {first}{path}"
            if len(noun.get("prefixes", [])) > 1:
                made[method]["operationId"] += prefix.rpartition("/")[2].capitalize()
        yield f"{prefix}{path}", made


def _operation(said: Node, always: tuple[Node, ...]) -> Node:
    parameters = [*said.get("parameters", ()), *(name for each in always for name in each.get("parameters", ()))]
    answers = {status: answer for each in always for status, answer in each.get("responses", {}).items()}
    answers = answers | said["responses"]
    operation = {key: value for key, value in said.items() if key not in {"parameters", "requestBody", "responses"}}
    if parameters:
        operation["parameters"] = [_parameter(each) for each in parameters]
    if "requestBody" in said:
        operation["requestBody"] = {"required": True, **_content(said["requestBody"])}
    operation["responses"] = {str(status): _response(answers[status]) for status in sorted(answers)}
    for each in always:
        if "or" in each:
            _allow(operation["responses"], each["or"])
    return operation


def _allow(responses: Node, other: str) -> None:
    """Let every success be an error as well, which has its status when the caller asks for that."""
    for status, response in responses.items():
        if not status.startswith("2"):
            continue
        media = response.setdefault("content", {}).setdefault("application/json", {})
        media["schema"] = {"anyOf": [*([media["schema"]] if "schema" in media else []), _schema(other)]}


def _parameter(said: Any) -> Node:
    if isinstance(said, str):
        return {"$ref": f"{_COMPONENT}/parameters/{said}"}
    return {**said, "schema": _schema(said["schema"]), **({"required": True} if said["in"] == "path" else {})}


def _response(said: Any) -> Node:
    """Read an answer: in full, the name of one, or the name with a description of its own."""
    if isinstance(said, str):
        return {"$ref": f"{_COMPONENT}/responses/{said}"}
    if len(said) == 1 and next(iter(said))[0].isupper():
        ((name, description),) = said.items()
        return {"$ref": f"{_COMPONENT}/responses/{name}", "description": description}
    headers = {"X-Request-Id": "RequestId", **said.get("headers", {})}
    told: Node = {"description": said["description"], "headers": {key: _header(each) for key, each in headers.items()}}
    return told | _content(said)


def _header(said: Any) -> Node:
    return {"$ref": f"{_COMPONENT}/headers/{said}"} if isinstance(said, str) else said


def _content(said: Node) -> Node:
    """Read the ``content`` of a body, where ``json`` stands for the usual type."""
    content: Node = dict(said.get("content", {}))
    if "json" in said:
        content = {"application/json": said["json"], **content}
    told = {key: value for key, value in said.items() if key in {"description", "required"}}
    if content:
        told["content"] = {kind: _media(media) for kind, media in content.items()}
    return told


def _media(said: Node) -> Node:
    return {**said, "schema": _schema(said["schema"])} if "schema" in said else said


def _schema(said: Any, schemas: Node | None = None) -> Any:
    """Read a schema: in full, ``string``, ``Name``, ``Name | null``, ``[Name]``, or with ``fields``."""
    if isinstance(said, bool):
        return said
    if isinstance(said, list):
        return {"type": "array", "items": _schema(said[0])}
    if isinstance(said, str):
        words = said.split(" | ")
        if len(words) > 1:
            return {"anyOf": [_schema(word) for word in words]}
        return {"$ref": f"{_COMPONENT}/schemas/{said}"} if said[0].isupper() else {"type": said}
    told = {key: value for key, value in said.items() if key not in {"fields", "extends"}}
    if "fields" in said:
        fields = _fields(said, schemas or {})
        told["type"] = "object"
        told["properties"] = {name.rstrip("?"): _schema(each) for name, each in fields.items()}
        if needed := [name for name in fields if not name.endswith("?")]:
            told["required"] = needed
    for key in _SCHEMAS:
        if key in told:
            told[key] = _schema(told[key])
    for key in _LISTS:
        if key in told:
            told[key] = [_schema(each) for each in told[key]]
    return told


def _fields(said: Node, schemas: Node) -> Node:
    """Give the fields of a schema and of the one that it extends, in the order in which it names both."""
    parts = {"fields": said["fields"]}
    if "extends" in said:
        parts["extends"] = _fields(schemas[said["extends"]], schemas)
    return {name: field for key in said if key in parts for name, field in parts[key].items()}


def _check(document: Node, bases: set[str]) -> None:
    """Make sure that every reference leads somewhere, and that nothing is described that is not used.

    ``bases`` are schemas that others extend; those that are nothing else are left out.
    """
    components = document["components"]
    used = set(re.findall(rf'"\$ref": "({_COMPONENT}[^"]*)"', json.dumps(document)))
    for name in bases:
        if f"{_COMPONENT}/schemas/{name}" not in used:
            del components["schemas"][name]
    named = {f"{_COMPONENT}/{kind}/{name}" for kind, each in components.items() for name in each}
    idle = named - used - {f"{_COMPONENT}/securitySchemes/{name}" for name in components["securitySchemes"]}
    if used - named or idle:
        raise ValueError(f"leads nowhere: {sorted(used - named)}; is not used: {sorted(idle)}")
    names = [each["operationId"] for item in document["paths"].values() for each in item.values()]
    if len(set(names)) < len(names):
        raise ValueError(f"operations of one name: {sorted({name for name in names if names.count(name) > 1})}")


def _text(document: Node) -> str:
    """Write a line for each path and component, so that a change shows where it is."""
    head = [f"{json.dumps(key)}:{json.dumps(value)}" for key, value in document.items() if not _has_rows(key)]
    paths = f'"paths":{_rows(document["paths"])}'
    kinds = ",\n".join(f"{json.dumps(kind)}:{_rows(each)}" for kind, each in document["components"].items())
    return "{" + ",\n".join([*head, paths, f'"components":{{\n{kinds}\n}}']) + "}\n"


def _has_rows(key: str) -> bool:
    return key in {"paths", "components"}


def _rows(entries: Node) -> str:
    rows = (f"{json.dumps(key)}:{json.dumps(value, separators=(',', ':'))}" for key, value in entries.items())
    return "{\n" + ",\n".join(rows) + "\n}"


if __name__ == "__main__":
    TARGET.write_text(build())
    print(f"wrote {TARGET.relative_to(HERE.parents[1])}, {TARGET.stat().st_size / 1024:.0f} KB")
