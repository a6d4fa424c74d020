"""Up: tracks that a watch recorded itself, in batches."""

import io
import json
from typing import Any

import fitdecode
import pytest

from gateway import formats
from gateway.simwatch.localgateway import LocalGateway
from tests.client import Api, pair
from tests.samples import START, fit

COLUMNS = ["dt", "lat", "lon", "alt", "hr", "cad", "pwr", "dist"]
NONE = 2**31 - 1


def rows(count: int, first: int = 0) -> list[list[int | None]]:
    return [
        [n, 475_000_000 + 300 * n, 150_000_000 - 200 * n, 3500 + n, 120 + n % 40, 85, 210, 3 * n]
        for n in range(first, first + count)
    ]


def batch(nonce: str, offset: int, some: list[Any], *, end: bool = False, **more: object) -> dict[str, object]:
    return {"up": nonce, "off": offset, "t": START, "sp": 1, "cols": COLUMNS, "rows": some, "end": end, **more}


def stored(gateway: LocalGateway, key: str) -> tuple[str, bytes]:
    listed = json.loads(gateway.command("list", "/activities", "--json"))
    (path,) = (row["path"] for row in listed if row["id"] == key)
    return path, gateway.command("get", path)


def test_batches_become_a_fit_activity(gateway: LocalGateway, device: Api) -> None:
    for offset in (0, 100, 200):
        body = batch("run", offset, rows(100, offset))
        for _ in range(2):
            assert device.post("track", body).good == {"ok": True, "up": "run", "have": offset + 100}
    assert device.get("status").good["up"] == 0
    end = batch("run", 300, rows(50, 300), end=True)
    done = device.post("track", end).good
    assert set(done) == {"ok", "id", "y", "s", "v", "dup"}
    assert (done["y"], done["v"], done["dup"]) == ("fit", 1, False)
    assert device.post("track", end).good == device.post("track", batch("run", 100, rows(100, 100))).good == done
    assert device.get("status").good["up"] == 1
    path, data = stored(gateway, done["id"])
    assert (path, len(data)) == ("/activities/2026-09-20-04-30-running.fit", done["s"])
    summary = formats.read(data)
    assert (summary.kind, summary.sport, summary.start) == ("activity", "running", START)
    assert (summary.records, summary.elapsed, summary.distance) == (350, 349.0, 1047.0)
    with fitdecode.FitReader(io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE) as reader:
        records = [f for f in reader if isinstance(f, fitdecode.FitDataMessage) and f.name == "record"]
    last = {field.name: field.value for field in records[-1].fields}
    assert (last["heart_rate"], last["cadence"], last["power"]) == (149, 85, 210)
    assert last["enhanced_altitude" if "enhanced_altitude" in last else "altitude"] == pytest.approx(384.9, abs=0.2)
    assert last["position_lat"] * 180 / 2**31 == pytest.approx(47.5 + 349 * 3e-5, abs=1e-6)


def test_only_the_first_batch_must_tell_of_the_whole(gateway: LocalGateway, device: Api) -> None:
    body = {"up": "bare", "off": 0, "t": START + 86_400, "cols": ["dt", "hr"], "rows": [[0, 100], [1.0, -1], [2, None]]}
    assert device.post("track", body).good["have"] == 3
    done = device.post("track", {"up": "bare", "off": 3, "rows": [[3, NONE], [4, 110]], "end": True}).good
    path, data = stored(gateway, done["id"])
    assert path == "/activities/2026-09-21-04-30-activity.fit"
    summary = formats.read(data)
    assert (summary.records, summary.avg_hr, summary.elapsed, summary.distance) == (5, 105, 4.0, None)


def test_gaps_overlaps_and_contradictions(device: Api) -> None:
    assert device.post("track", batch("g", 5, rows(5))).failed("offset", 409)["have"] == 0
    device.post("track", batch("g", 0, rows(10))).good  # noqa: B018
    gap = device.post("track", batch("g", 20, rows(5, 20))).failed("offset", 409)
    assert (gap["have"], gap["m"]) == (10, "the gateway has 10 rows, go on there")
    assert device.post("track", batch("g", 5, rows(10, 6))).failed("offset", 409)["have"] == 10
    assert device.post("track", batch("g", 5, rows(10, 5))).good["have"] == 15
    for other in ({"t": START + 1}, {"sp": 2}, {"cols": COLUMNS[:7]}):
        body = batch("g", 15, [row[: len(other.get("cols", COLUMNS))] for row in rows(1, 15)]) | other
        assert device.post("track", body).failed("bad_request", 400)["m"].startswith("up:")
    assert device.post("track", batch("g", 15, [], end=True)).good["y"] == "fit"
    for other in (batch("g", 10, rows(6, 10)), batch("g", 0, [], end=True), batch("g", 0, [], t=START + 1)):
        device.post("track", other).failed("bad_request", 400)


def test_a_nonce_is_for_one_thing(device: Api) -> None:
    device.upload("a.fit", fit(), n="file").good  # noqa: B018
    device.post("records", {"n": "rec", "r": []}).good  # noqa: B018
    device.post("track", batch("trk", 0, rows(3), end=True)).good  # noqa: B018
    for nonce in ("file", "rec"):
        device.post("track", batch(nonce, 0, rows(3))).failed("bad_request", 400)
    for nonce in ("trk", "rec"):
        body = {"up": nonce, "name": "b.fit", "size": 10, "off": 0, "file": "AAAA"}
        device.post("upload", body).failed("bad_request", 400)
    device.post("records", {"n": "trk", "r": []}).failed("bad_request", 400)


def test_the_same_track_again_and_a_longer_one(gateway: LocalGateway) -> None:
    device = pair(gateway)
    first = device.post("track", batch("one", 0, rows(30), end=True)).good
    again = device.post("track", batch("two", 0, rows(30), end=True)).good
    assert again == first | {"dup": True}
    longer = device.post("track", batch("three", 0, rows(60), end=True)).good
    assert (longer["id"], longer["v"], longer["dup"]) == (first["id"], 2, False)
    other = pair(gateway).post("track", batch("one", 0, rows(61), end=True)).good
    assert stored(gateway, other["id"])[0].endswith("running (2).fit") or other["id"] != first["id"]


def test_a_ninth_unfinished_track_writes_what_the_idlest_has(gateway: LocalGateway) -> None:
    device = pair(gateway)
    for n in range(9):
        device.post("track", batch(f"nine{n}", 0, rows(5), t=START - 10_000_000 + n)).good  # noqa: B018
    assert device.get("status").good["up"] == 1
    assert device.post("track", batch("nine0", 5, rows(5, 5), t=START - 10_000_000)).failed("offset", 409)["have"] == 0
    assert device.post("track", batch("nine1", 5, rows(5, 5), t=START - 9_999_999)).good["have"] == 10


def test_a_long_track_is_kept_whole(gateway: LocalGateway, device: Api) -> None:
    for offset in range(0, 9000, 1500):
        device.post("track", batch("long", offset, rows(1500, offset), t=START + 77_000)).good  # noqa: B018
    done = device.post("track", batch("long", 9000, rows(1, 9000), t=START + 77_000, end=True)).good
    assert done["s"] > 131_072
    assert formats.read(stored(gateway, done["id"])[1]).records == 9001
    device.get(f"download/{done['id']}").failed("too_large", 413)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"up": None}, "up"),
        ({"up": "x" * 33}, "up"),
        ({"off": None}, "off"),
        ({"off": -1}, "off"),
        ({"t": None}, "t"),
        ({"t": "x"}, "t"),
        ({"t": 1000}, "t"),
        ({"t": 2**31 - 1}, "t"),
        ({"sp": "run"}, "sp"),
        ({"sp": 256}, "sp"),
        ({"ss": 256}, "ss"),
        ({"cols": None}, "cols"),
        ({"cols": "dt"}, "cols"),
        ({"cols": [*COLUMNS[:7], "moon"]}, "cols"),
        ({"cols": [*COLUMNS[:7], 5]}, "cols"),
        ({"cols": [*COLUMNS[:7], "dt"]}, "cols"),
        ({"cols": COLUMNS[1:]}, "cols"),
        ({"rows": "x"}, "rows"),
        ({"rows": [5]}, "rows[0]"),
        ({"rows": [[1, 2]]}, "rows[0]"),
        ({"rows": [*rows(1), [1, "x", 0, 0, 0, 0, 0, 0]]}, "rows[1]"),
        ({"rows": [[0, 900_000_001, 0, 0, 0, 0, 0, 0]]}, "rows[0]"),
        ({"rows": [[0, 0, 0, 0, 256, 0, 0, 0]]}, "rows[0]"),
        ({"rows": [[None, 0, 0, 0, 0, 0, 0, 0]]}, "rows[0]"),
        ({"rows": [[-1, 0, 0, 0, 0, 0, 0, 0]]}, "rows[0]"),
        ({"rows": [[0, 0.5, 0, 0, 0, 0, 0, 0]]}, "rows[0]"),
        ({"rows": [[0, True, 0, 0, 0, 0, 0, 0]]}, "rows[0]"),
        ({"rows": [[NONE - 1, 0, 0, 0, 0, 0, 0, 0]], "end": True}, "rows[0]"),
        ({"rows": [], "end": True}, "rows"),
        ({"end": "yes"}, "end"),
    ],
)
def test_wrong_values_name_their_key(device: Api, body: dict[str, object], key: str) -> None:
    sent = {name: value for name, value in (batch("w", 0, rows(2)) | body).items() if value is not None}
    message = device.post("track", sent).failed("bad_request", 400)["m"]
    assert message.startswith(f"{key}:")
    assert "..." not in message
