"""Every screen, on every watch that the simulator can be, in both languages: nothing cut off, nothing overlapping."""

import time
from pathlib import Path

import pytest

from tests.connectiq.home import a_day
from tests.connectiq.shots import COURSES, a_home, screens
from tests.connectiq.simulator import Simulator

SMALL = ["fr245", "instinct2"]
DEVICES = ["fenix7", "fr245", "instinct2", "venusq2", "venu2", "vivoactive4"]


@pytest.mark.parametrize("language", ["eng", "deu"])
@pytest.mark.parametrize("device", DEVICES)
def test_every_screen_fits(simulator: Simulator, tmp_path: Path, device: str, language: str) -> None:
    now = int(time.time()) // 60 * 60
    with a_home(simulator, tmp_path) as home:
        watch = home.watch(
            device, language=language, now=now, health=a_day(now), profile=COURSES, settings={"background": "false"}
        )
        seen = {}
        for name in screens(home, watch):
            cut = [text for text in watch.texts if text.endswith("...")]
            seen[name] = [*watch.unreadable, *cut]
    assert len(seen) >= 12
    assert ("plans" in seen) == (device not in SMALL)
    assert not {name: texts for name, texts in seen.items() if texts}


@pytest.mark.parametrize("device", ["venu2", "venusq2", "vivoactive4"])
def test_fingers_reach_everything(simulator: Simulator, tmp_path: Path, device: str) -> None:
    with a_home(simulator, tmp_path) as home:
        watch = home.watch(device, settings={"background": "false"}, profile=COURSES).launch()
        watch.tap(100, 100)
        assert watch.state["view"] == "PairingView"
        home.confirm(watch)
        watch.advance(60).press("back")
        watch.tap(100, 100).advance(60)
        assert watch.texts[1] == "Up to date"
        watch.swipe("up")
        assert (watch.menu or [""])[0] == "Routes"
