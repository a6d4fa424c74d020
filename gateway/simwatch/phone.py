"""The phone in the middle: takes makeWebRequest's arguments, makes the HTTP call, hands on what a watch would get.

Every rule names its row or section of ``connectiq-platform.md``. Negative codes are the platform's own, from its error
table.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

import orjson

from gateway.client import NotTrusted, TimedOut, Unreachable
from gateway.simwatch import values, wire
from gateway.simwatch.link import Fault, Link

OK = 200
METHODS = ("GET", "PUT", "POST", "DELETE")
_NO_ANSWER: dict[type, int] = {TimedOut: -300, NotTrusted: -1001}
_LOCAL = ("127.0.0.1", "::1", "localhost")


class RequestType(StrEnum):
    """The two constants that a Content-Type header may be; a text of one's own gives -200 (row "headers")."""

    JSON = "application/json"
    URL_ENCODED = "application/x-www-form-urlencoded"


class ResponseType(StrEnum):
    """What the app asks for; the answer's Content-Type must be exactly that (row "response types")."""

    JSON = "application/json"
    TEXT = "text/plain"
    GPX = "application/gpx+xml"
    FIT = "application/fit"


class Errors(StrEnum):
    """What becomes of an answer other than 200 (fact 3: errors flatten)."""

    BODY = "body"  # code and body come through
    CODE = "code"  # the body is lost
    FLATTEN = "flatten"  # only code 0 arrives


@dataclass(frozen=True, slots=True)
class Options:
    """The options dictionary of makeWebRequest."""

    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    response: ResponseType = ResponseType.JSON


@dataclass(frozen=True, slots=True)
class Habits:
    """How this pair of watch and phone behaves; the defaults are the strictest that was reported."""

    response_cap: int = 8192  # -402 above it, of the decompressed body: "Sizes", 8 to 44 KB by device
    request_cap: int | None = None  # -102 above it: error table; "Sizes" plans with 2 KB
    url_cap: int | None = None  # -202 for a longer GET URL: error table, "on some phones"
    errors: Errors = Errors.CODE  # fact 3
    repeats: int = 0  # silent repetitions of a failed request before -300: fact 3, 20 on one watch
    connected: bool = True  # -104 without a phone: error table
    lost: int = -1004  # what a broken connection is called, -1004 or -2: error table
    strict: bool = True  # what is marked unverified (gzip, charset, nulls, nesting) fails: row "redirects, gzip, ..."
    local_http: bool = True  # plain HTTP to this machine is let through; any other gives -1001: row "HTTPS"
    timeout: float = 30.0  # seconds until -300: error table


@dataclass(frozen=True, slots=True)
class Answer:
    """The callback's two arguments."""

    code: int
    data: values.Dictionary | str | bytes | None = None


class AppCrash(Exception):
    """The app would have died: a JSON request type with a FIT or GPX response (TAO, "Courses and workouts")."""


class Phone:
    """Makes the watch's requests over ``link``; ``lost`` keeps the answers that the link swallowed, to compare with."""

    def __init__(self, link: Link | None = None, habits: Habits | None = None) -> None:
        self.link = link or Link()
        self.habits = habits or Habits()
        self.lost: list[Answer] = []
        self._flight = threading.Lock()

    def make_web_request(self, url: str, parameters: Mapping[str, Any] | None, options: Options) -> Answer:
        """One request; the answer that the callback gets, never an exception of the network."""
        if not self._flight.acquire(blocking=False):
            return Answer(-101)  # row "concurrency": the gateway's watch chains its calls
        try:
            return self._checked(url, parameters, options)
        finally:
            self._flight.release()

    def _checked(self, url: str, parameters: Mapping[str, Any] | None, options: Options) -> Answer:
        refusal = self._refusal(options)
        if refusal:
            return Answer(refusal)
        target, request = _request(url, parameters, options)
        if not target.hostname or (target.scheme == "http" and not self._may_be_plain(target.hostname)):
            return Answer(-1001)
        if options.method == "GET" and self.habits.url_cap and len(target.geturl()) > self.habits.url_cap:
            return Answer(-202)
        if self.habits.request_cap and len(request) > self.habits.request_cap:
            return Answer(-102)
        for _ in range(self.habits.repeats):
            answer = self._attempt(target, request, options)
            if answer.code == OK or answer.code < 0:
                return answer
        return Answer(-300) if self.habits.repeats else self._attempt(target, request, options)

    def _refusal(self, options: Options) -> int:
        """Give the code of a request that never leaves the watch, 0 for a good one."""
        if not self.habits.connected:
            return -104
        if options.method not in METHODS:
            return -202
        kind = {name.lower(): value for name, value in options.headers.items()}.get("content-type")
        if kind is not None and not isinstance(kind, RequestType):
            return -200
        if kind is RequestType.JSON and options.response in (ResponseType.FIT, ResponseType.GPX):
            raise AppCrash("a JSON request type with a FIT or GPX response")
        return 0

    def _may_be_plain(self, host: str) -> bool:
        return self.habits.local_http and host in _LOCAL

    def _attempt(self, target: SplitResult, request: bytes, options: Options) -> Answer:
        fault = self.link.begin()
        if fault is Fault.BEFORE:
            return Answer(self.habits.lost)
        if fault is Fault.MIDWAY:
            self.link.carry(wire.send_half(target, request, self.habits.timeout), 0)
            return Answer(self.habits.lost)
        try:
            raw = wire.exchange(target, options.method, request, self.habits.timeout)
        except Unreachable as failure:
            return Answer(_NO_ANSWER.get(type(failure), self.habits.lost))
        answer = self._deliver(raw, options.response)
        if fault is Fault.AFTER:
            self.link.carry(len(request), raw.received // 2)
            self.lost.append(answer)
            return Answer(self.habits.lost)
        self.link.carry(len(request), raw.received)
        return answer

    def _deliver(self, raw: wire.RawAnswer, wanted: ResponseType) -> Answer:
        if raw.status != OK:  # redirects too: not followed
            return self._failed(raw)
        if not raw.body or not self._is_type(raw, wanted):
            return Answer(-400)  # rows "empty body" and "response Content-Type"
        if len(raw.body) > self.habits.response_cap and wanted in (ResponseType.JSON, ResponseType.TEXT):
            return Answer(-402)  # files for PersistedContent do not go through the app's memory
        if wanted is ResponseType.JSON:
            return self._dictionary(raw.body)
        return Answer(OK, raw.body.decode() if wanted is ResponseType.TEXT else raw.body)

    def _dictionary(self, body: bytes) -> Answer:
        document = values.parse(body)
        if document is None or (self.habits.strict and not values.is_plain(document)):
            return Answer(-400)
        return Answer(OK, document)

    def _failed(self, raw: wire.RawAnswer) -> Answer:
        if self.habits.errors is Errors.FLATTEN:
            return Answer(0)
        return Answer(raw.status, values.parse(raw.body) if self.habits.errors is Errors.BODY else None)

    def _is_type(self, raw: wire.RawAnswer, wanted: ResponseType) -> bool:
        if "content-encoding" in raw.headers:
            return False  # the phone would need to unpack it: row "unverified"
        given = raw.headers.get("content-type", "")
        if not self.habits.strict:
            given = given.partition(";")[0].strip()
        return given == wanted


def _request(url: str, parameters: Mapping[str, Any] | None, options: Options) -> tuple[SplitResult, bytes]:
    """Where it goes and its bytes: parameters of GET and DELETE in the URL, of POST and PUT in the body."""
    kind = next((value for name, value in options.headers.items() if name.lower() == "content-type"), None)
    target = urlsplit(url)
    body = b""
    if options.method in ("GET", "DELETE") and parameters:
        query = "&".join(part for part in (target.query, urlencode(_flat(parameters))) if part)
        target = target._replace(query=query)
    elif options.method in ("POST", "PUT"):
        body = orjson.dumps(parameters) if kind is RequestType.JSON else urlencode(_flat(parameters or {})).encode()
        kind = kind or RequestType.URL_ENCODED  # the default: row "parameters"
    lines = [f"{options.method} {_path(target)} HTTP/1.1", f"Host: {target.netloc}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in options.headers.items() if name.lower() != "content-type"]
    if body or options.method in ("POST", "PUT"):
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return target, ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def _path(target: SplitResult) -> str:
    return (target.path or "/") + (f"?{target.query}" if target.query else "")


def _flat(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Values as the phone writes them into a URL: booleans in lower case, the rest as text."""
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in parameters.items()}
