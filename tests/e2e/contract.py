"""The first section of ``watch-api.md`` as a check of one answer, whatever asked for it."""

import json
import re
from dataclasses import dataclass
from typing import Any

WORDS = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    409: "offset", 410: "gone", 411: "length_required", 413: "too_large", 415: "unsupported_type",
    422: "invalid_file", 429: "rate_limited", 500: "internal", 503: "busy",
}  # fmt: skip
LARGEST = 2**31 - 1
NATIVE = ("application/fit", "application/gpx+xml")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came over the wire; header names in lower case."""

    status: int
    fields: dict[str, str]
    body: bytes

    @property
    def value(self) -> dict[str, Any]:
        """The body as the JSON object that it must be."""
        value = json.loads(self.body.decode("ascii"), parse_constant=_refuse)
        assert isinstance(value, dict), self.body
        return value

    @property
    def word(self) -> str:
        """The error's stable word; of a success, ``ok``."""
        return str(self.value.get("error", "ok"))


def _refuse(text: str) -> None:
    raise AssertionError(f"{text} is no JSON")


def check(answer: Answer, *, head: bool = False, hidden: bool = False, most: int = 32768) -> dict[str, Any]:
    """Hold an answer against the rules for every answer; gives its value.

    ``head``: it answers a HEAD. ``hidden``: ``e=200`` was asked for. ``most``: the ``max`` that was asked for.
    """
    fields = answer.fields
    assert "transfer-encoding" not in fields
    assert not 300 <= answer.status < 400
    assert answer.status not in {204, 205}
    assert fields["cache-control"] == "no-store"
    assert re.fullmatch("[a-z2-7]{12}", fields["x-request-id"])
    length = int(fields["content-length"])
    assert length > 0
    if head:
        assert answer.body == b""
        return {}
    assert len(answer.body) == length
    if fields["content-type"] in NATIVE:
        assert answer.status == 200
        return {}
    assert fields["content-type"] == "application/json"
    assert length <= most
    value = answer.value
    own = [value.pop(key) for key in ("c", "j") if key in value]  # the owner's own document may be as it likes
    bare = re.sub(rb'"(?:[^"\\]|\\.)*"', b'""', answer.body)
    assert own or not re.search(rb"null|[0-9.][eE]|[0-9]\.", bare), bare
    _check_values(value, 1)
    if value["ok"] is True:
        assert answer.status == 200
    else:
        assert not own
        _check_error(answer, value, hidden=hidden)
    return value


def _check_error(answer: Answer, value: dict[str, Any], *, hidden: bool) -> None:
    assert value["ok"] is False
    assert value["error"] == WORDS[value["code"]]
    assert answer.status == (200 if hidden else value["code"])
    message = re.search(rb'"m":"((?:[^"\\]|\\.)*)"', answer.body)
    assert message is not None
    assert 0 < len(message[1]) <= 80
    known = {"ok", "code", "error", "m"}
    if value["code"] in {429, 503}:
        known.add("wait")
        assert value["wait"] >= 1
        assert answer.fields["retry-after"] == str(value["wait"])
    if value["code"] == 409:
        known.add("have")
        assert value["have"] >= 0
    assert set(value) == known


def _check_values(value: object, depth: int) -> None:
    assert depth <= 4 if not isinstance(value, dict | list) else depth <= 3
    if isinstance(value, dict):
        for key, item in value.items():
            assert isinstance(key, str)
            _check_values(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_values(item, depth + 1)
    elif isinstance(value, int):
        assert -LARGEST - 1 <= value <= LARGEST
    else:
        assert isinstance(value, str)
