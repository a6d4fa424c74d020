"""From a question to its answer as JSON or as bytes: credentials, refusals, repetitions."""

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

from gateway.client.address import Address
from gateway.client.connection import PIECE, Answer, Connection, Request
from gateway.client.errors import ClientError, Misused, NotUnderstood, Refused, refusal
from gateway.client.identity import Identity
from gateway.client.patience import Patience
from gateway.client.sources import Held

LONGEST_ANSWER: Final = 16 * 1024 * 1024
API: Final = "api/v1/"
TIMEOUT: Final = 30.0
_DIGITS: Final = 9
_GOOD: Final = range(200, 300)
_NOT_MODIFIED: Final = 304
_REDIRECTS: Final = range(300, 400)

T = TypeVar("T")


class Transport:
    """Asks one gateway as one ``identity``, or as nobody; ``where`` is the path under which it asks."""

    def __init__(
        self,
        address: Address,
        identity: Identity | None = None,
        *,
        where: str = API,
        timeout: float = TIMEOUT,
        patience: Patience | None = None,
    ) -> None:
        self.address = address
        self.patience = patience or Patience()
        self.timeout = timeout
        self._identity = identity
        self._where = where
        self._connection = Connection(address, timeout)

    def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | None = None,
        document: object = None,
        *,
        safe: bool | None = None,
        wait: float = 0,
    ) -> dict[str, Any]:
        """Ask for JSON; what is ``safe`` is sent again when it got no answer, of itself only a GET.

        ``wait`` is the time that the gateway may take before it answers. Raises ``Refused``, ``Unreachable``,
        ``NotUnderstood``.
        """
        body = Held(b"" if document is None else json.dumps(document).encode())
        request = Request(method, self.target(path, query), {}, body, self.timeout + wait)
        return self.send(request, safe=method == "GET" if safe is None else safe)

    def send(self, request: Request, *, safe: bool) -> dict[str, Any]:
        """Send a request whose answer is JSON."""
        return self._authorized(lambda fields: self.patience.repeat(partial(self._json, request, fields), safe=safe))

    def open(self, request: Request) -> Answer:
        """Send a request once; its answer's bytes are the caller's to read, who also closes it. Raises ``Refused``."""
        return self._authorized(partial(self._good, request))

    def target(self, path: str, query: Mapping[str, object] | None = None) -> str:
        """Write the target of a request; what is None in the query is left out."""
        asked = {key: _written(value) for key, value in (query or {}).items() if value is not None}
        try:
            return self.address.target(f"{self._where}{quote(path)}") + (f"?{urlencode(asked)}" if asked else "")
        except UnicodeEncodeError:
            raise Misused("a name or path has letters that are no text") from None

    def bearer(self) -> dict[str, str]:
        """Give the header field that says who is asking."""
        token = self._identity.token(self._anonymous) if self._identity else ""
        return {"Authorization": f"Bearer {token}"} if token else {}

    def renew(self, fields: Mapping[str, str]) -> bool:
        """Get another credential than the one in these fields, which was refused; False where there is none."""
        refused = fields.get("Authorization", "").removeprefix("Bearer ")
        return self._identity is not None and self._identity.renew(self._anonymous, refused)

    def denied(self, status: int, raw: Mapping[str, Any], wait: int = 0) -> ClientError:
        """Make the error of an answer that is no success; a redirect, which would take the credential along, is one."""
        if status in _REDIRECTS:
            return NotUnderstood(f"{self.address.netloc} leads to another address: give that one")
        return refusal(status, raw, wait)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _authorized(self, attempt: Callable[[Mapping[str, str]], T]) -> T:
        fields = self.bearer()
        try:
            return attempt(fields)
        except Refused as error:
            if not error.unauthorized or not self.renew(fields):
                raise
        return attempt(self.bearer())

    def _anonymous(self, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        body = Held(json.dumps(document).encode())
        request = Request("POST", self.target(path), {}, body)
        return self.patience.repeat(partial(self._json, request, {}))

    def _json(self, request: Request, fields: Mapping[str, str]) -> dict[str, Any]:
        with self._good(request, {**fields, "Accept-Encoding": "gzip"}) as answer:
            document = _document(answer)
        if document is None:
            raise NotUnderstood(f"{self.address.netloc} answers something that is not a gateway's")
        return document

    def _good(self, request: Request, fields: Mapping[str, str]) -> Answer:
        """Send a request; raises what an answer says that is not a success."""
        fields = {"User-Agent": "wristgate-client", **fields, **request.fields}
        answer = self._connection.exchange(replace(request, fields=fields))
        if answer.status in _GOOD or answer.status == _NOT_MODIFIED:
            return answer
        with answer:
            raise self.denied(answer.status, _document(answer) or {}, _seconds(answer))


def _written(value: object) -> object:
    return int(value) if isinstance(value, bool) else value


def _document(answer: Answer) -> dict[str, Any] | None:
    """Read a JSON object; None where it is none, or longer than any answer is."""
    body = bytearray()
    while len(body) <= LONGEST_ANSWER and (piece := answer.read(PIECE)):
        body += piece
    try:
        plain = _unpacked(bytes(body)) if answer.header("Content-Encoding") == "gzip" else bytes(body)
        document = json.loads(plain) if len(plain) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError, zlib.error):
        return None
    return document if isinstance(document, dict) else None


def _unpacked(body: bytes) -> bytes:
    return zlib.decompressobj(wbits=31).decompress(body, LONGEST_ANSWER + 1)


def _seconds(answer: Answer) -> int:
    """Give what ``Retry-After`` says, 0 where it says no number."""
    text = answer.header("Retry-After").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0
