"""What the processes hold beside their code, on a watch with the least memory: proxies, kept from growing unseen."""

import json

from tests.connectiq.home import Home, a_day, a_route, whole

#: Bytes of values at the peak of a day's first sync, of a background sync, of a glance. Raise one only with a reason.
PEAKS = {"app": 2400, "background": 900, "glance": 90}
DEVICE = "fr245"


def test_a_day_takes_no_more_memory_than_recorded(home: Home) -> None:
    now = whole()
    home.add("garmin.json", json.dumps({"hr": [120, 140]}).encode(), "/config")
    home.add("loop.gpx", a_route("Loop"), "/routes")
    watch = home.paired(DEVICE, now=now, health=a_day(now))
    reports = {"app": watch.processes["app"]}
    watch.leave()
    watch.temporal_event()
    watch.glance()
    reports |= {kind: watch.processes[kind] for kind in ("background", "glance")}
    peaks = {kind: report["memory"]["peak"] - report["memory"]["code"]["bytes"] for kind, report in reports.items()}
    assert all(peak <= PEAKS[kind] for kind, peak in peaks.items()), (peaks, PEAKS)
    assert all(peak >= PEAKS[kind] * 0.8 for kind, peak in peaks.items()), f"lower the record: {peaks}"


def test_screens_that_were_left_are_forgotten(home: Home) -> None:
    watch = home.paired(DEVICE, settings={"background": "false"})
    watch.press("menu", "back")
    before = watch.processes["app"]["memory"]["used"]
    for entry in ("Routes", "Recent uploads", "Settings", "Pair", "About"):
        watch.press("menu").choose(entry).press("back")
    watch.press("select").advance(60)
    assert watch.processes["app"]["memory"]["used"] <= before + 100
