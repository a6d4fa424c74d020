"""The activity index over HTTP: pages, totals, one activity, its track and its exports."""

import csv
import gzip
import hashlib
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.formats import read, read_track
from gateway.simwatch.localgateway import LocalGateway
from gateway.simwatch.sample import activity
from tests.client import Answer, Api, pair
from tests.http.store import PREFIX, client, created, send
from tests.samples import START, fit

MINUTE = 60
LONG = 4 * 3600
"""Seconds of a run whose file lies on the disk and is read in a process of its own."""


@pytest.fixture(scope="module")
def api(gateway: LocalGateway) -> Api:
    return client(gateway)


@pytest.fixture(scope="module")
def runs(api: Api) -> list[bytes]:
    """Five runs on five days, the first one the longest by far."""
    files = [activity(LONG, start=START - 86400), *(fit(MINUTE, START + n * 86400) for n in range(4))]
    for n, data in enumerate(files):
        created(send(api, data, name=f"run{n}.fit"))
    return files


def get(api: Api, path: str, headers: dict[str, str] | None = None, **query: object) -> Answer:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    return api.call("GET", f"{PREFIX}/activities{path}?{asked}", headers=headers)


def listed(api: Api, **query: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = get(api, "", **query).good
        found += page["activities"]
        if "cursor" not in page:
            return found
        query["cursor"] = page["cursor"]


def one(api: Api, n: int) -> dict[str, Any]:
    [found] = listed(api, q=f"run{n}")
    return found


def test_pages_newest_first(api: Api, runs: list[bytes]) -> None:
    found = listed(api, limit=2)
    assert [each["start"] for each in found] == [START + n * 86400 for n in (3, 2, 1, 0, -1)]
    assert len({each["id"] for each in found}) == len(runs)
    first = read(runs[-1])
    assert (found[0]["sport"], found[0]["distance"], found[0]["elapsed"]) == ("running", first.distance, first.elapsed)
    assert first.bbox is not None
    south, west, north, east = first.bbox
    assert found[0]["bbox"] == [west, south, east, north]
    told = api.get(f"activities/{found[0]['id']}").good
    info = api.get(f"files/{found[0]['file']}/info").good["file"]
    assert told["activity"]["bbox"] == told["summary"]["bbox"] == info["summary"]["bbox"] == [west, south, east, north]
    assert found[0]["sources"] == 1
    assert all(None not in each.values() for each in found)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"sport": "running"}, 5), ({"sport": "Trail%20Running"}, 0), ({"sport": "cycling"}, 0), ({"q": "run2"}, 1),
        ({"q": "RUN*"}, 5), ({"q": "run2%20run3"}, 0), ({"from": START}, 4), ({"to": START}, 1),
        ({"from": "2026-09-20", "to": "2026-09-20", "tz": "UTC"}, 1),
        ({"from": "2026-09-20T04:30:00Z", "to": "2026-09-21T06:30:01%2B02:00"}, 2),
        ({"from": "2026-09-20T04:30:00+00:00"}, 4), ({"bbox": "-180,-90,180,90"}, 5), ({"bbox": "100,10,-100,20"}, 0),
        ({"device": "nobody"}, 0), ({"device": ""}, 5), ({"limit": 500}, 5),
    ],
)  # fmt: skip
def test_what_is_looked_for(api: Api, runs: list[bytes], query: dict[str, object], count: int) -> None:
    assert len(listed(api, **query)) == count <= len(runs)


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"}, {"to": "2026-13-01"}, {"to": "9999-12-31"}, {"from": "0000-01-01"},
        {"bbox": "1,2,3"}, {"bbox": "0,9,1,8"}, {"bbox": "nan,0,1,1"}, {"bbox": "0,0,1,91"}, {"q": "%20"}, {"q": "a*"},
        {"cursor": "x"}, {"cursor": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OQ"}, {"limit": 0}, {"limit": 501}, {"tz": "Mars"},
        {"tz": "..%2F..%2Fetc%2Fpasswd"}, {"q": "a%20b%20c%20d%20e%20f%20g%20h%20i"},
    ],
)  # fmt: skip
def test_what_cannot_be_understood(api: Api, query: dict[str, object]) -> None:
    get(api, "", **query).failed("bad_request", 400)


def test_totals(api: Api, runs: list[bytes]) -> None:
    said = get(api, "/totals", by="day", tz="UTC", **{"from": "2026-09-18", "to": "2026-09-21"}).good
    assert [row["day"] for row in said["totals"]] == ["2026-09-21", "2026-09-20", "2026-09-19", "2026-09-18"]
    assert [row["activities"] for row in said["totals"]] == [1, 1, 1, 0]
    assert said["totals"][0]["sports"][0]["sport"] == "running"
    assert said["totals"][0]["distance"] == pytest.approx(read(runs[2]).distance, abs=0.1)
    assert said["totals"][1]["to"] - said["totals"][1]["from"] == 86400
    [whole] = get(api, "/totals", by="sport").good["totals"]
    assert (whole["activities"], "day" in whole) == (5, False)
    assert len(get(api, "/totals").good["totals"]) == 12
    get(api, "/totals", by="moon").failed("bad_request", 400)
    get(api, "/totals", q="run").failed("bad_request", 400)
    get(api, "/totals", by="day", **{"from": 0}).failed("bad_request", 400)


def test_one_with_its_sources(gateway: LocalGateway, api: Api, runs: list[bytes]) -> None:
    watch = pair(gateway, "fenix")
    record = {"y": "act", "t": START, "d": MINUTE, "m": 180, "sp": 1, "cal": 9}
    watch.post("records", {"n": "r1", "r": [record]}).good  # noqa: B018
    said = get(api, f"/{one(api, 1)['id']}").good
    assert said["activity"]["sources"] == 2
    assert [(file["path"], file["kind"]) for file in said["files"]] == [("/activities/run1.fit", "activity")]
    assert [(row["t"], row["cal"]) for row in said["summaries"]] == [(START, 9)]
    assert said["summary"]["records"] == read(runs[1]).records
    assert [each["id"] for each in listed(api, device="fenix")] == [said["activity"]["id"]]
    for path in ("/aaaaaaaaaaaa", "/x", "/aaaaaaaaaaaa/track", "/aaaaaaaaaaaa/export.gpx"):
        get(api, path).failed("not_found", 404)
    get(api, f"/{said['activity']['id']}/export.zip").failed("not_found", 404)


@pytest.mark.parametrize("n", [0, 1])  # read in a process of its own, and at once
def test_the_track(api: Api, runs: list[bytes], n: int) -> None:
    key = one(api, n)["id"]
    track = read_track(runs[n])
    said = get(api, f"/{key}/track").good
    assert said["count"] == len(track)
    assert set(said["columns"]) == set(track.columns)
    assert said["columns"]["hr"] == [value if value == value else None for value in track.column("hr")]  # noqa: PLR0124
    assert said["columns"]["lat"][5] == pytest.approx(track.column("lat")[5], abs=1e-7)
    assert said["units"]["altitude"] == "m"
    few = get(api, f"/{key}/track", points=10).good
    assert few["count"] == len(few["columns"]["time"]) == 10
    assert set(few["columns"]["time"]) <= set(said["columns"]["time"])
    packed = get(api, f"/{key}/track", {"Accept-Encoding": "gzip"})
    if packed.headers.get("content-encoding") == "gzip":
        assert json.loads(gzip.decompress(packed.body)) == said
    get(api, f"/{key}/track", points=1).failed("bad_request", 400)


@pytest.mark.parametrize("n", [0, 1])
def test_exports(api: Api, runs: list[bytes], n: int) -> None:
    key = one(api, n)["id"]
    original = get(api, f"/{key}/export.fit")
    assert hashlib.sha256(original.body).digest() == hashlib.sha256(runs[n]).digest()
    assert f'filename="run{n}.fit"' in original.headers["content-disposition"]
    assert original.headers["content-security-policy"] == "sandbox; default-src 'none'"
    samples = len(read_track(runs[n]))
    for kind, mime in (("gpx", "application/gpx+xml"), ("tcx", "application/vnd.garmin.tcx+xml")):
        answer = get(api, f"/{key}/export.{kind}")
        assert (answer.status, answer.headers["content-type"]) == (200, mime)
        assert f'filename="run{n}.{kind}"' in answer.headers["content-disposition"]
        assert len(read_track(answer.body)) == samples
    rows = list(csv.reader(io.StringIO(get(api, f"/{key}/export.csv").body.decode())))
    assert (rows[0][:3], len(rows)) == (["time", "lat", "lon"], samples + 1)
    said = json.loads(get(api, f"/{key}/export.geojson").body)
    [way] = said["features"]
    assert (said["type"], way["geometry"]["type"]) == ("FeatureCollection", "LineString")
    assert len(way["geometry"]["coordinates"]) == len(way["properties"]["coordinateProperties"]["heart"]) == samples
    fewer = get(api, f"/{key}/export.gpx", points=20)
    assert len(ET.fromstring(fewer.body).findall(".//{*}trkpt")) == 20


def test_a_head_has_the_length_and_no_body(api: Api, runs: list[bytes]) -> None:
    for n in (0, 1):
        for path in ("export.gpx", "export.fit", "track"):
            where = f"{PREFIX}/activities/{one(api, n)['id']}/{path}"
            whole, head = api.call("GET", where), api.call("HEAD", where)
            assert (head.status, head.body) == (200, b"")
            assert head.headers["content-length"] == str(len(whole.body))
    assert len(runs) == 5


@pytest.fixture(scope="module")
def indoors(api: Api) -> Iterator[str]:
    """An activity without places, as its id."""
    lap = '<Lap StartTime="2026-01-05T06:00:00Z"><TotalTimeSeconds>600</TotalTimeSeconds>'
    points = "".join(
        f"<Trackpoint><Time>2026-01-05T06:0{n}:00Z</Time><HeartRateBpm><Value>{120 + n}</Value></HeartRateBpm>"
        "</Trackpoint>"
        for n in range(5)
    )
    data = (
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="Other"><Id>2026-01-05T06:00:00Z</Id>{lap}<Track>{points}</Track></Lap></Activity>'
        "</Activities></TrainingCenterDatabase>"
    )
    file = created(send(api, data.encode(), name="indoors.tcx"))["file"]
    yield listed(api, q="indoors")[0]["id"]
    api.call("DELETE", f"{PREFIX}/files/{file['id']}").good  # noqa: B018


def test_what_cannot_be_is_said(gateway: LocalGateway, api: Api, indoors: str) -> None:
    for kind in ("gpx", "geojson"):
        said = get(api, f"/{indoors}/export.{kind}").failed("unsupported_type", 415)
        assert said["m"].endswith("needs positions, and there are none: take TCX, FIT or CSV")
    for kind in ("tcx", "fit", "csv"):
        assert get(api, f"/{indoors}/export.{kind}").status == 200
    watch = pair(gateway)
    watch.post("records", {"n": "r2", "r": [{"y": "act", "t": START - 9 * 86400, "d": 60}]}).good  # noqa: B018
    [summary] = [each for each in listed(api) if "file" not in each]
    assert "no file tells" in get(api, f"/{summary['id']}/track").failed("unsupported_type", 415)["m"]


def test_who_may_not_read(gateway: LocalGateway) -> None:
    for scopes in (("upload",), ("write",), ("account",)):
        for path in ("", "/totals", "/aaaaaaaaaaaa", "/aaaaaaaaaaaa/track", "/aaaaaaaaaaaa/export.fit"):
            get(client(gateway, *scopes), path).failed("forbidden", 403)
    get(Api(gateway.url, prefix=PREFIX), "").failed("unauthorized", 401)
