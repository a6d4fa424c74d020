"""Changes as they happen, over a WebSocket that is opened again wherever it broke."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from gateway.client import wire
from gateway.client.changes import page
from gateway.client.errors import ClientError, Dropped, NotUnderstood, Refused, TimedOut, refusal
from gateway.client.fields import number_or_none
from gateway.client.results import Change
from gateway.client.transport import LONGEST_ANSWER, Transport

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

SILENCE: Final = 90.0
"""Seconds without a heartbeat after which the connection counts as dead."""
_REFUSED: Final = range(4400, 4600)


def follow(transport: Transport, cursor: str | None, silence: float) -> Iterator[Change]:
    """Yield what happens behind the cursor, without end; a credential that has ended is renewed once.

    Raises ``Reset``, ``Refused``, and ``Unreachable`` after several attempts that brought nothing.
    """
    failures, renewed = 0, False
    while True:
        fields = transport.bearer()
        try:
            for raw in _frames(transport, cursor, fields, silence):
                changes, after = page(raw, cursor)
                yield from changes
                cursor, failures, renewed = after, 0, False
        except (Dropped, TimedOut, Refused) as error:
            if not renewed and _has_ended(error) and transport.renew(fields):
                renewed = True
                continue
            failures += 1
            transport.patience.pause(error, failures)


def _has_ended(error: ClientError) -> bool:
    """Say whether the credential is what was refused: an access token's time ends in the middle of a connection."""
    return isinstance(error, Refused) and error.unauthorized


def _frames(
    transport: Transport, cursor: str | None, fields: dict[str, str], silence: float
) -> Iterator[dict[str, Any]]:
    with _opened(transport, cursor, fields) as socket:
        while True:
            yield _frame(transport, socket, silence)


def _opened(transport: Transport, cursor: str | None, fields: dict[str, str]) -> "ClientConnection":
    from websockets.exceptions import InvalidStatus, WebSocketException  # noqa: PLC0415 - few scripts need it
    from websockets.sync.client import reconnect  # noqa: PLC0415

    class Opening(reconnect):
        def process_redirect(self, exc: Exception) -> Exception:
            return exc  # it is not followed

    address = transport.address
    query = f"?{urlencode({'cursor': cursor})}" if cursor else ""
    uri = f"{'wss' if address.secure else 'ws'}://{address.netloc}{transport.target('sync/live')}{query}"
    try:
        with wire.failures(address.netloc):
            return Opening(
                uri, additional_headers=fields, proxy=None, max_size=LONGEST_ANSWER, max_queue=4,
                open_timeout=transport.timeout, close_timeout=1, user_agent_header="wristgate-client",
            ).connect()  # fmt: skip
    except InvalidStatus as error:
        raise transport.denied(error.response.status_code, _read(bytes(error.response.body or b"")) or {}) from None
    except WebSocketException as error:
        raise NotUnderstood(f"{address.netloc} opens no WebSocket") from error


def _frame(transport: Transport, socket: "ClientConnection", silence: float) -> dict[str, Any]:
    """Receive a frame; one that says why the gateway hangs up is raised."""
    from websockets.exceptions import ConnectionClosed  # noqa: PLC0415

    where = transport.address.netloc
    try:
        with wire.failures(where):
            frame = socket.recv(timeout=silence)
    except ConnectionClosed as closed:
        code = closed.rcvd.code if closed.rcvd else 0
        raise _ending(where, code) from None
    raw = _read(frame)
    if raw is None:
        raise NotUnderstood(f"{where} sends something that is not a gateway's")
    if raw.get("ok") is False:
        raise refusal(number_or_none(raw, "code") or 0, raw)
    return raw


def _ending(where: str, code: int) -> ClientError:
    return Refused(code - 4000, {}) if code in _REFUSED else Dropped(f"{where} cannot be reached: the connection broke")


def _read(frame: str | bytes) -> dict[str, Any] | None:
    try:
        raw = json.loads(frame)
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) else None
