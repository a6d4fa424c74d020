"""Draws the widget's screens as it talks to a real gateway: ``python -m tests.connectiq.shots [FOLDER]``.

One sheet for each of three shapes of watches, and one of the screens that tell most.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.connectiq.home import SETTINGS, Home, a_day, a_route
from tests.connectiq.simulator import ROOT, Simulator, Watch
from tests.local import Local

SHAPES = {"fenix7": "round", "venusq2": "rectangle", "instinct2": "instinct"}
BEST = ["pairing", "syncing", "up to date", "routes"]
PLAN = {
    "zones": {"heart rate": [93, 130, 148, 167, 185]},
    "week": {"Tue": "6 x 800 m", "Thu": "easy 8 km", "Sun": "long"},
}
#: the simulator's Venu takes no courses, as some real ones; pictures show a watch that does
COURSES = {"content": ["Courses", "Workouts"]}


@contextmanager
def a_home(simulator: Simulator, folder: Path) -> Iterator[Home]:
    """Start a gateway whose owner has put something there for the watch."""
    with Local(SETTINGS) as gateway:
        home = Home(gateway, simulator, folder)
        home.add("garmin.json", json.dumps(PLAN).encode(), "/config")
        home.add("lake.gpx", a_route("Around the lake"), "/routes")
        home.add("river.gpx", a_route("River loop", north=0.1), "/routes")
        yield home


def screens(home: Home, watch: Watch) -> Iterator[str]:
    """Go through the widget as its wearer does; gives the name of each screen while it is to be seen."""
    yield from first_sync(home, watch)
    yield from after_it(home, watch)
    watch.leave()
    if watch.device != "vivoactive4":
        watch.advance(1500).glance()
        yield "glance"


def first_sync(home: Home, watch: Watch) -> Iterator[str]:
    """From an address that is not set to the routes that have come."""
    address = watch.properties["gateway"]
    watch.change_settings(gateway="").launch()
    yield "no address"
    watch.change_settings(gateway=address)
    yield "not paired"
    watch.press("select")
    yield "pairing"
    home.confirm(watch)
    watch.advance(5)
    yield "paired"
    watch.policy(faults=[{"at": 1, "match": "native", "kind": "answer-lost"}]).advance(2)
    yield "syncing"
    watch.advance(60)
    yield "routes"


def after_it(home: Home, watch: Watch) -> Iterator[str]:
    """What a wearer meets later on."""
    watch.press("back").advance(7200)
    yield "up to date"
    watch.policy(phoneConnected=False).press("select")
    yield "no phone"
    watch.policy(phoneConnected=True).change_settings(routes="false")
    home.add("hill.gpx", a_route("Hill", north=0.2), "/routes")
    home.add("forest.gpx", a_route("Forest", north=0.3), "/routes")
    watch.press("select")
    yield "waiting"
    watch.press("menu")
    yield "menu"
    for place, name in ((-7, "plans"), (-3, "settings"), (-1, "about")):
        labels = watch.menu or []
        if len(labels) + place == 0:
            continue  # small watches show no plans; the first entry is the routes
        watch.choose(labels[place])
        if name == "plans":
            watch.choose((watch.menu or [])[0])
        yield name
        while watch.state["view"] != "MainView":
            watch.press("back")
        watch.press("menu")
    watch.press("back")


def draw(folder: Path) -> None:
    """Write the sheets."""
    folder.mkdir(parents=True, exist_ok=True)
    watches = []
    with Simulator() as simulator, tempfile.TemporaryDirectory() as files:
        for device, shape in SHAPES.items():
            with a_home(simulator, Path(files)) as home:
                now = int(time.time()) // 60 * 60
                watch = home.watch(
                    device, now=now, health=a_day(now), profile=COURSES, settings={"background": "false"}
                )
                for name in screens(home, watch):
                    watch.shot(name)
                simulator.sheet(folder / f"{shape}.png", [watch], columns=5, cell=230, scale=1)
                watches.append(watch)
        simulator.sheet(folder / "overview.png", watches, only=BEST, columns=len(BEST), cell=230, scale=1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Draw the widget's screens.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "widget")
    draw(parser.parse_args().folder)
