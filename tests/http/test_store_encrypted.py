"""Files that their sender has encrypted: kept like any other, and never looked into."""

import gzip
import json

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.client import Api
from tests.http.store import ask, client, created, download, pulled, send, unique
from tests.samples import fit

SAID = {
    "sport": "running", "start": 1789878600, "distance": 8210, "elapsed": 2700.5, "name": "Round the secret lake",
    "bbox": [15.4, 47.0, 15.5, 47.1],
}  # fmt: skip
AGE = {"X-Sync-Encrypted": "age"}


def said(**more: object) -> dict[str, str]:
    return AGE | {"X-Sync-Summary": json.dumps(SAID | more)}


def test_what_looks_like_a_track_or_an_archive_is_kept_as_it_is(gateway: LocalGateway) -> None:
    api = client(gateway)
    for name, data in (("run.fit", fit()), ("all.gz", gzip.compress(unique())), ("broken.fit", fit()[:100])):
        for query in ({"name": name}, {"path": f"/documents/here/{name}"}):
            file = created(send(api, data + b"%d" % len(query), AGE, **query))["file"]
            assert file["encrypted"] == "age"
            assert not {"type", "damaged"} & file.keys()
            assert file["path"].startswith("/documents/")
            assert download(api, id=file["id"]).body == data + b"%d" % len(query)
            assert "summary" not in ask(api, f"files/{file['id']}/info").json["file"]


def test_what_its_sender_says_is_found_among_the_activities(gateway: LocalGateway) -> None:
    api = client(gateway)
    file = created(send(api, unique(), said(), name="run.fit.age"))["file"]
    assert file["path"] == "/activities/run.fit.age"
    found = ask(api, "activities", q="secret", sport="running", bbox="15,46,16,48").json["activities"]
    assert [(row["file"], row["distance"], row["bbox"]) for row in found] == [(file["id"], 8210, SAID["bbox"])]
    activity = found[0]["id"]
    for export in ("export.gpx", "export.csv", "track"):
        answer = ask(api, f"activities/{activity}/{export}")
        assert (answer.status, answer.json["error"]) == (415, "unsupported_type")
        assert "encrypted" in answer.json["m"]
    change = next(change for change in pulled(api)[0] if change["file"]["id"] == file["id"])
    assert change["file"]["encrypted"] == "age"
    again = created(send(api, unique(), said(distance=9000), name="run.fit.age"))["file"]
    assert (again["id"], again["version"]) == (file["id"], 2)
    versions = ask(api, f"files/{file['id']}/versions").json["versions"]
    assert [version["encrypted"] for version in versions] == ["age", "age"]


def test_a_file_that_is_no_longer_encrypted_is_read_again(gateway: LocalGateway) -> None:
    api = client(gateway)
    send(api, unique(), AGE, path="/documents/turns.fit")
    told = send(api, fit(40), path="/documents/turns.fit").json["file"]
    assert told["type"] == "fit"
    assert "encrypted" not in told


def test_one_without_a_name_is_kept_too(gateway: LocalGateway) -> None:
    assert created(send(client(gateway), unique(), said()))["file"]["path"].startswith("/activities/")


def test_a_watch_is_not_offered_what_it_cannot_read(gateway: LocalGateway, device: Api) -> None:
    api = client(gateway)
    created(send(api, unique(), said(kind="course"), name="secret.gpx"))
    created(send(api, fit(), name="open.fit", path="/routes/open.fit"))
    listed = str(device.get("files").good)
    assert "open.fit" in listed
    assert "secret" not in listed


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        ({"X-Sync-Encrypted": ""}, "X-Sync-Encrypted"),
        ({"X-Sync-Encrypted": "a b"}, "X-Sync-Encrypted"),
        ({"X-Sync-Encrypted": "a" * 41}, "X-Sync-Encrypted"),
        ({"X-Sync-Summary": "{}"}, "X-Sync-Encrypted"),
        (AGE | {"X-Sync-Summary": "no"}, "JSON object"),
        (AGE | {"X-Sync-Summary": "[]"}, "JSON object"),
        (said(kind="song"), "kind"),
        (said(colour="red"), "colour"),
        (said(start=-1), "start"),
        (said(start=1.5), "start"),
        (said(avg_hr=True), "avg_hr"),
        (said(distance="far"), "distance"),
        (said(name=""), "name"),
        (said(name="\x1b[2J"), "name"),
        (said(bbox=[1, 2, 3]), "bbox"),
        (said(bbox=[15, 48, 16, 47]), "bbox"),
        (said(bbox=[15, 46, 16, "x"]), "bbox"),
        (AGE | {"X-Sync-Summary": '{"distance":1e400}'}, "JSON"),
        (AGE | {"X-Sync-Summary": '{"distance":NaN}'}, "JSON"),
    ],
)
def test_what_is_wrong_is_refused_by_its_name(gateway: LocalGateway, headers: dict[str, str], names: str) -> None:
    answer = send(client(gateway), unique(), headers, name="x.age")
    assert (answer.status, answer.json["error"]) == (400, "bad_request")
    assert names in answer.json["m"]
