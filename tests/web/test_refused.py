"""Refused files on the pages: shown to their owner only, repaired by a form of our own only."""

import json
import re

import pytest

from gateway import formats
from gateway.simwatch.localgateway import LocalGateway
from gateway.simwatch.sample import RUN_FILE
from tests.client import Api, pair
from tests.samples import fit
from tests.web.test_pages import Visitor, gateway_user

RUN = RUN_FILE.read_bytes()


@pytest.fixture(scope="module")
def ana(gateway: LocalGateway) -> Visitor:
    gateway_user(gateway, "ana@example.com")
    visitor = Visitor(gateway.url)
    assert visitor.submit("/signin", email="ana@example.com", password="correct horse")[0] == 303
    assert "Refused" not in visitor.open("/")[1]
    assert "There are none" in visitor.open("/refused")[1]
    return visitor


def refuse(gateway: LocalGateway, device: Api, name: str, data: bytes) -> str:
    """Have a file refused; gives its id."""
    assert device.upload(name, data).status == 422
    [row] = [row for row in listed(gateway) if row["name"] == name]
    return row["id"]


def listed(gateway: LocalGateway) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(gateway.command("refused", "--json"))
    return rows


def repair(visitor: Visitor, key: str) -> tuple[int, str, dict[str, str]]:
    """Send the form of a repair, as any page of ours would."""
    form = re.search('name="form" value="([^"]*)"', visitor.open("/")[1])
    assert form
    return visitor.open("/refused", {"form": form[1], "file": key})


def cards(page: str) -> dict[str, str]:
    """The text of each refused file's card, by name."""
    found = re.findall("<li><strong>([^<]*)</strong>(.*?)</li>", page, re.DOTALL)
    return {name: " ".join(re.sub("<[^>]*>", " ", rest).split()) for name, rest in found}


def test_a_refused_file_is_shown_and_repaired(gateway: LocalGateway, ana: Visitor, device: Api) -> None:
    key = refuse(gateway, device, "half.fit", RUN[: len(RUN) // 2])
    refuse(gateway, device, "broken.gpx", b"<gpx><trk>")
    for path in ("/", "/refused"):
        shown = cards(ana.open(path)[1])
        assert "fenix 7, just now" in shown["half.fit"]
        assert "The file is cut short" in shown["half.fit"]
        assert "23 of about 45 min can be saved" in shown["half.fit"]
        assert "04:52 UTC" in shown["half.fit"]
        assert "Nothing of it can be saved" in shown["broken.gpx"]
    status, page, _ = repair(ana, key)
    assert status == 200
    assert "/activities/half (repaired).fit" in page
    assert "/backups/fenix 7/half.fit" in page
    assert formats.read(gateway.command("get", "/activities/half (repaired).fit")).records > 1300
    assert "half.fit" not in cards(ana.open("/")[1])
    assert "broken.gpx" in cards(ana.open("/")[1])
    again = repair(ana, key)
    assert again[0] == 200
    assert gateway.command("list", "/activities").count(b"half") == 1


def test_what_cannot_be_repaired_is_said(gateway: LocalGateway, ana: Visitor, device: Api) -> None:
    key = refuse(gateway, device, "torn.gpx", b"<gpx><trk><name>")
    for file in (key, "aaaaaaaaaaaa", ""):
        status, page, _ = repair(ana, file)
        assert status == 422
        assert 'role="alert"' in page
        assert "<h1>Refused files</h1>" in page


def test_home_shows_the_newest_three_and_the_page_twenty(gateway: LocalGateway, ana: Visitor, device: Api) -> None:
    assert "There are older ones" not in ana.open("/refused")[1]
    for n in range(21):
        assert device.upload(f"run-{n}.fit", fit()[:-1]).status == 422
    assert "There are older ones" in ana.open("/refused")[1]
    home = cards(ana.open("/")[1])
    assert len([name for name in home if name.endswith((".fit", ".gpx"))]) == 3
    assert len(cards(ana.open("/refused")[1])) == 20
    for row in listed(gateway):  # those of one second have no order, and would hide the other tests'
        gateway.command("refused", "discard", row["id"])


def test_a_repair_needs_a_form_of_our_own(gateway: LocalGateway, ana: Visitor, device: Api) -> None:
    key = refuse(gateway, device, "forged.fit", fit()[:-1])
    for fields in ({}, {"form": "0" * 64}):
        assert ana.open("/refused", {"file": key, **fields})[0] == 403
    assert b"forged" not in gateway.command("list")


def test_only_who_is_signed_in_sees_them(gateway: LocalGateway, ana: Visitor, device: Api) -> None:
    key = refuse(gateway, device, "private.fit", fit()[:-1])
    stranger = Visitor(gateway.url)
    assert "private.fit" not in stranger.open("/")[1]
    assert (stranger.open("/refused")[0], stranger.open("/refused")[2]["location"]) == (303, "/signin")
    form = re.search('name="form" value="([^"]*)"', stranger.open("/signin")[1])
    assert form
    assert stranger.open("/refused", {"form": form[1], "file": key})[0] == 303
    gateway_user(gateway, "bob@example.com")
    stranger.submit("/signin", email="bob@example.com", password="correct horse")
    assert "private.fit" not in stranger.open("/")[1] + stranger.open("/refused")[1]
    assert stranger.open("/refused", {"form": form[1], "file": key})[0] == 422
    assert "private.fit" in ana.open("/refused")[1]
    assert b"private" not in gateway.command("list")


def test_the_page_is_locked_down_and_escapes_names(gateway: LocalGateway, ana: Visitor) -> None:
    refuse(gateway, pair(gateway, "<b>watch</b>"), "<script>.fit", fit()[:-1])
    _, page, headers = ana.open("/refused")
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert "<script>" not in page + ana.open("/")[1]
    assert "&lt;script&gt;.fit" in page
