"""Down: a file's bytes for the watch's own formats, converted and simplified, and long files that fit all the same."""

import io
import json
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import fitdecode
import gpxpy
import pybase64
import pytest

from gateway import formats
from gateway.model import Kind
from gateway.simwatch.localgateway import LocalGateway
from gateway.simwatch.sample import activity
from tests.client import Answer, Api, pair
from tests.samples import START, fit, gpx_route

CAP = 102_400

Put = Callable[..., str]


def gpx_track(points: int, start: int | None = None, step: int = 1) -> bytes:
    """A GPX track that winds; with times where it has a start."""
    times = [f"<time>2026-09-20T{4 + n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z</time>" for n in range(points)]
    places = "".join(
        f'<trkpt lat="47.{n * 37 % 1000 + 1000:06}" lon="15.{n:06}">{times[n * step] if start else ""}</trkpt>'
        for n in range(points)
    )
    return (
        f'<gpx version="1.1" creator="test"><trk><name>t{points}</name><trkseg>{places}</trkseg></trk></gpx>'.encode()
    )


def tcx(points: int = 3, role: str = "Activity") -> bytes:
    """A TCX activity or course."""
    places = "".join(
        f"<Trackpoint><Time>2026-09-20T05:00:{n % 60:02}Z</Time><Position><LatitudeDegrees>47.{n:04}</LatitudeDegrees>"
        f"<LongitudeDegrees>15.5</LongitudeDegrees></Position></Trackpoint>" for n in range(points)
    )  # fmt: skip
    inside = {
        "Activity": f'<Activities><Activity Sport="Biking"><Id>2026-09-20T05:00:00Z</Id><Lap '
        f'StartTime="2026-09-20T05:00:00Z"><TotalTimeSeconds>{points}</TotalTimeSeconds><DistanceMeters>9'
        f"</DistanceMeters><Track>{places}</Track></Lap></Activity></Activities>",
        "Course": f"<Courses><Course><Name>c</Name><Track>{places}</Track></Course></Courses>",
    }[role]
    space = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
    return f'<TrainingCenterDatabase xmlns="{space}">{inside}</TrainingCenterDatabase>'.encode()


def key_of(gateway: LocalGateway, path: str) -> str:
    (row,) = json.loads(gateway.command("list", path, "--json"))
    return str(row["id"])


def native(device: Api, name: str, **query: object) -> Answer:
    answer = device.get(f"native/{name}", **query)
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == {"gpx": "application/gpx+xml", "fit": "application/fit"}[name[-3:]]
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.body) <= CAP
    return answer


def fit_kind(data: bytes) -> str:
    with fitdecode.FitReader(io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE) as reader:
        frames = [frame for frame in reader if isinstance(frame, fitdecode.FitDataMessage)]
    return str(frames[0].get_value("type"))


def whole(device: Api, key: str) -> tuple[bytes, dict[str, object]]:
    part = device.get(f"download/{key}", max=32768).good
    data = pybase64.b64decode(part["d"])
    while "next" in part:
        part = device.get(f"download/{key}", max=32768, off=part["next"], v=part["v"]).good
        data += pybase64.b64decode(part["d"])
    assert (len(data), f"{zlib.crc32(data):08x}") == (part["s"], part["crc"])
    return data, part


def test_a_file_of_the_type_comes_as_it_is(device: Api, put: Put) -> None:
    data, run = gpx_route(50), fit()
    put("native.gpx", data, "/routes")
    put("native.fit", run, "/workouts")
    keys = [device.get(f"download/native.{kind}").good["id"] for kind in ("gpx", "fit")]
    assert native(device, f"{keys[0]}.gpx").body == data
    assert native(device, f"{keys[1]}.fit").body == run
    head = device.call("HEAD", f"{device.prefix}/native/{keys[0]}.gpx")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(data)))
    device.get("native/aaaaaaaaaaaa.fit").failed("not_found", 404)
    Api(device.url).get(f"native/{keys[0]}.gpx").failed("unauthorized", 401)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("route.gpx", gpx_route(40), "course"),
        ("tour.gpx", gpx_track(40), "course"),
        ("recorded.gpx", gpx_track(40, START), "course"),  # lies among the routes: to be followed
        ("course.tcx", tcx(30, "Course"), "course"),
        ("ride.tcx", tcx(30), "course"),
        ("run.fit", fit(), "activity"),
    ],
)
def test_conversions(gateway: LocalGateway, device: Api, put: Put, name: str, data: bytes, kind: str) -> None:
    key = key_of(gateway, put(name, data, "/routes"))
    made = native(device, f"{key}.fit").body
    assert fit_kind(made) == kind
    shown = gpxpy.parse(native(device, f"{key}.gpx").body.decode())
    points = sum(1 for _ in shown.walk()) + sum(len(route.points) for route in shown.routes)
    assert points == len(formats.read_track(data)) == len(formats.read_track(made))
    assert native(device, f"{key}.fit").body == made


def test_an_activity_that_the_device_sent_becomes_one(device: Api) -> None:
    for name, data in (("ride.tcx", tcx(45)), ("track.gpx", gpx_track(45, START))):
        key = device.upload(name, data).good["id"]
        made = native(device, f"{key}.fit").body
        assert fit_kind(made) == "activity"
        assert formats.read(made).records == 45
    tour = device.upload("tour.gpx", gpx_track(44)).good["id"]
    assert fit_kind(native(device, f"{tour}.fit").body) == "course"


def test_points_simplify(gateway: LocalGateway, device: Api, put: Put) -> None:
    data = gpx_track(700)
    key = key_of(gateway, put("points.gpx", data, "/routes"))
    for points in (2, 3, 50, 699):
        for kind in ("gpx", "fit"):
            assert len(formats.read_track(native(device, f"{key}.{kind}", points=points).body)) <= points
    assert native(device, f"{key}.gpx", points=700).body == data
    for wrong in ("1", "0", "-5", "x", "1e3", "", "100001"):
        assert device.get(f"native/{key}.gpx", points=wrong).failed("bad_request", 400)["m"].startswith("points:")


def test_what_cannot_become_a_track(gateway: LocalGateway, device: Api, put: Put) -> None:
    document = key_of(gateway, put("a.json", b'{"a":1}', "/workouts"))
    device.get(f"native/{document}.gpx").failed("unsupported_type", 415)
    empty = key_of(gateway, put("empty.gpx", b'<gpx version="1.1"/>', "/routes"))
    device.get(f"native/{empty}.fit").failed("unsupported_type", 415)
    indoor = key_of(gateway, put("indoor.tcx", tcx(0), "/routes"))
    for _ in range(2):
        for kind in ("gpx", "fit"):
            assert "no places" in device.get(f"native/{indoor}.{kind}").failed("invalid_file", 422)["m"]


def test_a_long_file_waits_with_fewer_points(gateway: LocalGateway, device: Api, put: Put) -> None:
    before = device.get("status").good["pending"]
    for name, data in (("long.gpx", gpx_track(5000)), ("long.tcx", tcx(1500, "Course"))):
        path = put(name, data, "/routes/long")
        key, kind = key_of(gateway, path), name[-3:]
        listed = device.get("files", max=32768, type=kind).good["files"]
        entry = next(entry for entry in listed if entry["id"] == key)
        assert entry["n"] == name
        assert CAP * 0.8 < entry["s"] <= CAP < len(data)
        offered, part = whole(device, key)
        assert (len(offered), part["v"], part["y"]) == (entry["s"], 1, kind)
        assert whole(device, name)[0] == whole(pair(gateway), key)[0] == offered
        assert formats.read(offered).kind == formats.read(data).kind
        assert native(device, f"{key}.gpx").body == offered or kind == "tcx"
        assert gateway.command("get", path) == data
        assert device.get("status").good["pending"] == before + 1
        assert device.post("ack", {"files": [{"id": key, "v": 1}]}).good["pending"] == before


def test_a_long_fit_comes_simplified_by_native_alone(gateway: LocalGateway, device: Api, put: Put) -> None:
    before = device.get("status").good["pending"]
    key = key_of(gateway, put("long.fit", activity(6000), "/workouts"))
    assert device.get("status").good["pending"] == before
    device.get(f"download/{key}").failed("too_large", 413)
    made = native(device, f"{key}.fit").body
    assert formats.read(made).kind is Kind.ACTIVITY


def test_a_long_file_that_cannot_be_simplified_does_not_break_the_list(
    gateway: LocalGateway, device: Api, put: Put
) -> None:
    places = "".join(f'<wpt lat="47.{n:04}" lon="15"><name>place number {n}</name></wpt>' for n in range(3000))
    key = key_of(gateway, put("places.gpx", f'<gpx version="1.1">{places}</gpx>'.encode(), "/routes/places"))
    assert key not in [entry["id"] for entry in device.get("files", max=32768).good["files"]]
    for _ in range(2):
        device.get(f"download/{key}").failed("too_large", 413)
        device.get(f"native/{key}.gpx").failed("too_large", 413)


def test_many_who_ask_at_once_get_the_same(gateway: LocalGateway, device: Api, put: Put) -> None:
    key = key_of(gateway, put("popular.gpx", gpx_track(2000), "/routes"))
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda n: native(device, f"{key}.fit", points=100 + n % 2).body, range(12)))
    assert len(set(answers)) == 2
