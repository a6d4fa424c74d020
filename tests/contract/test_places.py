"""What every place of backups promises: one suite on a folder and on two kinds of S3-compatible storage."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.backups import FolderPlace, Place, place_at
from gateway.backups.place import PIECE, read_all
from gateway.errors import Busy, Conflicting, NotFound
from tests.s3 import Storage, moto, rclone

MB = 1024 * 1024


@pytest.fixture(scope="module")
def in_moto() -> Iterator[Storage]:
    with moto() as storage:
        yield storage


@pytest.fixture(scope="module")
def in_rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    with rclone(tmp_path_factory.mktemp("rclone")) as storage:
        yield storage


@pytest.fixture(params=["folder", "moto", "rclone"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An empty place."""
    if request.param == "folder":
        return FolderPlace(tmp_path / "place")
    storage: Storage = request.getfixturevalue(f"in_{request.param}")
    for name, value in storage.environment.items():
        monkeypatch.setenv(name, value)
    return place_at(f"s3://{storage.bucket}/{tmp_path.name}")


def test_what_was_put_is_read(place: Place) -> None:
    for name, data in (("a", b""), ("b/c", b"small"), ("b/d/e", os.urandom(100_000))):
        place.put(name, data)
        place.settle()
        assert read_all(place, name, MB) == data


def test_a_long_object_comes_in_pieces(place: Place) -> None:
    data = os.urandom(12 * MB + 17)
    place.put("long", io.BytesIO(data))
    found = list(place.pieces("long"))
    assert b"".join(found) == data
    assert max(map(len, found)) < 2 * PIECE


def test_an_object_is_replaced_unless_it_is_to_be_new(place: Place, request: pytest.FixtureRequest) -> None:
    place.put("mark", b"one", new=True)
    place.put("x", b"one")
    place.put("x", b"two")
    assert read_all(place, "x", MB) == b"two"
    if "rclone" in request.node.name:
        return  # it knows no conditions
    with pytest.raises(Conflicting, match="there already"):
        place.put("mark", b"two", new=True)
    assert read_all(place, "mark", MB) == b"one"


def test_all_below_a_folder_are_listed(place: Place) -> None:
    assert list(place.list("objects")) == []
    for n in range(30):
        place.put(f"objects/{n % 3}/{n}", bytes(n))
    place.put("objectsbeside", b"x")
    found = list(place.list("objects"))
    assert {row.name: row.size for row in found} == {f"objects/{n % 3}/{n}": n for n in range(30)}
    assert len({round(row.time, -5) for row in found}) <= 2  # of now, by the place's clock


def test_what_was_removed_is_gone(place: Place) -> None:
    place.put("x/y", b"1")
    for _ in range(2):
        place.remove("x/y")
    assert list(place.list("x")) == []
    with pytest.raises(NotFound, match="x/y is missing"):
        read_all(place, "x/y", MB)


def test_a_place_that_cannot_be_reached_is_one_sentence(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if isinstance(place, FolderPlace):
        (tmp_path / "file").touch()
        place = FolderPlace(tmp_path / "file" / "place")
    else:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        place = place_at("s3://backups/nowhere", patience=0)
    for call in (lambda: place.put("x", b""), lambda: read_all(place, "x", MB), lambda: list(place.list("y"))):
        with pytest.raises(Busy, match="the place of the backups cannot be used: ") as caught:
            call()
        assert len(caught.value.message) < 500


def test_a_wrong_secret_is_refused(in_rclone: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (in_rclone.environment | {"AWS_SECRET_ACCESS_KEY": "another"}).items():
        monkeypatch.setenv(name, value)
    place = place_at(in_rclone.where)
    with pytest.raises(Busy, match="cannot be used: s3://backups/some/prefix"):
        place.put("x", b"data")
    with pytest.raises(Busy):
        list(place.list("x"))


@pytest.mark.parametrize("endpoint", ["s3.example.com", "ftp://x", "http://", "http://[::1", "//x"])
def test_an_address_that_is_none_is_refused(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    with pytest.raises(Busy, match="AWS_ENDPOINT_URL is "):
        place_at("s3://backups/x")


def test_variables_that_are_empty_are_not_set(in_moto: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (in_moto.environment | {"AWS_ENDPOINT_URL_S3": "", "AWS_SESSION_TOKEN": ""}).items():
        monkeypatch.setenv(name, value)
    place = place_at("s3://backups/y")
    place.put("x", b"1")
    assert read_all(place, "x", MB) == b"1"


def test_a_folder_shows_nothing_unfinished(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path)

    class Breaking(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            assert len(list(tmp_path.rglob(".unfinished-*"))) == 1
            assert list(place.list("")) == []
            raise OSError(28, "No space left on device")

    with pytest.raises(Busy, match="No space left on device"):
        place.put("objects/x", Breaking())
    assert not list(tmp_path.rglob(".unfinished-*"))
