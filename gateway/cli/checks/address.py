"""The public address: whether it leads here, and what the proxy on the way does."""

import http.client
import ipaddress
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.auth import challenge
from gateway.auth.jwt import TokenKey
from gateway.cli.checks.findings import NOTE, OK, PROBLEM, WARNING, Finding
from gateway.cli.checks.tls import PATIENCE, tls
from gateway.cli.premises import SERVE, holder
from gateway.config import Config
from gateway.errors import GatewayError

RESOLVING: Final = 5.0  # seconds for a name
APART: Final = 60  # seconds between two clocks
_LONGEST: Final = 100_000  # bytes of an answer
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")
_HAIRPIN: Final = "open the ports, or if phones do reach it, your router does not lead its own network back to itself"


@dataclass(slots=True)
class Answer:
    """What came from the public address."""

    status: int
    headers: dict[str, str]
    seen: dict[str, Any] = field(default_factory=dict)
    well: bool = False


def address(config: Config, key: TokenKey) -> Iterator[Finding]:
    """Look at the way to SYNC_BASE_URL; nobody else is asked anything, and each look ends in time."""
    if config.base_url is None:
        yield Finding(
            NOTE, "Address", "SYNC_BASE_URL is not set, so nothing is known of the way from outside",
            "set it to the address that phones and watches use, like https://sync.example.com",
        )  # fmt: skip
        return
    parts = urlsplit(config.base_url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    if not _resolves(host, port):
        yield Finding(
            PROBLEM, "Address", f"{host} is not known to the name servers", "give its domain an A or AAAA record"
        )
        return
    if secure:
        found = list(tls(host, port))
        yield from found
        if any(one.level == PROBLEM and one.about in {"Certificate", "TLS"} for one in found):
            return
    elif host not in _LOCAL:
        yield Finding(WARNING, "TLS", "SYNC_BASE_URL is http: no watch talks to that", "put a proxy with TLS before it")
    yield from _way(config, key, host, port, secure=secure)


def _way(config: Config, key: TokenKey, host: str, port: int, *, secure: bool) -> Iterator[Finding]:
    now = int(time.time())
    try:
        shown = challenge.challenge(key, now)
        answer = _asked(host, port, shown, secure=secure)
    except GatewayError as error:
        yield Finding(PROBLEM, "Address", error.message)
        return
    except (OSError, http.client.HTTPException, ValueError) as error:
        said = f"not within {PATIENCE:.0f} s" if isinstance(error, TimeoutError) else str(error)
        yield Finding(PROBLEM, "Address", f"no answer from {config.base_url}: {said}", _HAIRPIN)
        return
    yield from _clock(answer, now)
    if answer.seen.get("proof") != challenge.proof(key, shown):
        yield _stranger(config, answer)
        return
    yield Finding(OK, "Address", f"{config.base_url} leads to this gateway")
    yield from _forwarding(answer, secure=secure)
    yield from _changes(answer)


def _asked(host: str, port: int, shown: str, *, secure: bool) -> Answer:
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(host, port, timeout=PATIENCE)
    try:
        fields = {challenge.HEADER: shown, "Accept-Encoding": "gzip, deflate, br, zstd", "Accept": "application/json"}
        connection.request("GET", "/health", headers=fields)
        response = connection.getresponse()
        answer = Answer(response.status, {name.lower(): value for name, value in response.getheaders()})
        body = _body(response.read(_LONGEST), answer.headers.get("content-encoding", ""))
    finally:
        connection.close()
    answer.well = body.get("status") == "ok"
    answer.seen = body["seen"] if isinstance(body.get("seen"), dict) else {}
    return answer


def _body(data: bytes, encoding: str) -> dict[str, Any]:
    """Read an answer; of one that was compressed on its way only gzip can be read here."""
    if encoding == "gzip":
        import zlib  # noqa: PLC0415

        data = zlib.decompressobj(31).decompress(data, _LONGEST)
    try:
        body = json.loads(data)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _stranger(config: Config, answer: Answer) -> Finding:
    if 300 <= answer.status < 400:  # noqa: PLR2004
        where = answer.headers.get("location", "elsewhere")
        return Finding(PROBLEM, "Address", f"it redirects to {where}", "set SYNC_BASE_URL to the address that answers")
    if answer.status in {502, 503, 504} and not answer.well:
        remedy = (
            "start the gateway" if holder(config.data_dir / SERVE) is None else "see where the proxy sends requests"
        )
        return Finding(PROBLEM, "Address", f"the proxy there does not reach a gateway ({answer.status})", remedy)
    if answer.headers.get("content-encoding") not in {None, "gzip"}:
        return Finding(
            PROBLEM, "Proxy", "it compresses answers", "turn compression off for this address, and look again"
        )
    what = "another gateway" if answer.well else f"something else (status {answer.status})"
    return Finding(
        PROBLEM, "Address", f"{what} answers at {config.base_url}",
        "see where name and proxy lead to; a proxy must pass X-Wristgate-Challenge on",
    )  # fmt: skip


def _forwarding(answer: Answer, *, secure: bool) -> Iterator[Finding]:
    """Say whether the gateway learns from its proxy who is calling."""
    seen, peer = answer.seen, str(answer.seen.get("peer"))
    if seen.get("trusted") and seen.get("forwarded_for"):
        yield Finding(OK, "Proxy", f"{peer} says for whom it asks, and is believed")
    elif seen.get("forwarded_for"):
        yield Finding(
            WARNING, "Proxy", f"{peer} says for whom it asks, and is not believed: all devices share one limit",
            f"SYNC_TRUSTED_PROXIES={peer}",
        )  # fmt: skip
    elif secure:
        yield Finding(
            WARNING, "Proxy", f"{peer} does not say for whom it asks: all devices share one limit",
            "have it send X-Forwarded-For and X-Forwarded-Proto",
        )  # fmt: skip
    elif seen.get("trusted") and not _is_here(peer):
        yield Finding(NOTE, "Proxy", f"{peer} is trusted, and says nothing", "have it send X-Forwarded-For")
    if secure and seen.get("forwarded_for") and seen.get("forwarded_proto") != "https":
        yield Finding(NOTE, "Proxy", "does not say that callers came by https", "have it send X-Forwarded-Proto: https")


def _changes(answer: Answer) -> Iterator[Finding]:
    """Say what the proxy does to answers that it had better leave as they are."""
    if "content-encoding" in answer.headers:
        yield Finding(
            WARNING, "Proxy", "it compresses answers, which a watch's memory pays for",
            "turn compression off for this address; the gateway compresses where it helps",
        )  # fmt: skip
    elif "content-length" not in answer.headers:
        yield Finding(
            WARNING, "Proxy", "it takes the length off answers (chunked)", "turn off what rewrites answers there"
        )
    else:
        yield Finding(OK, "Answers", "come as they were sent")


def _clock(answer: Answer, now: int) -> Iterator[Finding]:
    try:
        apart = parsedate_to_datetime(answer.headers.get("date", "")).timestamp() - now
    except (ValueError, TypeError):
        return
    if abs(apart) > APART:
        yield Finding(
            WARNING, "Clock", f"that of {'the proxy' if apart > 0 else 'this machine'} is {abs(apart):,.0f} s ahead",
            "set both: timedatectl set-ntp true",
        )  # fmt: skip


def _is_here(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False


def _resolves(host: str, port: int) -> bool:
    """Say whether a name has an address; a name server that says nothing counts as a no."""
    found: list[object] = []

    def resolve() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            return

    thread = threading.Thread(target=resolve, daemon=True)
    thread.start()
    thread.join(RESOLVING)
    return bool(found)
