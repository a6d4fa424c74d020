"""What a proxy must not believe, and what it must not write down."""

import contextlib
import json
from pathlib import Path

import apsw
import pytest

from tests.deploy.authority import NAME, Certificate
from tests.deploy.callers import STORE, TLS13, Caller, Front, away, head
from tests.deploy.proxies import PROXIES, Proxy
from tests.e2e.client import GARMIN
from tests.e2e.contract import check
from tests.e2e.program import Program

SECRET = "s3cretw0rd"
CLAIMS = (
    "X-Forwarded-For: 203.0.113.7", "X-Forwarded-For: 203.0.113.8, 127.0.0.1", "X-Real-IP: 203.0.113.9",
    "Forwarded: for=203.0.113.10", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: http",
)  # fmt: skip
LINES = (
    f"POST /api/v2/import/generic?api_key={SECRET}", f"POST /api/v2/import/generic?api-key={SECRET}",
    f"GET /signin?link={SECRET}", f"GET /pair?code={SECRET}", f"GET {GARMIN}pair?id={SECRET}",
    f"GET {STORE}sync/live?token={SECRET}", f"GET /metrics?token={SECRET}", f"GET /health%3Fkey={SECRET}",
    f"GET https://{NAME}/signin?link={SECRET}", f"GET /signin?link={SECRET}{'x' * 9000}", f"BREW /a?code={SECRET}",
)  # fmt: skip
FIELDS = (
    f"Authorization: Bearer {SECRET}", f"X-API-Key: {SECRET}", f"Cookie: session={SECRET}",
    f"Referer: https://{NAME}/signin?link={SECRET}", f"Sec-WebSocket-Protocol: wristgate, bearer.{SECRET}",
)  # fmt: skip


def asked_from(front: Front, ident: str) -> str:
    """The address from which the pairing of a device was asked for, as the gateway has it."""
    flags = apsw.SQLITE_OPEN_READONLY
    with contextlib.closing(apsw.Connection(str(front.gateway.data / "wristgate.db"), flags=flags)) as connection:
        return str(connection.execute("select address from pairings where ident = ?", (ident,)).get)


@pytest.mark.parametrize("source", ["127.0.0.1", "127.0.0.2"])
def test_a_client_is_where_it_is_and_not_where_it_claims_to_be(front: Front, source: str) -> None:
    ident = f"{front.proxy.name} {source}"
    asked = json.dumps({"device": ident, "name": "x"}).encode()
    offer = check(front.ask(f"POST {GARMIN}pair", *CLAIMS, body=asked, source=source))
    assert asked_from(front, ident) == source
    assert offer["url"] == f"https://{NAME}/pair"


def tell_all(proxy: Proxy) -> None:
    for version in (TLS13, None):
        for line in LINES:
            with Caller(proxy, version) as caller, contextlib.suppress(OSError):
                caller.send(head(line, *FIELDS, "Content-Length: 0", "Connection: close"))
                caller.rest()
        with Caller(proxy, version) as caller, contextlib.suppress(OSError):
            caller.send(head(f"POST {STORE}files/upload?api_key={SECRET}", *FIELDS, "Content-Length: 70000"))
            caller.send(SECRET.encode() * 1000)  # and goes away
    with Caller(proxy) as caller:
        caller.send(f"GET /?code={SECRET} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".encode()).rest()


@pytest.mark.parametrize("kind", PROXIES, ids=lambda proxy: proxy.name)
def test_no_secret_is_written_down(
    kind: type[Proxy], gateway: Program, certificate: Certificate, tmp_path: Path
) -> None:
    """Whether the gateway answers or not, and whatever level the log of the other sites has."""
    proxy = kind(tmp_path, certificate, gateway.port).start()
    tell_all(proxy)
    with away(gateway):
        tell_all(proxy)
    proxy.stop()
    written = proxy.written()
    assert "/signin" in written, "there is no log to look into"
    assert "503" in written or "502" in written
    assert SECRET not in written
    assert SECRET not in gateway.words()
