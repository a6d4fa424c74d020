"""Up: records, as they go over the wire."""

import json

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.client import Api, pair
from tests.samples import START, fit

ACT = {"y": "act", "t": START + 20, "d": 60, "m": 190, "sp": 1, "ss": 0, "hr": 140, "cal": 12, "asc": 3}
DAY = {"y": "day", "t": START // 86_400 * 86_400, "steps": 9000, "m": 7000, "cal": 2100, "floors": 4, "act": 40}
SERIES = [
    {"y": "hr", "t": START, "step": 60, "d": [61, -1, 180]},
    {"y": "stress", "t": START, "step": 180, "d": [25, 100]},
    {"y": "spo2", "t": START, "step": 3600, "d": [97]},
    {"y": "bb", "t": START, "step": 300, "d": [80, 79, -1]},
    {"y": "alt", "t": START, "step": 120, "d": [-400, 353, 8848]},
    {"y": "temp", "t": START, "step": 120, "d": [-20, 21]},
    {"y": "batt", "t": START, "step": 3600, "d": [100, 0]},
]


def test_all_kinds_and_their_repetition(device: Api) -> None:
    body = {"n": "first", "r": [ACT, DAY, *SERIES]}
    answer = device.post("records", body).good
    assert answer == {"ok": True, "n": "first", "new": 9, "dup": 0}
    assert device.post("records", body).good == answer
    assert device.post("records", {"n": "second", "r": [ACT, DAY, *SERIES]}).good == {
        "ok": True, "n": "second", "new": 0, "dup": 9,
    }  # fmt: skip
    assert device.post("records", {"r": [{**DAY, "steps": 9001}]}).good == {"ok": True, "new": 1, "dup": 0}
    device.post("records", {"n": "first", "r": []}).failed("bad_request", 400)
    assert "last" in device.get("status").good
    assert device.post("records", {"r": []}).good == {"ok": True, "new": 0, "dup": 0}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (5, "is not an object"),
        ({}, "y is none of act, day, hr, stress, spo2, bb, alt, temp, batt"),
        ({**ACT, "y": ["act"]}, "y is none of"),
        ({**ACT, "t": None}, "t is missing"),
        ({"y": "act", "t": START}, "d is missing"),
        ({**ACT, "t": 2**31 - 1}, "t is in the future"),
        ({**SERIES[0], "t": START, "step": 86_400, "d": [0] * 10_000}, "d reaches into the future"),
        ({**ACT, "t": -1}, "t must be a whole number from 0 to 2147483647"),
        ({**ACT, "hr": "140"}, "hr must be a whole number from 0 to 255"),
        ({**ACT, "m": 0.5}, "m must be a whole number"),
        ({**ACT, "cal": True}, "cal must be a whole number"),
        ({**ACT, "asc": 10**30}, "asc must be a whole number"),
        ({**DAY, "steps": -1}, "steps must be a whole number"),
        ({**SERIES[0], "step": 0}, "step must be a whole number from 1 to 86400"),
        ({**SERIES[0], "d": []}, "d must be a list of 1 to 10000 numbers"),
        ({**SERIES[0], "d": "x"}, "d must be a list"),
        ({**SERIES[0], "d": [0] * 10_001}, "d must be a list"),
        ({**SERIES[0], "d": [60, 256]}, "d[1] must be a whole number from -1 to 255"),
        ({**SERIES[0], "d": [60, None]}, "d[1] must be"),
        ({**SERIES[2], "d": [-2]}, "d[0] must be a whole number from -1 to 100"),
        ({"y": "bb", "t": START, "d": [1]}, "step is missing"),
    ],
)
def test_one_bad_record_does_not_refuse_the_others(device: Api, record: object, reason: str) -> None:
    answer = device.post("records", {"n": "b", "r": [DAY, record, SERIES[0]]}).good
    (bad,) = answer.pop("bad")
    assert answer == {"ok": True, "n": "b", "new": 2, "dup": 0}
    assert bad["i"] == 1
    assert bad["m"].startswith(reason)
    assert len(bad["m"]) <= 80


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({}, "r"),
        ({"r": {}}, "r"),
        ({"r": [{}] * 1001}, "r"),
        ({"n": "", "r": []}, "n"),
        ({"n": "x" * 33, "r": []}, "n"),
        ({"n": 5, "r": []}, "n"),
    ],
)
def test_what_is_wrong_as_a_whole(device: Api, body: object, key: str) -> None:
    assert device.post("records", body).failed("bad_request", 400)["m"].startswith(f"{key}:")


def test_nested_too_deep(device: Api) -> None:
    deep = b"[" * 300 + b"]" * 300
    body = b'{"n":"deep","r":[{"y":"batt","t":9,"step":1,"d":[5],"x":%b},{"y":%b},{"y":"hr","t":%b}]}' % (
        deep,
        deep,
        deep,
    )
    for _ in range(2):
        answer = device.call("POST", f"{device.prefix}/records", body).good
        assert (answer["new"], [bad["i"] for bad in answer["bad"]]) == (1, [1, 2])


def test_reasons_end_where_the_answer_is_full(device: Api) -> None:
    for limit in (256, 512, 4096):
        answer = device.post("records", {"n": "n" * 30 + str(limit % 7), "r": ["x", {"y": "hr"}] * 500}, max=limit)
        assert len(answer.body) <= limit
        value = answer.good
        assert [entry["i"] for entry in value["bad"]] == list(range(value["next"]))
        assert value["next"] > 0
    assert len(device.post("records", {"r": [{"y": "hr"}] * 3}).good["bad"]) == 3


def test_methods_and_tokens(gateway: LocalGateway, device: Api) -> None:
    device.get("records").failed("method_not_allowed", 405)
    Api(gateway.url).post("records", {"r": []}).failed("unauthorized", 401)
    iot = pair(gateway, prefix="/api/v1/iot")
    assert iot.post("records", {"r": [DAY]}).good["new"] == 1
    device.post("records", {}, max="abc").failed("bad_request", 400)


def test_the_owner_sees_which_files_are_one_workout(gateway: LocalGateway) -> None:
    device = pair(gateway)
    start = START + 7 * 86_400
    device.post("records", {"r": [{**ACT, "t": start + 20, "m": 150}]}).good  # noqa: B018
    first, second = (pair(gateway).upload(name, fit(start=start)).good["id"] for name in ("one.fit", "two.fit"))
    alone = device.upload("alone.fit", fit(start=start + 3000)).good["id"]
    rows = {row["id"]: row for row in json.loads(gateway.command("list", "/activities", "--json"))}
    assert rows[first]["activity"] == rows[second]["activity"] != rows[alone]["activity"]
    assert [rows[key]["summaries"] for key in (first, second, alone)] == [1, 1, 0]
    lines = gateway.command("list", "/activities").decode().splitlines()
    assert next(line for line in lines if "two.fit" in line).endswith("same as one.fit")
    assert "same as" not in next(line for line in lines if "alone.fit" in line)
