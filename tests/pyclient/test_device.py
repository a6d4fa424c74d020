"""A small thing that is paired by a code and sends and fetches files."""

import json
from pathlib import Path

import pytest

from gateway.client import Client, Device, Misused, NotUnderstood, Patience, Refused, Unconfirmed, pair
from gateway.simwatch.localgateway import LocalGateway
from tests.pyclient.servers import says, scripted
from tests.samples import fit, gpx_route


def confirmed(gateway: LocalGateway, name: str, **more: str) -> Device:
    def show(code: str, url: str) -> None:
        assert url == f"{gateway.url}/pair"
        gateway.command("pair", code)

    return pair(gateway.url, name, show, patience=Patience(sleep=lambda _: None), **more)


@pytest.fixture
def device(gateway: LocalGateway, request: pytest.FixtureRequest) -> Device:
    return confirmed(gateway, "garden pi", ident=request.node.name[:60])


def test_what_it_keeps_is_its_token(gateway: LocalGateway, device: Device) -> None:
    assert device.status()["pending"] >= 0
    device.close()
    assert device.token not in repr(device)
    with Device(gateway.url, device.token) as again:
        assert again.status()["ok"] is True


def test_paired_again_it_is_the_same(gateway: LocalGateway) -> None:
    first = confirmed(gateway, "shed pi")
    first.status()
    with confirmed(gateway, "shed pi") as second:
        second.status()
    with first, pytest.raises(Refused) as refused:
        first.status()
    assert refused.value.status == 401
    known = json.loads(gateway.command("devices", "--json"))
    assert [each["type"] for each in known if each["name"] == "shed pi"] == ["iot"]


def test_files_and_documents_go_up(device: Device, tmp_path: Path) -> None:
    run = tmp_path / "run.fit"
    run.write_bytes(fit())
    with device:
        sent = device.upload(run)
        assert (sent.type, sent.version, sent.same, sent.size) == ("fit", 1, False, run.stat().st_size)
        assert device.upload(run.read_bytes(), "run.fit").same
        assert device.send("day.json", {"steps": 9120}).type == "json"
        day = {"y": "day", "t": 1_789_855_200, "steps": 9120}
        assert device.records([day, {"y": "day"}])["new"] == 1
        with pytest.raises(Misused, match="at most 100 KB, this has 101 KB"):
            device.upload(bytes(102_401), "a.fit")
        with pytest.raises(Misused, match="need a name"):
            device.upload(b"{}")
        with pytest.raises(Refused, match="FIT") as refused:
            device.upload(b"text", "a.fit")
        assert refused.value.word in {"invalid_file", "unsupported_type"}


def test_files_come_down_and_are_acknowledged(client: Client, device: Device, tmp_path: Path) -> None:
    route = gpx_route(1500)
    client.upload(route, to=f"/routes/{tmp_path.name}.gpx")
    settings = {"units": "metric"}
    with device:
        names = {file.name: file for file in device.waiting()}
        file = names[f"{tmp_path.name}.gpx"]
        assert (file.size, file.version, file.folder) == (len(route), 1, "/routes")
        assert device.download(file, tmp_path / "loop.gpx").read_bytes() == route
        assert device.download(file, tmp_path).name == file.name
        before = len(names)
        assert device.ack([file]) == before - 1
        assert file.id not in {each.id for each in device.waiting()}
        assert file.id in {each.id for each in device.waiting(everything=True)}
        with pytest.raises(Refused, match="no"):
            device.config()
        client.upload(json.dumps(settings).encode(), to="/config/iot.json")
        assert device.config() == settings


def test_nobody_confirms() -> None:
    begun = says(
        200, json.dumps({"ok": True, "id": "s", "code": "AZ3YMJRQ", "url": "u", "ttl": 10, "poll": 5}).encode()
    )
    wait = says(200, b'{"ok":true,"state":"wait"}')
    shown: list[tuple[str, str]] = []
    pauses: list[float] = []
    with scripted(begun, wait, wait, wait) as server, pytest.raises(Unconfirmed, match="nobody confirmed pi in time"):
        pair(server.url, "pi", lambda *told: shown.append(told), patience=Patience(sleep=pauses.append))
    assert shown == [("AZ3Y-MJRQ", "u")]
    assert pauses == [5, 5, 5]


def test_parts_that_do_not_fit_together(tmp_path: Path) -> None:
    listed = {"id": "i", "n": "../../evil", "f": "/routes", "y": "gpx", "s": 4, "v": 1, "t": 1}
    page = says(200, json.dumps({"ok": True, "files": [listed]}).encode())
    part = {"ok": True, "id": "i", "v": 1, "s": 4, "crc": "00000000", "off": 0, "d": "YWJj"}
    for wrong in ({"next": 0}, {"next": 3, "s": 10**9}, {}, {"d": "YWJjZA=="}, {"d": "!"}, {"d": None}):
        broken = says(200, json.dumps(part | wrong).encode())
        with scripted(page, broken) as server, Device(server.url, "t") as hostile:
            [file] = hostile.waiting()
            with pytest.raises(NotUnderstood):
                hostile.download(file, tmp_path / "a.gpx")
            with pytest.raises(Misused, match="no name for a file"):
                hostile.download(file, tmp_path)
    assert list(tmp_path.iterdir()) == []
