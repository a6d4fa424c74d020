"""The page that shows the API: complete, without a script, and readable on a phone."""

import json
from pathlib import Path

import pybase64
from selenium import webdriver
from selenium.webdriver.common.by import By

from gateway.http.description import described
from gateway.simwatch.localgateway import LocalGateway
from gateway.web.prose import prose
from tests.client import Api

PHONE = 360
DOCUMENT = json.loads(described())


def test_it_tells_of_every_operation_without_a_script(gateway: LocalGateway) -> None:
    page = Api(gateway.url).call("GET", "/docs", headers={"Accept": "text/html"})
    text = page.body.decode()
    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert "<script" not in text
    assert "//" not in text.replace("https://sync.example.com", "").replace("http://www.topografix.com", "")
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            assert (f'id="{operation["operationId"]}"' in text) is ("x-same-as" not in operation)
    for path in DOCUMENT["paths"]:
        assert path.removeprefix("/api/v1").replace("/", "/\u200b") in text or f"<code>{path}</code>" in text
    for link in set(text.split('href="#')[1:]):
        assert f'id="{link.partition(chr(34))[0]}"' in text
    assert Api(gateway.url).call("GET", "/docs.css").status == 200


def test_a_browser_keeps_it_and_asks_whether_it_is_new(gateway: LocalGateway) -> None:
    api = Api(gateway.url, headers={"Accept-Encoding": "gzip, br"})
    page = api.call("GET", "/docs")
    assert page.headers["content-encoding"] == "gzip"
    assert len(page.body) < 40_000
    again = api.call("GET", "/docs", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_a_link_opens_what_it_leads_to(browser: webdriver.Chrome, gateway: LocalGateway, shots: Path) -> None:
    screen = {"width": PHONE, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.get(gateway.url)
    browser.find_element(By.LINK_TEXT, "API").click()
    assert not browser.find_element(By.ID, "listFiles").is_displayed()
    browser.get(f"{gateway.url}/docs#listFiles")
    shown = browser.find_element(By.ID, "listFiles")
    assert shown.is_displayed()
    assert "curl -H" in shown.text
    for element in (*browser.find_elements(By.CSS_SELECTOR, "body > *, main > *, nav li, section > *"), shown):
        assert element.rect["x"] + element.rect["width"] <= PHONE, element.text
    picture = browser.execute_cdp_cmd("Page.captureScreenshot", {})
    (shots / "14-api.png").write_bytes(pybase64.b64decode(picture["data"]))


def test_prose_is_escaped() -> None:
    assert prose("a `<b>` **&**\nc\n\n- x\n- y") == (
        "<p>a <code>&lt;b&gt;</code> <strong>&amp;</strong> c</p>\n<ul><li>x</li><li>y</li></ul>"
    )
