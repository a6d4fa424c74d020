"""What the pages refuse."""

import http.cookiejar
import re
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.client import Api
from tests.local import Local


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


@dataclass
class Visitor:
    """A browser with cookies that follows nothing by itself."""

    url: str
    jar: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def open(self, path: str, data: dict[str, str] | None = None) -> tuple[int, str, dict[str, str]]:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), _NoRedirects)
        body = urlencode(data).encode() if data is not None else None
        request = urllib.request.Request(self.url + path, body, {"Accept": "text/html"})
        try:
            answer = opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.headers.items()}

    def submit(self, path: str, **fields: str) -> tuple[int, str, dict[str, str]]:
        """Load a page and send its form."""
        form = re.search('name="form" value="([^"]*)"', self.open(path)[1])
        assert form
        return self.open(path.partition("?")[0], {"form": form[1], **fields})


@pytest.fixture(scope="module")
def signed_in(gateway: LocalGateway) -> Visitor:
    gateway_user(gateway, "ana@example.com")
    visitor = Visitor(gateway.url)
    assert visitor.submit("/signin", email="ana@example.com", password="correct horse")[0] == 303
    return visitor


def gateway_user(gateway: LocalGateway, email: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "gateway", "user", "add", email, "--password-stdin"], input=b"correct horse\n",
        env=gateway.environment, check=True, capture_output=True,
    )  # fmt: skip


def test_every_page_is_locked_down(gateway: LocalGateway, signed_in: Visitor) -> None:
    for visitor in (Visitor(gateway.url), signed_in):
        for path in ("/", "/signin", "/signin?link=nonsense", "/pair", "/nothing"):
            status, _, headers = visitor.open(path)
            if status == 303:
                continue
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "script-src" not in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cache-control"] == "no-store"
            assert headers["content-type"] == "text/html; charset=utf-8"


def test_cookies_are_out_of_reach(gateway: LocalGateway, signed_in: Visitor) -> None:
    raw = Visitor(gateway.url).open("/signin")[2]["set-cookie"]
    assert "HttpOnly" in raw
    assert "SameSite=Strict" in raw
    session = next(cookie for cookie in signed_in.jar if cookie.name == "wristgate_session")
    assert session.has_nonstandard_attr("HttpOnly")


def test_a_form_needs_the_token_of_its_own_page(gateway: LocalGateway, signed_in: Visitor) -> None:
    begun = Api(gateway.url).post("pair", {"device": "csrf", "name": "n"}).good
    for fields in ({}, {"form": ""}, {"form": "0" * 64}):
        status, page, _ = signed_in.open("/pair", {"code": begun["code"], "confirm": "1", **fields})
        assert status == 403
        assert "form is too old" in page
    assert Visitor(gateway.url).open("/signin", {"email": "ana@example.com", "password": "correct horse"})[0] == 403
    assert Api(gateway.url).get("pair", id=begun["id"]).good["state"] == "wait"


def test_pairing_needs_a_sign_in(gateway: LocalGateway) -> None:
    status, _, headers = Visitor(gateway.url).open("/pair")
    assert (status, headers["location"]) == (303, "/signin?next=pair")


def test_next_leads_nowhere_else(gateway: LocalGateway, signed_in: Visitor) -> None:
    assert signed_in.open("/")[0] == 200
    visitor = Visitor(gateway.url)
    status, _, headers = visitor.submit(
        "/signin?next=//evil.example", email="ana@example.com", password="correct horse", next="//evil.example"
    )
    assert (status, headers["location"]) == (303, "/")


def test_a_code_in_a_link_is_not_filled_in(signed_in: Visitor) -> None:
    assert "K7QM2PXD" not in signed_in.open("/pair?code=K7QM2PXD")[1]


def test_signing_up_is_off(gateway: LocalGateway, signed_in: Visitor) -> None:
    visitor = Visitor(gateway.url)
    assert "Make an account" not in visitor.open("/signin")[1]
    assert visitor.submit("/signin", email="eve@example.com", password="correct horse", signup="1")[0] == 422
    assert signed_in.open("/pair")[0] == 200


def test_signing_up_where_it_is_allowed() -> None:
    with Local({"SYNC_ALLOW_SIGNUP": "true"}) as gateway:
        gateway_user(gateway, "ana@example.com")
        visitor = Visitor(gateway.url)
        assert visitor.submit("/signin", email="eve@example.com", password="correct horse", signup="1")[0] == 303
        assert "eve@example.com" in visitor.open("/")[1]
        taken = Visitor(gateway.url).submit("/signin", email="EVE@example.com", password="other horse", signup="1")
        assert taken[0] == 422
        assert "E-mail: EVE@example.com has an account already" in taken[1]


def test_who_signs_up_never_becomes_the_owner() -> None:
    with Local({"SYNC_ALLOW_SIGNUP": "true"}) as gateway:
        stranger = Visitor(gateway.url)
        assert stranger.submit("/signin", email="eve@example.com", password="correct horse", signup="1")[0] == 303
        link = gateway.command("signin-link").decode().strip()
        path = link[link.index("/signin") :]
        assert "Welcome" in Visitor(gateway.url).open(path)[1]
        fields = {"link": path.partition("=")[2], "email": "ana@example.com", "password": "correct horse"}
        assert Visitor(gateway.url).submit(path, **fields)[0] == 303


def test_sign_ins_and_codes_are_limited() -> None:
    with Local({"SYNC_RATE_AUTH": "3"}) as gateway:
        gateway_user(gateway, "ana@example.com")
        visitor = Visitor(gateway.url)
        assert visitor.submit("/signin", email="ana@example.com", password="correct horse")[0] == 303
        statuses = [visitor.submit("/pair", code="AAAAAAAA")[0] for _ in range(6)]
        assert 429 in statuses
        statuses = [visitor.submit("/signin", email="ana@example.com", password="no")[0] for _ in range(6)]
        assert 429 in statuses


def test_a_link_signs_in_once(gateway: LocalGateway, signed_in: Visitor) -> None:
    assert signed_in.open("/")[0] == 200
    link = gateway.command("signin-link").decode().strip()
    path = link[link.index("/signin") :]
    visitor = Visitor(gateway.url)
    secret = path.partition("=")[2]
    assert visitor.submit(path, link=secret, email="", password="")[0] == 303
    assert "ana@example.com" in visitor.open("/")[1]
    assert Visitor(gateway.url).open(path)[0] == 410
    assert Visitor(gateway.url).submit("/signin", link=secret, email="", password="")[0] == 422


def test_a_link_can_set_a_new_password_and_ends_other_sessions(gateway: LocalGateway) -> None:
    gateway_user(gateway, "bob@example.com")
    old = Visitor(gateway.url)
    old.submit("/signin", email="bob@example.com", password="correct horse")
    assert "bob@example.com" in old.open("/")[1]
    link = gateway.command("signin-link", "--user", "bob@example.com").decode().strip()
    visitor = Visitor(gateway.url)
    path = link[link.index("/signin") :]
    fields = {"link": path.partition("=")[2], "email": "bob@example.com", "password": "a new password"}
    assert visitor.submit(path, **fields)[0] == 303
    assert "bob@example.com" not in old.open("/")[1]
    assert Visitor(gateway.url).submit("/signin", email="bob@example.com", password="a new password")[0] == 303


def test_an_error_on_a_page_is_a_page(gateway: LocalGateway) -> None:
    status, page, _ = Visitor(gateway.url).open("/nothing")
    assert status == 404
    assert "<h1>404</h1>" in page
    assert Api(gateway.url).call("GET", "/nothing").failed("not_found", 404)
