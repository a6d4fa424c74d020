"""TLS as a watch and a browser want it."""

import socket
import ssl
import warnings

import pytest

from tests.deploy.authority import NAME
from tests.deploy.callers import HSTS, TLS12, TLS13, Caller, Front, own, trusting
from tests.e2e.program import GUARD


@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_both_versions_with_the_whole_chain(front: Front, version: ssl.TLSVersion) -> None:
    """The client knows the root alone, so the proxy has to send what lies between."""
    with Caller(front.proxy, version) as caller:
        assert isinstance(caller.sock, ssl.SSLSocket)
        assert caller.sock.version() == {TLS12: "TLSv1.2", TLS13: "TLSv1.3"}[version]
        assert caller.ask("GET /health").value == {"status": "ok"}


def test_nothing_older(front: Front) -> None:
    context = trusting(front.proxy)
    with warnings.catch_warnings(action="ignore"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with (
        socket.create_connection(("127.0.0.1", front.proxy.port), GUARD) as plain,
        pytest.raises(ssl.SSLError, match=r"(?i)version"),
    ):
        context.wrap_socket(plain, server_hostname=NAME)


def test_http_2_is_offered(front: Front) -> None:
    with Caller(front.proxy, TLS13, "h2", "http/1.1") as caller:
        assert isinstance(caller.sock, ssl.SSLSocket)
        assert caller.sock.selected_alpn_protocol() == "h2"


def test_browsers_are_told_to_stay_with_it(front: Front) -> None:
    for path in ("/", "/health", "/api/v1/garmin/status", "/metrics"):
        assert front.ask(f"GET {path}").fields["strict-transport-security"] == HSTS


@pytest.mark.parametrize(
    "path", ["/api/v1/garmin/status", "/api/v1/files/upload?api_key=x", "/api", "/health", "/healthz"]
)
def test_the_api_over_plain_http_is_refused_and_not_led_elsewhere(front: Front, path: str) -> None:
    for method, body in (("GET", None), ("POST", b"{}")):
        answer = front.ask(f"{method} {path}", body=body, version=None)
        assert own(answer)["error"] == "forbidden"
        assert "https" in answer.value["m"]
        assert "strict-transport-security" not in answer.fields
        with_200 = f"{path}{'&' if '?' in path else '?'}e=200"
        assert own(front.ask(f"{method} {with_200}", body=body, version=None), hidden=True)["code"] == 403


@pytest.mark.parametrize("path", ["/", "/pair", "/signin?link=abc", "/docs", "/apiary"])
def test_pages_over_plain_http_lead_to_https(front: Front, path: str) -> None:
    answer = front.ask(f"GET {path}", version=None)
    assert (answer.status, answer.fields["location"]) == (301, f"https://sync.example.com{path}")
