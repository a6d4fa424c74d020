"""The pages in a real browser, on a phone's screen, without JavaScript."""

import re
from collections.abc import Iterator
from pathlib import Path

import pybase64
import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

from gateway.simwatch.localgateway import LocalGateway
from gateway.simwatch.sample import RUN_FILE
from tests.client import Api, pair
from tests.conftest import NO_LIMITS
from tests.local import Local

PHONE = 360  # CSS pixels, the narrowest of common phones


@pytest.fixture
def fresh() -> Iterator[LocalGateway]:
    with Local(NO_LIMITS) as running:
        yield running


def fill(browser: webdriver.Chrome, **values: str) -> None:
    for name, value in values.items():
        browser.find_element(By.NAME, name).send_keys(value)
    press(browser, "main form button:not(.quiet)")


def press(browser: webdriver.Chrome, button: str) -> None:
    """Press a button and wait for the page that it leads to."""
    page = browser.find_element(By.TAG_NAME, "html")
    browser.find_element(By.CSS_SELECTOR, button).click()
    WebDriverWait(browser, 30, ignored_exceptions=(WebDriverException,)).until(staleness_of(page))


def text(browser: webdriver.Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "main").text


def fits(browser: webdriver.Chrome) -> bool:
    """Say whether the page needs no sideways scrolling."""
    body = browser.find_element(By.TAG_NAME, "body")
    return bool(body.size["width"] <= browser.get_window_size()["width"])


def test_first_sign_in_pairing_and_signing_out(browser: webdriver.Chrome, fresh: LocalGateway, shots: Path) -> None:
    def look(name: str) -> None:
        assert fits(browser)
        browser.save_screenshot(str(shots / f"{name}.png"))

    browser.get(fresh.url)
    assert "Nobody has signed in yet" in text(browser)
    look("1-fresh")
    link = fresh.command("signin-link").decode().strip()
    path = re.sub("^http://[^/]*", fresh.url, link)
    browser.get(path)
    browser.get(path)  # looking does not use it up
    look("2-welcome")
    fill(browser, email="ana@example.com", password="short")
    assert "10 to 1024 characters" in text(browser)
    look("3-too-short")
    fill(browser, password="correct horse battery")
    assert "No device is paired yet" in text(browser)
    look("4-home")
    browser.get(path)
    assert "This link was used" in text(browser).replace("this", "This")

    watch = Api(fresh.url)
    begun = watch.post("pair", {"device": "d", "name": "fenix <b>7</b>"}).good
    browser.get(begun["url"])
    look("5-pair")
    fill(browser, code="AAAAAAAA")
    assert "No device waits with this code" in text(browser)
    fill(browser, code=f"{begun['code'][:4]}-{begun['code'][4:]}".lower())
    assert "fenix -b-7-" in text(browser)
    assert "127.0.0.1" in text(browser)
    assert "just now" in text(browser)
    look("6-confirm")
    assert watch.get("pair", id=begun["id"]).good["state"] == "wait"
    press(browser, "[name=confirm]")
    assert "is yours" in text(browser)
    look("7-paired")
    token = watch.get("pair", id=begun["id"]).good["token"]
    Api(fresh.url, token).get("status").good  # noqa: B018
    browser.get(fresh.url)
    assert "fenix -b-7-" in text(browser)
    look("8-devices")

    press(browser, "form[action='/signout'] button")
    browser.get(f"{fresh.url}/pair")
    assert "/signin" in browser.current_url
    look("9-sign-in")
    fill(browser, email="ana@example.com", password="wrong horse battery")
    assert "E-mail or password is wrong" in text(browser)
    browser.find_element(By.NAME, "email").clear()
    fill(browser, email="ANA@example.com", password="correct horse battery")
    assert browser.current_url.endswith("/pair")


def test_repairing_a_refused_file(browser: webdriver.Chrome, fresh: LocalGateway, shots: Path) -> None:
    screen = {"width": PHONE, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)

    def look(name: str) -> None:
        for element in browser.find_elements(By.CSS_SELECTOR, "body *"):
            assert element.rect["x"] + element.rect["width"] <= PHONE, element.text
        picture = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
        (shots / f"{name}.png").write_bytes(pybase64.b64decode(picture["data"]))

    run = RUN_FILE.read_bytes()
    watch = pair(fresh, "fenix 7")
    long = f"{'long' * 60}.fit"
    for name, data in (("route.gpx", b"<gpx><rte>"), (long, run[:-9]), ("morning-run.fit", run[:17_000])):
        assert watch.upload(name, data).status == 422
    browser.get(re.sub("^http://[^/]*", fresh.url, fresh.command("signin-link").decode().strip()))
    fill(browser, email="ana@example.com", password="correct horse battery")
    assert "12 of about 45 min can be saved" in text(browser)
    look("10-refused-at-home")
    press(browser, "[aria-label='Repair morning-run.fit']")
    assert "12 of about 45 min, in /activities/morning-run (repaired).fit" in text(browser)
    look("11-repaired")
    press(browser, f"[aria-label='Repair {long}']")
    assert "45 min, in /activities/longlong" in text(browser)
    look("12-long-name")
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    )
    look("13-dark")
    assert fresh.command("list", "/activities").count(b"repaired") == 2
    browser.get(fresh.url)
    assert "morning-run.fit" not in text(browser)
    assert "route.gpx" in text(browser)
