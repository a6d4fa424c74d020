"""The API's description as its page shows it: out of OpenAPI, section by section, with a line for the shell."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from shlex import quote
from typing import Any, Final
from urllib.parse import quote as escaped

Node = Mapping[str, Any]

_JSON: Final = "application/json"
_FAILED: Final = "400"  # and above
_TWIN: Final = "x-same-as"


@dataclass(frozen=True, slots=True)
class Body:
    """What goes in or comes out, as one type: its schema, and examples with what each is, as text."""

    type: str
    schema: Node
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with a status; ``word`` is that of an error."""

    status: str
    description: str
    word: str
    headers: Mapping[str, Node]
    bodies: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. ``also`` is another path under which it is the same, ``scope`` "" for any."""

    id: str
    method: str
    path: str
    also: str
    summary: str
    description: str
    credentials: tuple[str, ...]
    scope: str
    parameters: tuple[Node, ...]
    asked: str
    bodies: tuple[Body, ...]
    good: tuple[Answer, ...]
    bad: tuple[Answer, ...]
    curl: str


@dataclass(frozen=True, slots=True)
class Section:
    """What belongs together."""

    name: str
    description: str
    operations: tuple[Operation, ...]

    @property
    def anchor(self) -> str:
        """The name as a part of an address."""
        return self.name.replace(" ", "-")


class Said(dict[str, Any]):
    """An object of the description; what it does not say is None."""

    __slots__ = ()

    def __missing__(self, _key: str) -> None:
        return None


class View:
    """A description, as long as its page is made."""

    def __init__(self, text: bytes) -> None:
        self._document: Node = json.loads(text, object_hook=Said)
        self.about: str = self._document["info"]["description"]
        self.types: Node = self._document["components"]["schemas"]
        self.credentials: Node = self._document["components"]["securitySchemes"]

    def sections(self) -> Iterator[Section]:
        """Give the sections in the order of the tags."""
        told = [
            (operation["tags"][0], self._operation(method, path, operation))
            for path, item in self._document["paths"].items()
            for method, operation in item.items()
            if _TWIN not in operation
        ]
        for tag in self._document["tags"]:
            mine = tuple(operation for name, operation in told if name == tag["name"])
            yield Section(tag["name"], tag["description"], mine)

    def resolved(self, part: Node) -> Node:
        """Give what a reference leads to, with what it says besides; anything else as it is."""
        if "$ref" not in part:
            return part
        _, _, kind, name = part["$ref"].split("/")
        return Said(self._document["components"][kind][name] | {key: part[key] for key in part if key != "$ref"})

    def _operation(self, method: str, path: str, said: Node) -> Operation:
        parameters = tuple(self.resolved(parameter) for parameter in said.get("parameters", ()))
        answers = [self._answer(status, self.resolved(answer)) for status, answer in said["responses"].items()]
        body = said.get("requestBody", {})
        schemes = {name: scopes for requirement in said["security"] for name, scopes in requirement.items()}
        return Operation(
            id=said["operationId"],
            method=method.upper(),
            path=path,
            also=self._twin(method, path),
            summary=said["summary"],
            description=said.get("description", ""),
            credentials=tuple(schemes),
            scope="".join(next(iter(schemes.values()), ())),
            parameters=parameters,
            asked=body.get("description", ""),
            bodies=self._bodies(body),
            good=tuple(answer for answer in answers if answer.status < _FAILED),
            bad=tuple(answer for answer in answers if answer.status >= _FAILED),
            curl=self._curl(method, path, parameters, said),
        )

    def _twin(self, method: str, path: str) -> str:
        for other, item in self._document["paths"].items():
            if item.get(method, {}).get(_TWIN) == f"{method} {path}":
                return str(other)
        return ""

    def _answer(self, status: str, said: Node) -> Answer:
        headers = {name: self.resolved(header) for name, header in said["headers"].items() if name != "X-Request-Id"}
        example = said.get("content", {}).get(_JSON, {}).get("example", {})
        word = example.get("error", "") if isinstance(example, dict) else ""
        return Answer(status, said["description"], word, headers, self._bodies(said))

    def _bodies(self, said: Node) -> tuple[Body, ...]:
        return tuple(self._body(kind, media) for kind, media in said.get("content", {}).items())

    def _body(self, kind: str, media: Node) -> Body:
        named = [(example.get("summary", ""), example["value"]) for example in media.get("examples", {}).values()]
        examples = [*named, *([("", media["example"])] if "example" in media else [])]
        shown = tuple((what, value if isinstance(value, str) else _laid_out(value)) for what, value in examples)
        return Body(kind, self._without_error(media.get("schema", Said())), shown)

    def _without_error(self, schema: Node) -> Node:
        """Leave the error out that a success may be under ``e=200``."""
        choices = [choice for choice in schema.get("anyOf", ()) if choice.get("$ref") != "#/components/schemas/Error"]
        if len(choices) == len(schema.get("anyOf", ())):
            return schema
        return choices[0] if len(choices) == 1 else Said(anyOf=choices)

    def _curl(self, method: str, path: str, parameters: tuple[Node, ...], said: Node) -> str:
        """Give a line for the shell; of the query it has what must be there, and what has an example of its own."""
        asked = []
        for parameter in parameters:
            name = parameter["name"]
            if parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", escaped(self._sample(parameter)))
            elif parameter["in"] == "query" and (parameter.get("required") or "example" in parameter):
                asked.append(f"{name}={escaped(self._sample(parameter), safe='/')}")
        words = ["curl"]
        if method != ("post" if "requestBody" in said else "get"):
            words += ["-X", method.upper()]
        if said["security"]:
            words += ["-H", f'"Authorization: Bearer ${"TOKEN" if "watch" in said["security"][0] else "KEY"}"']
        words.append(f'"$URL{path}{"?" if asked else ""}{"&".join(asked)}"')
        return " ".join([*words, *self._sent(said.get("requestBody", {})), *_kept(said)])

    def _sent(self, body: Node) -> list[str]:
        for first in self._bodies(body)[:1]:
            if first.type != _JSON:
                return ["--data-binary", "@notes.txt"]
            return ["-d", quote(json.dumps(json.loads(first.examples[0][1]), separators=(",", ":")))]
        return []

    def _sample(self, parameter: Node) -> str:
        schema = self.resolved(parameter["schema"])
        return str(parameter.get("example") or next(iter(schema.get("examples", ())), parameter["name"]))


def _kept(said: Node) -> list[str]:
    """Give the option that keeps the answer as a file, of bytes."""
    kinds = said["responses"].get("200", {}).get("content", {_JSON: {}})
    return [] if next(iter(kinds)) == _JSON else ["-OJ"]


def _laid_out(value: Any, indent: str = "", room: int = 84) -> str:
    """Write JSON for people: on one line what fits, else a line for each entry."""
    flat = json.dumps(value)
    if len(indent) + len(flat) <= room or not isinstance(value, dict | list) or not value:
        return flat
    inner = indent + "  "
    if isinstance(value, dict):
        rows = [f"{json.dumps(key)}: {_laid_out(each, inner, room - len(key))}" for key, each in value.items()]
    else:
        rows = [_laid_out(each, inner, room) for each in value]
    begin, end = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return begin + "\n" + ",\n".join(inner + row for row in rows) + "\n" + indent + end
