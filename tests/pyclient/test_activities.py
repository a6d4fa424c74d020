"""Workouts, as the store API tells of them."""

import json
from pathlib import Path

import pytest

from gateway.client import Client, Dropped, Misused, Patience
from tests.pyclient.servers import says, scripted

RUN = {"id": "a1", "start": 1_789_878_600, "sport": "running", "distance": 8210.5, "name": None, "bbox": [1, 2, 3, 4]}


def page(*activities: object, **more: object) -> bytes:
    return says(200, json.dumps({"ok": True, "activities": activities, **more}).encode())


def test_a_search_goes_on_over_pages() -> None:
    pages = page(RUN, cursor="c1"), page({"id": "a2"})
    with scripted(*pages) as server, Client(server.url, "wg_x") as client:
        first, second = client.activities(since=1, sport="running", text="lake & hill", box=(1, 2.5, 3, 4))
        assert (first.id, first.start, first.sport, first.distance, first.name) == (
            "a1",
            RUN["start"],
            "running",
            8210.5,
            None,
        )
        assert (first.raw["bbox"], second.id, second.start) == ([1, 2, 3, 4], "a2", None)
    asked = [head.split(" ")[1] for head in server.heads]
    query = "from=1&sport=running&bbox=1%2C2.5%2C3%2C4&q=lake+%26+hill"
    assert asked == [f"/api/v1/activities?{query}", f"/api/v1/activities?{query}&cursor=c1"]


def test_an_export_is_whole_or_not_there(tmp_path: Path, patience: Patience) -> None:
    gpx = b"<gpx/>" * 1000
    cut = says(200, gpx)[:-100]
    chunked = b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<gpx/>\r\n0\r\n\r\n"
    answers = lambda sock: sock.sendall(cut), says(200, gpx), chunked
    with scripted(*answers) as server, Client(server.url, "wg_x", patience=patience) as client:
        assert client.export("a1", "gpx", tmp_path) == len(gpx)
        assert (tmp_path / "a1.gpx").read_bytes() == gpx
        client.export("a1", "gpx", tmp_path / "b.gpx")
        assert (tmp_path / "b.gpx").read_bytes() == b"<gpx/>"
        with pytest.raises(Misused, match="geojson"):
            client.export("a1", "pdf", tmp_path)
    with (
        scripted(*[lambda sock: sock.sendall(cut)] * 5) as server,
        Client(server.url, "wg_x", patience=patience) as client,
        pytest.raises(Dropped),
    ):
        client.export("a1", "gpx", tmp_path / "c.gpx")
    assert not (tmp_path / "c.gpx").exists()
    assert server.heads[0].startswith("GET /api/v1/activities/a1/export.gpx ")
