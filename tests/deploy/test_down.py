"""The gateway is away, or hangs, and comes back: a watch is told in the gateway's words, and when to ask again."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.authority import Certificate
from tests.deploy.callers import HSTS, STORE, TLS12, TLS13, Caller, Front, away, head, own
from tests.deploy.proxies import PROXIES, Proxy
from tests.e2e.client import GARMIN
from tests.e2e.contract import check
from tests.e2e.program import Program

PATIENCE = {"caddy": "response_header_timeout 90s", "nginx": "proxy_read_timeout 90s"}
LONGEST_WAIT = 60


@pytest.fixture
def down(front: Front) -> Iterator[Front]:
    """The gateway was stopped; it comes back after the test."""
    front.watch, front.key  # noqa: B018 - made while they can be
    with away(front.gateway):
        yield front


def assert_busy(front: Front, line: str, body: bytes | None = None, *fields: str, hidden: bool = False) -> None:
    for version in (TLS12, TLS13):
        answer = front.ask(line, front.watch, *fields, body=body, version=version)
        if line.startswith("HEAD"):
            assert (answer.status, answer.fields["content-type"]) == (503, "application/json")
            continue
        value = own(answer, hidden=hidden, most=256)
        assert (value["error"], value["code"], value["wait"]) == ("busy", 503, 30)
        assert answer.fields["strict-transport-security"] == HSTS


def test_a_gateway_that_is_down(down: Front) -> None:
    assert_busy(down, f"GET {GARMIN}status")
    assert_busy(down, f"HEAD {GARMIN}status")
    assert_busy(down, f"POST {GARMIN}upload", bytes(140_000))
    assert_busy(down, f"GET {GARMIN}status?max=256&e=200", hidden=True)
    assert_busy(down, "GET /health", None, "Accept: text/html", "Accept-Encoding: gzip")
    assert_busy(down, f"GET {STORE}sync/live", None, "Upgrade: websocket", "Connection: Upgrade")
    assert own(down.ask("GET /metrics"))["code"] == 404


def test_an_upload_to_a_gateway_that_is_down(down: Front) -> None:
    """The answer comes although most of the body does not."""
    with Caller(down.proxy) as caller:
        caller.send(head(f"POST {STORE}files/upload?path=/a.bin", down.key, "Content-Length: 20000000"))
        with contextlib.suppress(OSError):
            caller.send(bytes(300_000))
        assert own(caller.answer())["error"] == "busy"


def test_it_comes_back_at_once(front: Front) -> None:
    """No proxy goes on sparing a gateway that was down, not even on connections that it kept."""
    with Caller(front.proxy) as caller:
        assert check(caller.ask(f"GET {GARMIN}status", front.watch))["ok"] is True
        with away(front.gateway):
            assert own(caller.ask(f"GET {GARMIN}status", front.watch))["error"] == "busy"
        assert check(caller.ask(f"GET {GARMIN}status", front.watch))["ok"] is True


@pytest.mark.parametrize("kind", PROXIES, ids=lambda proxy: proxy.name)
def test_a_gateway_that_hangs(kind: type[Proxy], gateway: Program, certificate: Certificate, tmp_path: Path) -> None:
    """With less patience than the file has, so that the test ends."""
    whole = PATIENCE[kind.name]
    proxy = kind(tmp_path, certificate, gateway.port, {whole: whole.replace("90s", "1s")}).start()
    os.killpg(gateway.master, signal.SIGSTOP)
    try:
        with Caller(proxy) as caller:
            assert own(caller.ask(f"GET {GARMIN}status"))["error"] == "busy"
            assert own(caller.ask(f"POST {GARMIN}pair", body=b"{}"))["error"] == "busy"
    finally:
        os.killpg(gateway.master, signal.SIGCONT)
        proxy.stop()


@pytest.mark.parametrize("kind", PROXIES, ids=lambda proxy: proxy.name)
def test_their_patience_is_longer_than_a_long_poll(kind: type[Proxy], certificate: Certificate, tmp_path: Path) -> None:
    words = kind(tmp_path, certificate, 1).site.read_text().split()
    timeouts = [words[at + 1] for at, word in enumerate(words) if word.endswith(("_header_timeout", "read_timeout"))]
    assert timeouts
    assert all(int(each.rstrip("s;")) > LONGEST_WAIT for each in timeouts)
