"""The watch's one way to the gateway: one request in flight, asked again with patience until it is answered.

What it does about each kind of failure:

- the link or the phone failed (a negative code, 0, 5xx): the same request again after 1, 2, 4, ... 60 seconds;
- the answer was too large (-402, -403): half of ``max`` and again;
- the request was too large (-102): :class:`RequestTooLarge`, and the upload makes its parts smaller;
- the gateway says ``busy`` or ``rate_limited``: again after its ``wait``;
- the gateway says anything else: :class:`Refused`, for asking again cannot help.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from gateway.simwatch.phone import OK, Answer, Options, Phone, RequestType, ResponseType
from gateway.simwatch.storage import Storage
from gateway.simwatch.values import Dictionary

SMALLEST_MAX = 256
TRIES = 12
_LONGEST_PAUSE = 60
_TOO_LARGE = (-402, -403)
_PASSING = ("busy", "rate_limited", "internal")
_SERVER_ERROR = 500
_CLIENT_ERROR = 400


class WatchError(Exception):
    """The watch could not do what it was asked to; the text can be shown."""


class LinkDown(WatchError):
    """Every attempt failed on the way; ``code`` is the platform's last one."""

    def __init__(self, code: int) -> None:
        super().__init__(f"no answer, last code {code}")
        self.code = code


class RequestTooLarge(WatchError):
    """The phone does not take a request of this size (-102)."""


class Refused(WatchError):
    """The gateway said no: ``word`` is its stable word, ``code`` the HTTP status, ``have`` where an upload goes on."""

    def __init__(self, data: Dictionary) -> None:
        super().__init__(str(data.get("m") or data.get("error") or f"refused with {data.get('code')}"))
        self.word = str(data.get("error", ""))
        self.code = int(data.get("code", 0))
        self.have = int(data.get("have", 0))
        self.wait = int(data.get("wait", 0))


class Requests:
    """Requests of one device to one gateway; ``max`` is the size of answer that it asks for at present."""

    def __init__(
        self,
        base: str,
        phone: Phone,
        storage: Storage,
        *,
        sleep: Callable[[float], object],
        tries: int = TRIES,
        largest: int = 4096,
    ) -> None:
        self.base = base
        self.phone = phone
        self.max = largest
        self._storage = storage
        self._sleep = sleep
        self._tries = tries

    def get(self, path: str, parameters: Mapping[str, Any] | None = None) -> Dictionary:
        """GET with the parameters in the URL."""
        return self._until_answered(lambda: self._send("GET", path, parameters))

    def post(self, path: str, document: Mapping[str, Any]) -> Dictionary:
        """POST of a JSON object."""
        return self._until_answered(lambda: self._send("POST", path, document))

    def fetch(self, path: str, response: ResponseType) -> bytes:
        """GET of a FIT or GPX file for the watch's own storage; a refusal can only be seen as a code."""
        headers = self._authorization()
        code = 0
        for attempt in range(self._tries):
            answer = self.phone.make_web_request(self.base + path, None, Options("GET", headers, response))
            if answer.code == OK and isinstance(answer.data, bytes):
                return answer.data
            code = answer.code
            if _CLIENT_ERROR <= code < _SERVER_ERROR:
                raise Refused({"code": code})
            self._pause(attempt)
        raise LinkDown(code)

    def _send(self, method: str, path: str, parameters: Mapping[str, Any] | None) -> Answer:
        asked = {"e": OK, "max": self.max}
        headers = self._authorization()
        if method == "GET":
            return self.phone.make_web_request(
                self.base + path, {**(parameters or {}), **asked}, Options("GET", headers)
            )
        url = f"{self.base}{path}?{urlencode(asked)}"
        headers["Content-Type"] = RequestType.JSON
        return self.phone.make_web_request(url, parameters, Options(method, headers))

    def _authorization(self) -> dict[str, str]:
        token = self._storage.get("token")
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _until_answered(self, send: Callable[[], Answer]) -> Dictionary:
        code, failures = 0, 0
        while failures < self._tries:
            answer = send()
            code = answer.code
            if code in _TOO_LARGE and self.max > SMALLEST_MAX:
                self.max = max(SMALLEST_MAX, self.max // 2)
                continue
            if code == -102:  # noqa: PLR2004 - the platform's number, see the module's docstring
                raise RequestTooLarge("the phone refuses a request of this size")
            asked_to_wait = _verdict(answer)
            if asked_to_wait is None:
                assert isinstance(answer.data, dict)
                return answer.data
            self._pause(failures, asked_to_wait)
            failures += 1
        raise LinkDown(code)

    def _pause(self, failures: int, asked: int = 0) -> None:
        self._sleep(asked or min(_LONGEST_PAUSE, 2**failures))


def _verdict(answer: Answer) -> int | None:
    """None for a good answer, else the seconds that the gateway asks to wait (0: it does not say); or Refused."""
    data = answer.data if isinstance(answer.data, dict) else None
    if answer.code == OK and data is not None and data.get("ok") is True:
        return None
    if data is not None and "error" in data:
        refusal = Refused(data)
        if refusal.word in _PASSING:
            return refusal.wait
        raise refusal
    if _CLIENT_ERROR <= answer.code < _SERVER_ERROR:
        raise Refused({"code": answer.code})
    return 0
